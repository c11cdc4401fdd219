//! Puts on record when the camera stops showing what is before it, and when it does again.

use std::time::Duration;

use audit::Event;
use camera::CameraState;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    journal::{Draft, Journal},
};

/// A camera that is away may come back within this time without a word about it: entries that it missed
/// are on record as unfilmed anyway.
pub const GRACE: Duration = Duration::from_secs(60);

/// Watches a door's camera.
#[derive(Debug)]
pub struct CameraWatch {
    state: watch::Receiver<CameraState>,
    clock: Clock,
    journal: Journal,
    grace: Duration,
    /// Whether trouble is what is on record.
    told: bool,
}

impl CameraWatch {
    /// Watches a camera of which nothing is on record since the door's start.
    pub fn new(
        state: watch::Receiver<CameraState>,
        clock: Clock,
        journal: Journal,
        grace: Duration,
    ) -> Self {
        Self {
            state,
            clock,
            journal,
            grace,
            told: false,
        }
    }

    /// Runs until `stop`, or until the camera is dropped.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut away_since = None;
        loop {
            let now = Instant::now();
            let (trouble, due) = match *self.state.borrow_and_update() {
                CameraState::Recording => (None, now),
                CameraState::Impaired(impairment) => (Some(impairment.code()), now),
                CameraState::Starting => (Some("camera_starting"), now + self.grace),
                CameraState::Stopped(reason) => (Some(reason.code()), now + self.grace),
            };
            // A camera that is tried again and again is away all the time.
            let due = if due > now {
                *away_since.get_or_insert(due)
            } else {
                away_since = None;
                now
            };
            tokio::select! {
                () = stop.cancelled() => return,
                changed = self.state.changed() => if changed.is_err() {
                    return;
                },
                () = sleep_until(due), if trouble.is_some() != self.told => self.tell(trouble).await,
            }
        }
    }

    async fn tell(&mut self, trouble: Option<&'static str>) {
        let event = match trouble {
            Some(why) => Event::CameraImpaired {
                why: why.to_owned(),
            },
            None => Event::CameraWell,
        };
        let draft = Draft::new(self.clock.utc_ms(), event);
        match self.journal.append(draft).await {
            Ok(_) => self.told = trouble.is_some(),
            Err(error) => {
                tracing::error!(%error, "what became of the camera could not be recorded");
                tokio::time::sleep(self.grace).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use access::{BuildingId, DoorId, SigningKey};
    use audit::{ChainPosition, SignedRecord};
    use camera::{Impairment, StopReason};

    use super::*;
    use crate::{
        journal::{JournalThread, resume},
        store::Store,
    };

    const SHORT: Duration = Duration::from_millis(400);

    #[tokio::test(flavor = "multi_thread")]
    async fn only_what_lasts_is_put_on_record_and_each_trouble_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.db");
        let signing = SigningKey::from_seed([3; 32]);
        let start = ChainPosition::start(
            BuildingId::from_entropy([1; 16]),
            DoorId::from_entropy([2; 16]),
        );
        let store = Store::open(&path).unwrap();
        let chain = resume(&store, start, &signing.public()).unwrap();
        let (_thread, journal) = JournalThread::start(store, chain, signing).unwrap();
        let (camera, state) = watch::channel(CameraState::Recording);
        let watch = CameraWatch::new(state, Clock::start(), journal, SHORT);
        let stop = CancellationToken::new();
        let watching = tokio::spawn(watch.run(stop.clone()));

        camera.send_replace(CameraState::Stopped(StopReason::Stalled));
        tokio::time::sleep(SHORT / 4).await;
        camera.send_replace(CameraState::Recording);
        tokio::time::sleep(SHORT * 2).await;
        for _ in 0..12 {
            camera.send_replace(CameraState::Stopped(StopReason::NotFound));
            tokio::time::sleep(SHORT / 4).await;
        }
        camera.send_replace(CameraState::Recording);
        tokio::time::sleep(SHORT).await;
        camera.send_replace(CameraState::Impaired(Impairment::Frozen));
        tokio::time::sleep(SHORT).await;
        stop.cancel();
        watching.await.unwrap();

        let impaired = |why: &str| Event::CameraImpaired {
            why: why.to_owned(),
        };
        let bodies = Store::open(&path)
            .unwrap()
            .records_after(0, u32::MAX, usize::MAX);
        let events = bodies.unwrap().into_iter().map(|body| {
            let record = SignedRecord(body).read_unverified().unwrap();
            record.event
        });
        assert_eq!(
            events.collect::<Vec<_>>(),
            [
                impaired("camera_not_found"),
                Event::CameraWell,
                impaired("camera_frozen")
            ]
        );
    }
}
