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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use camera::{Camera, CameraConfig, Pattern, Source};

    use super::*;

    /// An init segment, and three keyframes of a ball that moves.
    async fn film() -> (Bytes, Vec<Fragment>) {
        let source = Source::Test {
            pattern: Pattern::Ball,
        };
        let camera = Camera::open(CameraConfig::new(source), Duration::ZERO, Instant::now());
        let mut state = camera.state();
        drop(state.wait_for(|state| state.is_recording()).await.unwrap());
        let mut clip = camera.ring().live().unwrap();
        let mut keyframes = Vec::new();
        while keyframes.len() < 3 {
            let fragment = clip.next().await.unwrap();
            keyframes.extend(fragment.keyframe.then_some(fragment));
        }
        (clip.init().data.clone(), keyframes)
    }

    /// The picture of a film whose fragments end at these times from the attempt.
    async fn portrait(init: &Bytes, film: &[(&Fragment, i64)]) -> Option<Vec<u8>> {
        let mut portrait = Portrait::new();
        for (fragment, end_ms) in film {
            portrait.see(init, fragment, *end_ms);
        }
        portrait.take().await.unwrap()
    }

    #[tokio::test]
    async fn a_picture_is_of_the_last_keyframe_that_began_before_the_attempt() {
        let (init, keyframes) = film().await;
        let [first, second, third] = &keyframes[..] else {
            panic!("not three keyframes");
        };
        let between = Fragment {
            keyframe: false,
            ..third.clone()
        };
        let of = |keyframe: &Fragment| camera::thumbnail(&init, &keyframe.data).unwrap();
        let pictures = [first, second, third].map(of);
        assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2]);
        let portrait = async |film: &[_]| portrait(&init, film).await;

        let whole = [(first, -1900), (&between, -1000), (second, -900)];
        let came = [&whole[..], &[(&between, 0), (third, 100)]].concat();
        assert!(portrait(&came).await.as_ref() == Some(&pictures[1]));
        // The attempt fell into the fragment that the keyframe begins.
        let came = [&whole[..], &[(third, 40), (first, 1040)]].concat();
        assert!(portrait(&came).await.as_ref() == Some(&pictures[2]));
        // It is not taken before the film has come to the attempt, nor without a keyframe.
        assert!(portrait(&whole).await.is_none());
        let late = [(&between, -100), (&between, 0), (first, 100)];
        assert!(portrait(&late).await.is_none());
    }

    #[tokio::test]
    async fn a_picture_is_taken_once_and_what_cannot_be_decoded_has_none() {
        let (init, keyframes) = film().await;
        let mut portrait = Portrait::new();
        assert!(!portrait.is_there());
        portrait.see(&init, &keyframes[0], 0);
        assert!(portrait.take().await.unwrap().is_some());
        assert!(portrait.take().await.unwrap().is_none());
        let mut portrait = Portrait::new();
        portrait.see(&Bytes::from_static(b"no init segment"), &keyframes[0], 0);
        assert!(portrait.take().await.is_err());
    }
}
