//! Growing pauses between attempts, with jitter.

use std::{fmt::Display, time::Duration};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

const FIRST: Duration = Duration::from_millis(500);

/// Pauses that double from half a second to ten, each with jitter, without end.
#[derive(Debug)]
pub struct Pauses {
    backoff: ExponentialBackoff,
    last_said: Option<String>,
}

impl Pauses {
    /// What pauses grow to, before jitter.
    pub const LONGEST: Duration = Duration::from_secs(10);

    /// Starts with the shortest pause.
    #[expect(
        clippy::new_without_default,
        reason = "pauses are begun anew, not defaulted"
    )]
    pub fn new() -> Self {
        let builder = ExponentialBuilder::new()
            .with_min_delay(FIRST)
            .with_max_delay(Self::LONGEST)
            .with_factor(2.0)
            .with_jitter()
            .without_max_times();
        Self {
            backoff: builder.build(),
            last_said: None,
        }
    }

    /// Begins with the shortest pause again: something went well.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Waits for the next, longer pause; says `what` went wrong unless it just did.
    pub async fn after(&mut self, what: &str, error: &impl Display) {
        let error = error.to_string();
        if self.last_said.as_ref() != Some(&error) {
            tracing::warn!(error, "{what}; trying again");
            self.last_said = Some(error);
        }
        tokio::time::sleep(self.backoff.next().unwrap_or(Self::LONGEST)).await;
    }
}
