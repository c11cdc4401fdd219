use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

use super::sender::{Attempt, Outcome, Sender};
use crate::clock::Clock;
use crate::store::PushTarget;

/// Tries again what may yet succeed, a few times and ever later: the device fetches what it missed when it wakes by itself.
pub(super) async fn wake(sender: &Sender, target: &PushTarget, clock: &Clock) -> Outcome {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_factor(4.0)
        .with_max_times(3)
        .with_jitter()
        .build();
    let mut last = Outcome::Failed;
    for pause in pauses {
        tokio::time::sleep(pause).await;
        match sender.wake(target, clock.now_s()).await {
            Attempt::Over(outcome) => return outcome,
            Attempt::Again(outcome) => last = outcome,
        }
    }
    last
}
