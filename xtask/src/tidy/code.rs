//! Reading Rust text just well enough for the rules: without comments, without tests.

/// The text with every line comment blanked; lines keep their numbers.
pub(super) fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| &line[..start_of_comment(line)]);
    lines.collect::<Vec<_>>().join("\n")
}

/// The part of a file that ships: what stands before its test module.
pub(super) fn shipped(text: &str) -> &str {
    let marker = concat!("#[cfg", "(test)]");
    let start = text.match_indices(marker).find(|(at, _)| {
        let is_at_margin = *at == 0 || text[..*at].ends_with('\n');
        is_at_margin && text[at + marker.len()..].trim_start().starts_with("mod ")
    });
    start.map_or(text, |(at, _)| &text[..at])
}

/// Whether a Rust file is only compiled for tests, examples or benches.
pub(super) fn is_test_only(path: &str) -> bool {
    let is_folder = |name: &str| path.contains(&format!("/{name}/"));
    ["tests", "examples", "benches"].into_iter().any(is_folder) || path.ends_with("/tests.rs")
}

/// The number of the line, from 1, in which byte `at` lies.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The outermost attributes (`#[…]`, `#![…]`): where each begins, and what it holds.
pub(super) fn attributes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('#').filter_map(|(at, _)| {
        let after = &text[at + 1..];
        let open = after.strip_prefix('!').unwrap_or(after);
        let inner = open.strip_prefix('[')?;
        Some((at, &inner[..end_of_bracket(inner)?]))
    })
}

/// Where the bracket that is already open closes.
fn end_of_bracket(inner: &str) -> Option<usize> {
    let mut depth = 1_usize;
    inner.char_indices().find_map(|(at, character)| {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// Where a `//` that no string holds begins, or the line's length.
fn start_of_comment(line: &str) -> usize {
    let starts = line.match_indices("//").map(|(at, _)| at);
    let mut outside = starts.filter(|at| line[..*at].matches('"').count().is_multiple_of(2));
    outside.next().unwrap_or(line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_removed_but_not_an_address_in_a_string() {
        let text = "let a = \"https://x\"; // why\n/// Docs.\nb";
        assert_eq!(without_comments(text), "let a = \"https://x\"; \n\nb");
    }

    #[test]
    fn the_test_module_does_not_ship() {
        let text = format!("a\n{}(test)]\nmod tests {{}}\n", "#[cfg");
        assert_eq!(shipped(&text), "a\n");
        assert_eq!(shipped("no tests"), "no tests");
    }

    #[test]
    fn an_attribute_over_several_lines_is_read_whole() {
        let text = "x\n#![a(\n    b = [1],\n)]\n";
        let found: Vec<_> = attributes(text).collect();
        assert_eq!(found, [(2, "a(\n    b = [1],\n)")]);
        assert_eq!(line_of(text, found[0].0), 2);
    }
}
