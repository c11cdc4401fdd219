use std::{io, time::Duration};

use access::{ClipId, Viewer};
use audit::Shortfall;
use bytes::Bytes;
use camera::{Camera, ClipSource, Fragment};
use clip::{ClipHeader, ClipIndex, ClipKey, FragmentMeta, Sealer, SignedClipIndex, WrappedKey};
use rand::rngs::OsRng;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    Rolls, Shot, Studio,
    closing::Salvaged,
    portrait::{Portrait, Undeveloped},
};
use crate::{
    clip_files::{Film, write_thumbnail},
    files::FilesError,
};

/// How much later than the end of the post-roll its last fragment may arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// A clip in the making.
#[derive(Debug)]
pub(super) struct Take<'a> {
    pub(super) camera: &'a Camera,
    pub(super) studio: &'a Studio,
    pub(super) rolls: Rolls,
    /// The record that names the clip.
    pub(super) entry_seq: u64,
}

/// Why a clip cannot go on.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("it cannot be written: {0}")]
    Disk(#[from] io::Error),
    #[error("it cannot be sealed: {0}")]
    Seal(#[from] clip::ChainError),
}

/// Why a clip has no picture.
#[derive(Debug, thiserror::Error)]
enum NoPicture {
    #[error(transparent)]
    Made(#[from] Undeveloped),
    #[error("it cannot be sealed: {0}")]
    Seal(#[from] clip::ChainError),
    #[error(transparent)]
    Disk(#[from] FilesError),
}

impl Broken {
    fn shortfall(&self) -> Shortfall {
        match self {
            Self::Disk(_) => Shortfall::StorageFull,
            Self::Seal(_) => Shortfall::CameraStopped,
        }
    }
}

impl Take<'_> {
    /// Films to the end, closes the clip and puts that on record.
    pub(super) async fn film(self, shot: Shot, viewers: &[Viewer], stop: &CancellationToken) {
        let clip = shot.clip;
        let Self {
            studio,
            rolls,
            entry_seq,
            ..
        } = self;
        let (closed, cause) = match self.shoot(shot, viewers, stop).await {
            Ok((closed, cause)) => (Salvaged::Closed(Box::new(closed)), cause),
            Err(why) => {
                tracing::warn!(%clip, seq = entry_seq, %why, "the clip breaks off");
                (studio.salvage(clip), why.shortfall())
            }
        };
        match closed {
            Salvaged::Closed(closed) => {
                studio
                    .conclude(entry_seq, *closed, rolls, cause, stop)
                    .await;
            }
            Salvaged::Nothing => {
                studio
                    .give_up(clip, entry_seq, "nothing_filmed", stop)
                    .await;
            }
            Salvaged::Unreadable => {}
        }
    }

    async fn shoot(
        &self,
        shot: Shot,
        viewers: &[Viewer],
        stop: &CancellationToken,
    ) -> Result<((ClipIndex, SignedClipIndex), Shortfall), Broken> {
        let mut reel = Reel::begin(self.studio, &shot, viewers)?;
        let cause = self.roll(&mut reel, shot, stop).await?;
        // The film is safe before anything is waited for.
        reel.film.end_group()?;
        reel.wait_for_picture(stop).await;
        Ok((reel.sealer.close()?, cause))
    }

    /// Takes fragments until the post-roll is full or never will be; the result is what a shortfall
    /// is put down to, if there is one.
    async fn roll(
        &self,
        reel: &mut Reel<'_>,
        shot: Shot,
        stop: &CancellationToken,
    ) -> Result<Shortfall, Broken> {
        let Shot { at, mut source, .. } = shot;
        let wanted_ms = i64::try_from(self.rolls.post.as_millis()).unwrap_or(i64::MAX);
        let start_ms = relative_ms(source.starts_at(), at.monotonic);
        let end = self.studio.clock.instant(at.monotonic + self.rolls.post);
        loop {
            let fragment = tokio::select! {
                // What is at hand, the attempt itself above all, is kept even when the door stops.
                biased;
                next = self.next_fragment(&mut source, end.into()) => next,
                () = stop.cancelled() => return Ok(Shortfall::Interrupted),
            };
            let Some(fragment) = fragment else {
                return Ok(Shortfall::CameraStopped);
            };
            let end_ms = reel.push(&fragment, start_ms)?;
            reel.portray(&fragment, end_ms).await;
            if end_ms >= wanted_ms {
                return Ok(Shortfall::CameraStarting);
            }
        }
    }

    /// Also over a time in which the camera was away, if it comes back before `end`, the post-roll's.
    async fn next_fragment(&self, source: &mut ClipSource, end: Instant) -> Option<Fragment> {
        if let Ok(Some(fragment)) = timeout_at(end + PATIENCE, source.next()).await {
            return Some(fragment);
        }
        *source = timeout_at(end, self.camera.take_up(source)).await.ok()??;
        timeout_at(end + PATIENCE, source.next()).await.ok()?
    }
}

/// Milliseconds from `origin` to `moment`; negative before.
fn relative_ms(moment: Duration, origin: Duration) -> i64 {
    let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    match moment.checked_sub(origin) {
        Some(after) => ms(after),
        None => -ms(origin.saturating_sub(moment)),
    }
}

/// Seals what is filmed and writes it. The clip's key lives in here and nowhere else.
struct Reel<'a> {
    studio: &'a Studio,
    clip: ClipId,
    sealer: Sealer,
    film: Film,
    init: Bytes,
    portrait: Portrait,
}

impl<'a> Reel<'a> {
    fn begin(studio: &'a Studio, shot: &Shot, viewers: &[Viewer]) -> Result<Self, Broken> {
        let init = shot.source.init();
        let key = ClipKey::generate(&mut OsRng);
        let header = ClipHeader {
            clip: shot.clip,
            building: studio.building,
            door: studio.door,
            entry_at_ms: shot.at.utc_ms,
            codec: init.codec.clone(),
            width: init.width,
            height: init.height,
            lens: studio
                .lens
                .map(|lens| lens.of_picture(init.width, init.height)),
            keys: wrap(&key, shot.clip, viewers),
        };
        let film = Film::create(&studio.folder, &header)?;
        let sealer = Sealer::new(header, &key, studio.signing.clone())?;
        let mut reel = Self {
            studio,
            clip: shot.clip,
            sealer,
            film,
            init: init.data.clone(),
            portrait: Portrait::new(),
        };
        let meta = FragmentMeta {
            n: 0,
            start_ms: 0,
            duration_ms: 0,
            keyframe: false,
            plain_len: length(&init.data),
        };
        reel.write(meta, &init.data)?;
        Ok(reel)
    }

    /// Adds a fragment of a clip that begins at `start_ms`; the result is when it ends. Both in
    /// milliseconds from the attempt.
    fn push(&mut self, fragment: &Fragment, start_ms: i64) -> Result<i64, Broken> {
        let offset_ms = i64::try_from(fragment.start_ms).unwrap_or(i64::MAX);
        let meta = FragmentMeta {
            n: self.sealer.next(),
            start_ms: start_ms.saturating_add(offset_ms),
            duration_ms: fragment.duration_ms,
            keyframe: fragment.keyframe,
            plain_len: length(&fragment.data),
        };
        self.write(meta, &fragment.data)?;
        Ok(meta.end_ms())
    }

    /// Has the clip's picture made, and keeps it as soon as it is there.
    async fn portray(&mut self, fragment: &Fragment, end_ms: i64) {
        self.portrait.see(&self.init, fragment, end_ms);
        if self.portrait.is_there() {
            self.keep_picture().await;
        }
    }

    /// A door that stops does not wait for a picture, but keeps one that is there.
    async fn wait_for_picture(&mut self, stop: &CancellationToken) {
        if self.portrait.is_there() {
            self.keep_picture().await;
        } else {
            stop.run_until_cancelled(self.keep_picture()).await;
        }
    }

    /// A clip without a picture is as good evidence.
    async fn keep_picture(&mut self) {
        if let Err(why) = self.try_to_keep_picture().await {
            tracing::warn!(clip = %self.clip, %why, "the clip has no picture");
        }
    }

    async fn try_to_keep_picture(&mut self) -> Result<(), NoPicture> {
        let Some(picture) = self.portrait.take().await? else {
            return Ok(());
        };
        let sealed = self.sealer.seal_thumbnail(&picture)?;
        write_thumbnail(&self.studio.folder, self.clip, &sealed)?;
        self.studio.grown.notify_one();
        Ok(())
    }

    fn write(&mut self, meta: FragmentMeta, plain: &[u8]) -> Result<(), Broken> {
        let sealed = self.sealer.seal(meta, plain)?;
        if sealed.gop.is_some() {
            self.film.end_group()?;
            self.studio.grown.notify_one();
        }
        self.film.append(&sealed)?;
        Ok(())
    }
}

/// Wraps a clip's key to everybody who may watch; a viewer whose key is no good goes without.
fn wrap(key: &ClipKey, clip: ClipId, viewers: &[Viewer]) -> Vec<WrappedKey> {
    if viewers.is_empty() {
        tracing::warn!(%clip, "the bundle names no viewer: nobody will be able to watch this clip");
    }
    let wrapped = viewers.iter().filter_map(|viewer| {
        let wrapped = key.wrap(clip, viewer, &mut OsRng);
        let complain =
            |error| tracing::warn!(%clip, device = %viewer.device, %error, "a viewer goes without");
        wrapped.map_err(complain).ok()
    });
    wrapped.collect()
}

/// A longer one than a u32 counts is refused by the sealer.
fn length(plain: &[u8]) -> u32 {
    u32::try_from(plain.len()).unwrap_or(u32::MAX)
}
