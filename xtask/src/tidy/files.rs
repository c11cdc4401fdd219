//! No giant files, and nothing left for later.

use super::{
    Violation,
    repository::{File, Repository},
};

/// The most lines that a written file may have.
const MOST_LINES: usize = 600;

/// Files that a tool writes, by the end of their path.
const GENERATED: [&str; 5] = [
    "Cargo.lock",
    "package-lock.json",
    ".snap",
    ".svg",
    "bindings.ts",
];

/// Folders that a tool writes.
const GENERATED_FOLDERS: [&str; 2] = ["src-tauri/gen/", "/vectors/"];

/// Lists of one line each, which grow with the app and are read by no one from end to end.
const LISTS: [&str; 1] = ["ui/messages/"];

/// Words that put work off or are left over from it; split, or they would be found here.
const LEFT_OVER: [&str; 7] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("HA", "CK:"),
    concat!("db", "g!("),
    concat!("to", "do!("),
    concat!("unimp", "lemented!("),
];

/// Extensions of the files that people write.
const WRITTEN: [&str; 13] = [
    "css", "html", "js", "json", "md", "mjs", "rs", "sh", "sql", "svelte", "toml", "ts", "yml",
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let written = repository.files.iter().filter(|file| !is_generated(file));
    written
        .flat_map(|file| too_long(file).into_iter().chain(left_over(file)))
        .collect()
}

fn is_generated(file: &File) -> bool {
    let ends = GENERATED.iter().any(|end| file.path.ends_with(end));
    ends || GENERATED_FOLDERS
        .iter()
        .any(|folder| file.path.contains(folder))
}

fn too_long(file: &File) -> Option<Violation> {
    if LISTS.iter().any(|list| file.path.starts_with(list)) {
        return None;
    }
    let lines = file.text.as_deref()?.lines().count();
    let what =
        format!("{lines} lines are more than {MOST_LINES}: what second thing did it become?");
    (lines > MOST_LINES).then(|| Violation::new(&file.path, what))
}

fn left_over(file: &File) -> Vec<Violation> {
    let text = file
        .text
        .as_deref()
        .filter(|_| WRITTEN.contains(&file.extension()));
    let lines = text.unwrap_or_default().lines().enumerate();
    let found = lines.filter_map(|(at, line)| {
        let word = LEFT_OVER.iter().find(|word| line.contains(*word))?;
        let place = format!("{}:{}", file.path, at + 1);
        Some(Violation::new(
            place,
            format!("{word} does not get committed: do it or file it"),
        ))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[test]
    fn a_file_of_more_than_600_lines_is_caught() {
        let fixture = Fixture::new();
        fixture.write("crates/access/src/long.rs", &"fn f() {}\n".repeat(601));
        fixture.assert_broken("crates/access/src/long.rs", "601 lines");
    }

    #[test]
    fn a_file_of_600_lines_and_long_lists_are_tidy() {
        let fixture = Fixture::new();
        fixture.write("crates/access/src/long.rs", &"fn f() {}\n".repeat(600));
        fixture.write("ui/package-lock.json", &"{}\n".repeat(9000));
        fixture.write("ui/messages/en.json", &"{}\n".repeat(900));
        fixture.assert_tidy();
    }

    #[test]
    fn work_put_off_is_caught_at_its_line() {
        let fixture = Fixture::new();
        let note = format!("<script>\n// {}: later\n</script>\n", concat!("TO", "DO"));
        fixture.write("ui/views/Doors.svelte", &note);
        fixture.assert_broken("ui/views/Doors.svelte:2", "do it or file it");
    }

    #[test]
    fn a_forgotten_debugging_macro_is_caught() {
        let fixture = Fixture::new();
        let source = format!("fn f() {{ {}1); }}\n", concat!("db", "g!("));
        fixture.write("crates/resident/src/lib.rs", &source);
        fixture.assert_broken("crates/resident/src/lib.rs:1", "does not get committed");
    }
}
