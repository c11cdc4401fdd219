//! A clip's picture, made aside: decoding one takes a weak machine so long that the film would wait.

use bytes::Bytes;
use camera::{Fragment, ThumbnailError};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// Of the last keyframe before the attempt, once the film has come to the attempt.
#[derive(Debug)]
pub(super) enum Portrait {
    /// The newest keyframe, once there is one.
    Sitting(Option<Bytes>),
    /// On another thread.
    Developing(JoinHandle<Result<Vec<u8>, ThumbnailError>>),
    /// Taken, or there is none.
    Over,
}

/// Why a clip has no picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undeveloped {
    #[error(transparent)]
    Made(#[from] ThumbnailError),
    #[error("making it broke off: {0}")]
    BrokeOff(#[from] JoinError),
}

impl Portrait {
    pub(super) fn new() -> Self {
        Self::Sitting(None)
    }

    /// Sees the film's next fragment, which ends at `end_ms` from the attempt.
    pub(super) fn see(&mut self, init: &Bytes, fragment: &Fragment, end_ms: i64) {
        let Self::Sitting(keyframe) = self else {
            return;
        };
        if fragment.keyframe {
            *keyframe = Some(fragment.data.clone());
        }
        if end_ms < 0 {
            return;
        }
        *self = match keyframe.take() {
            Some(keyframe) => Self::develop(init.clone(), keyframe),
            None => Self::Over,
        };
    }

    fn develop(init: Bytes, keyframe: Bytes) -> Self {
        Self::Developing(spawn_blocking(move || camera::thumbnail(&init, &keyframe)))
    }

    /// Whether [`Self::take`] need not wait.
    pub(super) fn is_there(&self) -> bool {
        matches!(self, Self::Developing(task) if task.is_finished())
    }

    /// The picture as JPEG, once; waits for one that is being made.
    pub(super) async fn take(&mut self) -> Result<Option<Vec<u8>>, Undeveloped> {
        let Self::Developing(task) = self else {
            return Ok(None);
        };
        let made = task.await;
        *self = Self::Over;
        Ok(Some(made??))
    }
}
