//! Counting tests from the closing lines that each test runner prints.

use super::tally::Tally;

/// nextest: `Summary [  0.5s] 12 tests run: 10 passed (1 slow), 2 failed, 1 skipped`.
pub(super) fn nextest(text: &str) -> Tally {
    let text = without_colours(text);
    let summary = text
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Summary ["));
    let counts = summary
        .and_then(|line| line.rsplit_once("run:"))
        .map(|(_, counts)| counts);
    let counts = counts.unwrap_or_default();
    Tally {
        passed: number_before(counts, "passed"),
        failed: number_before(counts, "failed") + number_before(counts, "timed out"),
        skipped: number_before(counts, "skipped"),
    }
}

/// libtest, once for each executable: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
pub(super) fn libtest(text: &str) -> Tally {
    let text = without_colours(text);
    let results = text
        .lines()
        .filter_map(|line| line.split_once("test result:"));
    let tallies = results.map(|(_, counts)| Tally {
        passed: number_before(counts, "passed"),
        failed: number_before(counts, "failed"),
        skipped: number_before(counts, "ignored") + number_before(counts, "filtered out"),
    });
    tallies.fold(Tally::default(), |sum, tally| sum + tally)
}

/// vitest: `Tests  1 failed | 12 passed | 2 skipped (15)`.
pub(super) fn vitest(text: &str) -> Tally {
    let text = without_colours(text);
    let mut lines = text.lines().rev().map(str::trim);
    let counts = lines
        .find_map(|line| line.strip_prefix("Tests  "))
        .unwrap_or_default();
    Tally {
        passed: number_before(counts, "passed"),
        failed: number_before(counts, "failed"),
        skipped: number_before(counts, "skipped") + number_before(counts, "todo"),
    }
}

/// Playwright: closing lines such as `  2 failed`, `  1 skipped` and `  12 passed (5.0s)`.
pub(super) fn playwright(text: &str) -> Tally {
    let text = without_colours(text);
    let count = |word: &str| {
        let numbers = text.lines().filter_map(|line| line.trim().split_once(' '));
        let of_word = numbers.filter(|(_, rest)| {
            rest.strip_prefix(word)
                .is_some_and(|end| end.is_empty() || end.starts_with(" ("))
        });
        of_word
            .filter_map(|(number, _)| number.parse::<u32>().ok())
            .sum::<u32>()
    };
    Tally {
        passed: count("passed"),
        failed: count("failed") + count("flaky") + count("interrupted"),
        skipped: count("skipped") + count("did not run"),
    }
}

/// Node's own runner: `# pass 3` or `ℹ pass 3`, and so on for fail, cancelled, skipped and todo.
pub(super) fn node(text: &str) -> Tally {
    let text = without_colours(text);
    let count = |word: &str| {
        let lines = text.lines().filter_map(|line| {
            let line = line
                .strip_prefix("# ")
                .or_else(|| line.strip_prefix("ℹ "))?;
            line.strip_prefix(word)?
                .strip_prefix(' ')?
                .trim()
                .parse::<u32>()
                .ok()
        });
        lines.sum::<u32>()
    };
    Tally {
        passed: count("pass"),
        failed: count("fail") + count("cancelled"),
        skipped: count("skipped") + count("todo"),
    }
}

/// The number in front of `word`, or zero.
fn number_before(text: &str, word: &str) -> u32 {
    let Some((before, _)) = text.split_once(&format!(" {word}")) else {
        return 0;
    };
    let digits = before
        .rsplit(|character: char| !character.is_ascii_digit())
        .next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The text without the terminal's escape sequences for colour.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        let end = part.find(|character: char| character.is_ascii_alphabetic());
        plain + end.map_or("", |end| &part[end + 1..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u32, failed: u32, skipped: u32) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn nextest_is_counted() {
        let text = "     Summary [   1.2s] 12 tests run: 10 passed (1 slow), 2 failed, 3 skipped\n";
        assert_eq!(nextest(text), tally(10, 2, 3));
        let text = "     Summary [   1.2s] 3/12 tests run: 2 passed, 1 failed, 0 skipped\n";
        assert_eq!(nextest(text), tally(2, 1, 0));
        assert_eq!(nextest("error: could not compile"), tally(0, 0, 0));
    }

    #[test]
    fn a_test_that_nextest_timed_out_failed() {
        let text = "     Summary [   9.2s] 3 tests run: 2 passed, 1 timed out, 0 skipped\n";
        assert_eq!(nextest(text), tally(2, 1, 0));
    }

    #[test]
    fn each_executable_of_libtest_is_counted() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                    test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(libtest(text), tally(5, 1, 1));
    }

    #[test]
    fn vitest_is_counted_without_its_files_and_colours() {
        let text = " Test Files  2 passed (2)\n\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m12 passed\
                    \u{1b}[22m | 2 skipped (14)\n";
        assert_eq!(vitest(text), tally(12, 0, 2));
    }

    #[test]
    fn playwright_is_counted_from_its_closing_lines() {
        let text = "Running 16 tests using 2 workers\n  ✓  1 doors › 3 passed over (2s)\n\
                    \n  1 failed\n    a.spec.ts:3:1 › x\n  1 flaky\n  2 skipped\n  12 passed (5.0s)\n";
        assert_eq!(playwright(text), tally(12, 2, 2));
    }

    #[test]
    fn both_forms_of_nodes_runner_are_counted() {
        let expected = tally(5, 1, 1);
        for mark in ["#", "ℹ"] {
            let lines = [
                "tests 7",
                "pass 5",
                "fail 0",
                "cancelled 1",
                "skipped 1",
                "todo 0",
            ];
            let text: String = lines.map(|line| format!("{mark} {line}\n")).concat();
            assert_eq!(node(&text), expected);
        }
    }
}
