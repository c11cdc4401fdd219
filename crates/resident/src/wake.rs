//! Noticing that the machine slept. What was connected before is not any more, and nobody says so for minutes; what was
//! heard before is heard no more.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::info;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::presence::Presence;

/// How often the clock is looked at, and so how soon after waking it is noticed.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A look that comes later than that was slept through. A clock that is set forward looks the same, and connecting
/// anew does no harm then.
const MISSED: Duration = Duration::from_secs(30);

/// Keeps an eye on the clock until it is dropped.
pub(crate) async fn notice<S: Shell>(core: Arc<Core<S>>) {
    each_wake(clock::now_ms, || core.wake()).await;
}

/// Some systems stop the clock of timers while they sleep and some do not; the time of day goes on in both.
async fn each_wake(now_ms: impl Fn() -> u64, woke: impl Fn()) {
    loop {
        let before = now_ms();
        sleep(LOOK_EVERY).await;
        let passed = Duration::from_millis(now_ms().saturating_sub(before));
        if passed > LOOK_EVERY + MISSED {
            woke();
        }
    }
}

impl<S: Shell> Core<S> {
    /// Begins anew with everything that a sleeping machine loses.
    pub(crate) fn wake(&self) {
        info!("the machine slept");
        let mut live = self.live();
        live.presence = Presence::default();
        // Its idle connections are dead, and would be tried first.
        live.connection = None;
        drop(live);
        self.changed.notify_one();
        self.woken.send_modify(|count| *count += 1);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::{Instant, timeout};

    use super::*;

    /// How often waking is noticed in ten minutes, after the third of which the machine sleeps this long.
    async fn wakes(asleep: Duration) -> u32 {
        let started = Instant::now();
        let now_ms = || {
            let awake = started.elapsed();
            let slept = if awake > Duration::from_secs(180) {
                asleep
            } else {
                Duration::ZERO
            };
            u64::try_from((awake + slept).as_millis()).unwrap()
        };
        let wakes = Cell::new(0);
        let watching = each_wake(now_ms, || wakes.set(wakes.get() + 1));
        let _ = timeout(Duration::from_secs(600), watching).await;
        wakes.get()
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_is_noticed_once() {
        assert_eq!(wakes(Duration::from_secs(3600)).await, 1);
        assert_eq!(wakes(Duration::from_secs(60)).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_machine_is_not_taken_for_one_that_slept() {
        assert_eq!(wakes(Duration::ZERO).await, 0);
        assert_eq!(wakes(Duration::from_secs(20)).await, 0);
    }
}
