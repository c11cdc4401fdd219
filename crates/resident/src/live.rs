//! Watching a door live: what it films is proven to be its own and of now, and opened here.

mod over;
mod parts;
mod watching;
mod ways;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::{DoorId, WatchId};
use clip::ViewerKey;
use clip::live::{DoorSeen, Watcher};
use tokio::time::sleep;
use tracing::info;

pub use self::parts::LivePart;
use self::parts::Parts;
pub use self::ways::Way;
use self::ways::Ways;
use crate::Shell;
use crate::core::Core;
use crate::ui::{AppError, ErrorCode, LiveTimeline};

/// How long it is still told how a watch ended.
const EPILOGUE: Duration = Duration::from_secs(10);

/// The watches that go on.
#[derive(Debug, Default)]
pub(crate) struct Watches(Mutex<HashMap<WatchId, Arc<Parts>>>);

impl Watches {
    /// Ends every watch.
    pub(crate) fn clear(&self) {
        for (_, parts) in self.lock().drain() {
            parts.end(ErrorCode::NotEnrolled);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WatchId, Arc<Parts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Shell> Core<S> {
    /// Asks a door for its live picture. The task that comes with the answer keeps it coming.
    pub(crate) async fn live_open(
        self: &Arc<Self>,
        door: DoorId,
    ) -> Result<(LiveTimeline, impl Future<Output = ()> + Send + use<S>), AppError> {
        let enrolment = self.enrolment()?;
        let door = self.store.door(door)?.ok_or(ErrorCode::DoorNotFound)?;
        let seen = DoorSeen {
            building: enrolment.building.id,
            door: door.id,
            signing_key: door.signing_key,
        };
        let watcher = Watcher {
            device: enrolment.device,
            key: ViewerKey::from_bytes(self.keys().await?.viewer),
        };
        let ways = Ways {
            core: self.clone(),
            door: door.clone(),
            seen,
            watcher,
        };
        let (watching, picture) = ways.begin().await.inspect_err(|over| {
            info!(%over, "live view does not begin");
        })?;
        info!(way = ?watching.way, "live view begins");
        let live = WatchId::from_entropy(rand::random());
        let parts = Arc::new(Parts::new(watching.way, picture.init.into()));
        self.watches.lock().insert(live, parts.clone());
        let timeline = LiveTimeline {
            live_id: live.to_string(),
            door_id: door.id.to_string(),
            door_name: door.name,
            codec: picture.codec,
            width: picture.width,
            height: picture.height,
            lens: picture.lens.map(Into::into),
        };
        let core = self.clone();
        let task = async move {
            let over = ways.watch(watching, &parts).await;
            info!(%over, "live view ends");
            parts.end(AppError::from(over).code);
            // Who asks for the next part is still told how it ended.
            sleep(EPILOGUE).await;
            core.watches.lock().remove(&live);
        };
        Ok((timeline, task))
    }

    /// The `n`th part, or the newest from which decoding can start where that one is past; waits for it.
    pub(crate) async fn live_part(&self, live: WatchId, n: u32) -> Result<LivePart, AppError> {
        let parts = self.watches.lock().get(&live).cloned();
        let parts = parts.ok_or(ErrorCode::ConnectionLost)?;
        Ok(parts.wait_for(n).await?)
    }

    /// Ends a watch; the door hears of it at once.
    pub(crate) fn live_close(&self, live: WatchId) {
        if let Some(parts) = self.watches.lock().remove(&live) {
            parts.end(ErrorCode::ConnectionLost);
        }
    }
}
