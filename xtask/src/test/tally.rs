//! How many tests ran, passed, failed and were left out.

use std::ops::Add;

/// Counts of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Ran and passed.
    pub(super) passed: u32,
    /// Ran and failed.
    pub(super) failed: u32,
    /// Did not run: ignored, skipped, or left for later.
    pub(super) skipped: u32,
}

impl Tally {
    /// How many ran.
    pub(super) fn ran(self) -> u32 {
        self.passed + self.failed
    }

    /// Why these counts are not a success.
    pub(super) fn complaint(self) -> Option<&'static str> {
        match self {
            Self { failed: 1.., .. } => Some("tests failed"),
            Self { skipped: 1.., .. } => Some("tests were ignored"),
            Self { passed: 0, .. } => Some("no test ran"),
            _ => None,
        }
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn an_ignored_test_is_not_a_success() {
        let tally = Tally {
            passed: 9,
            failed: 0,
            skipped: 1,
        };
        assert_eq!(tally.complaint(), Some("tests were ignored"));
        assert_eq!(
            Tally {
                skipped: 0,
                ..tally
            }
            .complaint(),
            None
        );
    }
}
