//! Keeping the device's database small, while nobody looks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::{info, warn};

use crate::Shell;
use crate::clock;
use crate::core::Core;

/// A start has more urgent things to do.
const AFTER_START: Duration = Duration::from_secs(60);

const EVERY: Duration = Duration::from_secs(3600);

/// Forgets what the device need not keep, again and again, until it is dropped.
pub(crate) async fn keep_small<S: Shell>(core: Arc<Core<S>>) {
    let mut in_front = core.in_front.subscribe();
    let mut pause = AFTER_START;
    loop {
        sleep(pause).await;
        pause = EVERY;
        // A person who scrolls far back has just fetched what would be forgotten.
        if in_front.wait_for(|in_front| !in_front).await.is_err() {
            return;
        }
        match core.store.forget_oldest(clock::now_ms()) {
            Ok(0) => {}
            Ok(forgotten) => info!(forgotten, "old activity was forgotten"),
            Err(error) => warn!(%error, "old activity could not be forgotten"),
        }
        if let Err(error) = core.store.forget_ended_codes(clock::now_s()) {
            warn!(%error, "codes of passes that are over could not be forgotten");
        }
    }
}
