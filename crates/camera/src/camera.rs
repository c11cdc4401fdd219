//! Keeps one source running.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout_at},
};

use crate::{
    boxes::Piece,
    config::CameraConfig,
    inspection::Inspection,
    picture::Picture,
    pipeline::{Pipeline, Report},
    ring::{ClipSource, Ring},
    state::{CameraState, Impairment, StopReason},
};

/// How long a source may take to deliver its first piece: a network camera answers slowly.
const FIRST_PIECE: Duration = Duration::from_secs(15);

/// How long a running source may be silent.
const SILENCE: Duration = Duration::from_secs(3);

/// Between the first failure and the next try; doubles up to [`LONGEST_PAUSE`], each with jitter, so
/// that cameras which lost the same network do not all come back at once.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A run this long counts as healthy: the next pause is short again.
const HEALTHY: Duration = Duration::from_secs(20);

/// When the first look comes at the latest. It also loads the decoder, which takes a weak machine long; the
/// picture of the first visitor's clip then finds it ready.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// A camera that films until it is dropped.
#[derive(Debug)]
pub struct Camera {
    ring: Ring,
    state: watch::Receiver<CameraState>,
    task: JoinHandle<()>,
}

impl Camera {
    /// Starts to film into a ring that holds `pre_roll`.
    ///
    /// Capture times count from `origin`, the origin of the caller's own monotonic time. Returns at
    /// once: [`Self::state`] says whether the source delivers. Must be called inside a Tokio runtime.
    pub fn open(config: CameraConfig, pre_roll: Duration, origin: Instant) -> Self {
        let ring = Ring::new(pre_roll);
        let (sender, state) = watch::channel(CameraState::Starting);
        let keeper = Keeper {
            config: Arc::new(config),
            origin,
            ring: ring.clone(),
            state: sender,
        };
        Self {
            ring,
            state,
            task: tokio::spawn(keeper.keep()),
        }
    }

    /// The newest fragments, and the way to those that follow.
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Waits until the camera films again after the epoch of `clip` has ended, and takes the clip up
    /// there. Its media time then has a gap for as long as nothing was filmed.
    ///
    /// A camera that comes back with another init segment (another size, another codec) cannot go on
    /// with the clip and is waited for in vain. Cancel safe.
    pub async fn take_up(&self, clip: &ClipSource) -> Option<ClipSource> {
        let mut state = self.state();
        loop {
            state.mark_unchanged();
            if let Some(later) = self.ring.clip_after(clip) {
                return Some(later);
            }
            state.changed().await.ok()?;
        }
    }

    /// Whether the camera films, now and in future.
    pub fn state(&self) -> watch::Receiver<CameraState> {
        self.state.clone()
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.task.abort();
        self.ring.end();
    }
}

/// Runs the source again and again.
struct Keeper {
    config: Arc<CameraConfig>,
    origin: Instant,
    ring: Ring,
    state: watch::Sender<CameraState>,
}

impl Keeper {
    async fn keep(self) {
        let mut pauses = pauses();
        loop {
            let started = Instant::now();
            let reason = self.run().await;
            self.ring.end();
            tracing::warn!(code = reason.code(), "the camera stopped: {reason}");
            self.state.send_replace(CameraState::Stopped(reason));
            if started.elapsed() >= HEALTHY {
                pauses = self::pauses();
            }
            sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
        }
    }

    /// Runs the source until it dies and says why it did.
    async fn run(&self) -> StopReason {
        let (config, origin) = (Arc::clone(&self.config), self.origin);
        let start = move || Pipeline::start(&config, origin);
        let started = tokio::task::spawn_blocking(start).await;
        let mut pipeline = match started {
            Ok(Ok(pipeline)) => pipeline,
            Ok(Err(reason)) => return reason,
            Err(_) => return StopReason::Failed,
        };
        let reason = tokio::select! {
            reason = self.film(&mut pipeline) => reason,
            () = self.inspect() => StopReason::Failed,
        };
        // Stopping a device may block. A panic in there leaves nothing to be done.
        let _ = tokio::task::spawn_blocking(move || drop(pipeline)).await;
        reason
    }

    async fn film(&self, pipeline: &mut Pipeline) -> StopReason {
        let mut due = Instant::now() + FIRST_PIECE;
        let mut fruitful = true;
        loop {
            match timeout_at(due.into(), pipeline.next()).await {
                Ok(Report::Piece(Piece::Init(init))) => self.ring.begin(init),
                Ok(Report::Piece(Piece::Fragment(fragment))) => {
                    (due, fruitful) = (Instant::now() + SILENCE, true);
                    self.ring.push(&fragment);
                    if !self.ring.is_empty() {
                        self.recording();
                    }
                }
                Ok(Report::Ended) if fruitful => {
                    fruitful = false;
                    if let Err(reason) = pipeline.play_again() {
                        return reason;
                    }
                }
                Ok(Report::Ended) => return StopReason::Failed,
                Ok(Report::Failed(reason)) => return reason,
                Err(_) => return StopReason::Stalled,
            }
        }
    }

    /// Looks at a picture now and then, for as long as the source runs.
    async fn inspect(&self) {
        if self.config.check_s == 0 {
            return std::future::pending().await;
        }
        let mut inspection = Inspection::default();
        let every = Duration::from_secs(self.config.check_s.into());
        let mut pause = every.min(FIRST_LOOK);
        loop {
            sleep(pause).await;
            let Some((init, keyframe)) = self.ring.newest_keyframe() else {
                continue;
            };
            pause = every;
            let decode = move || Picture::decode(&init, &keyframe);
            if let Ok(Some(picture)) = tokio::task::spawn_blocking(decode).await {
                self.found(inspection.look(picture));
            }
        }
    }

    fn found(&self, impairment: Option<Impairment>) {
        self.state.send_if_modified(|state| {
            let found = impairment.map_or(CameraState::Recording, CameraState::Impaired);
            let changed = state.is_recording() && *state != found;
            if changed {
                *state = found;
                if let Some(what) = impairment {
                    tracing::warn!(code = what.code(), "{what}");
                } else {
                    tracing::info!("the camera sees again");
                }
            }
            changed
        });
    }

    fn recording(&self) {
        self.state.send_if_modified(|state| {
            let changed = !state.is_recording();
            if changed {
                tracing::info!("the camera records");
                *state = CameraState::Recording;
            }
            changed
        });
    }
}

fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests;
