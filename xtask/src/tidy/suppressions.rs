//! A lint is silenced only with its reason, and no test is switched off.

use super::{
    Violation,
    code::{attributes, line_of, without_comments},
    repository::{File, Repository},
};

/// Extensions of the files that eslint and the TypeScript compiler read.
const SCRIPTS: [&str; 5] = ["js", "mjs", "svelte", "ts", "mts"];

/// Calls that switch a test off or all others; split, or they would be found here.
const SWITCHES: [&str; 8] = [
    concat!("it", ".skip("),
    concat!("it", ".only("),
    concat!("test", ".skip("),
    concat!("test", ".only("),
    concat!("test", ".fixme("),
    concat!("describe", ".skip("),
    concat!("describe", ".only("),
    concat!("it", ".todo("),
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let files = repository.files.iter();
    files
        .flat_map(|file| in_rust(file).into_iter().chain(in_scripts(file)))
        .collect()
}

fn in_rust(file: &File) -> Vec<Violation> {
    let code = without_comments(file.rust().unwrap_or_default());
    let complaints = attributes(&code).filter_map(|(at, attribute)| {
        let place = format!("{}:{}", file.path, line_of(&code, at));
        Some(Violation::new(place, attribute_complaint(attribute)?))
    });
    complaints.collect()
}

fn attribute_complaint(attribute: &str) -> Option<&'static str> {
    let attribute = attribute.trim_start();
    if attribute.starts_with("ignore") {
        return Some("a test is switched off: make it run or remove it");
    }
    let words = ["allow(", "expect("];
    let is_conditional = attribute.starts_with("cfg_attr");
    let silenced = words
        .iter()
        .any(|word| attribute.starts_with(word) || (is_conditional && attribute.contains(word)));
    let is_explained = attribute.contains("reason");
    (silenced && !is_explained).then_some("a lint is silenced without its reason")
}

fn in_scripts(file: &File) -> Vec<Violation> {
    let text = file
        .text
        .as_deref()
        .filter(|_| SCRIPTS.contains(&file.extension()));
    let lines = text.unwrap_or_default().lines().enumerate();
    let complaints = lines.filter_map(|(at, line)| {
        Some(Violation::new(
            format!("{}:{}", file.path, at + 1),
            script_complaint(line)?,
        ))
    });
    complaints.collect()
}

fn script_complaint(line: &str) -> Option<&'static str> {
    if SWITCHES.iter().any(|switch| line.contains(switch)) {
        return Some("a test is switched off: make it run or remove it");
    }
    if line.contains(concat!("@ts", "-ignore")) || line.contains(concat!("@ts", "-nocheck")) {
        return Some("the type checker is silenced: say what you expect, with its reason");
    }
    let disabled = line.split_once(concat!("eslint", "-disable"));
    let is_unexplained = disabled.is_some_and(|(_, rest)| !rest.contains(" -- "));
    is_unexplained.then_some("a lint is silenced without its reason: add it after ` -- `")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    /// Keeps what these tests write from being found in this file.
    fn attribute(inner: &str) -> String {
        format!("#[{inner}]")
    }

    #[test]
    fn a_lint_silenced_without_its_reason_is_caught() {
        let fixture = Fixture::new();
        let source = format!("\n{}\nfn f() {{}}\n", attribute("allow(dead_code)"));
        fixture.write("crates/access/src/lib.rs", &source);
        fixture.assert_broken("crates/access/src/lib.rs:2", "without its reason");
    }

    #[test]
    fn a_lint_silenced_with_its_reason_over_several_lines_is_tidy() {
        let fixture = Fixture::new();
        let inner = "expect(\n    dead_code,\n    reason = \"read by the debugger\"\n)";
        fixture.write("crates/access/src/lib.rs", &attribute(inner));
        fixture.assert_tidy();
    }

    #[test]
    fn an_ignored_test_is_caught() {
        let fixture = Fixture::new();
        let source = format!(
            "{}\n{}\nfn f() {{}}\n",
            attribute("test"),
            attribute("ignore")
        );
        fixture.write("crates/access/tests/slow.rs", &source);
        fixture.assert_broken("crates/access/tests/slow.rs:2", "switched off");
    }

    #[test]
    fn a_skipped_test_of_the_interface_is_caught() {
        let fixture = Fixture::new();
        let source = format!("{}'opens', () => {{}});\n", concat!("test", ".skip("));
        fixture.write("tests/web/doors.spec.ts", &source);
        fixture.assert_broken("tests/web/doors.spec.ts:1", "switched off");
    }

    #[test]
    fn a_silenced_eslint_rule_needs_its_reason() {
        let fixture = Fixture::new();
        let bare = concat!("// eslint", "-disable-next-line no-console");
        fixture.write(
            "ui/shared/log.ts",
            &format!("{bare} -- the one place that logs\n"),
        );
        fixture.assert_tidy();
        fixture.write("ui/shared/log.ts", &format!("{bare}\n"));
        fixture.assert_broken("ui/shared/log.ts:1", "without its reason");
    }
}
