//! Watching: what is signed of a clip and its fragments are fetched, proven to be the door's, and opened here.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use access::{ClipId, SigningPublicKey};
use bytes::{Bytes, BytesMut};
use clip::{ClipError, ClipHeader, ClipPrefix, Opener, ViewerKey};
use futures::{StreamExt as _, stream};
use hub_api::ErrorCode as HubCode;
use tracing::warn;

use crate::Shell;
use crate::core::Core;
use crate::hub::HubError;
use crate::store::{Change, Happening, Record, StoredEnrolment};
use crate::ui::{AppError, ClipTimeline, ErrorCode, Lens, TimelineFragment};

/// How many clips stay open. One is watched; the others are those just watched.
const KEPT: usize = 4;

/// The most fragments that are given at once: ten seconds.
const MOST_AT_ONCE: usize = 100;

/// How many of them are asked of the hub at a time.
const MOST_ON_THE_WAY: usize = 6;

/// The clips opened last, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Clips {
    open: Mutex<VecDeque<Arc<OpenClip>>>,
}

/// A clip that is proven, as far as it goes, and whose key is known.
#[derive(Debug)]
struct OpenClip {
    film: ClipPrefix,
    is_closed: bool,
    opener: Opener,
}

impl Clips {
    fn find(&self, clip: ClipId) -> Option<Arc<OpenClip>> {
        let mut open = self.lock();
        let place = open
            .iter()
            .position(|open| open.film.header().clip == clip)?;
        let found = open.remove(place)?;
        open.push_front(found.clone());
        Some(found)
    }

    fn keep(&self, clip: Arc<OpenClip>) {
        let mut open = self.lock();
        open.retain(|kept| kept.film.header().clip != clip.film.header().clip);
        open.push_front(clip);
        open.truncate(KEPT);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<OpenClip>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Shell> Core<S> {
    /// What a player needs to know before it fetches fragments.
    pub(crate) async fn clip_timeline(&self, clip: ClipId) -> Result<ClipTimeline, AppError> {
        let record = self.record_of(clip)?;
        let open = self.newest(clip, &record).await?;
        let item = self.item(&record)?.ok_or(ErrorCode::ClipUnavailable)?;
        let timeline = open.film.timeline();
        Ok(ClipTimeline {
            clip_id: clip.to_string(),
            codec: timeline.codec,
            width: timeline.width,
            height: timeline.height,
            duration_ms: timeline.duration_ms,
            pre_roll_ms: timeline.pre_roll_ms,
            post_roll_ms: timeline.post_roll_ms,
            entry_offset_ms: timeline.entry_offset_ms,
            fragments: timeline
                .fragments
                .into_iter()
                .map(TimelineFragment::from)
                .collect(),
            verified: true,
            door_name: item.door_name.clone(),
            at_ms: open.film.header().entry_at_ms,
            closed: open.is_closed,
            item,
            lens: timeline.lens.map(Lens::from),
        })
    }

    /// Fragments as the door filmed them, one after the other; 0 is the init segment. As many as can be had from the
    /// first on; it is an error when not even that one can.
    pub(crate) async fn clip_fragments(
        &self,
        clip: ClipId,
        wanted: RangeInclusive<u32>,
    ) -> Result<Bytes, AppError> {
        let record = self.record_of(clip)?;
        let mut open = match self.clips.find(clip) {
            Some(open) => open,
            None => self.newest(clip, &record).await?,
        };
        if !open.is_closed && open.film.fragments().len() <= *wanted.end() as usize {
            open = self.newest(clip, &record).await?;
        }
        let hub = &self.hub().await?;
        let sealed = stream::iter(wanted.take(MOST_AT_ONCE))
            .map(|n| async move { (n, hub.fragment(clip, n).await) });
        let mut sealed = pin!(sealed.buffered(MOST_ON_THE_WAY));
        let mut film = BytesMut::new();
        while let Some((n, fetched)) = sealed.next().await {
            let opened = match fetched {
                Ok(sealed) => open.opener.open(n, &sealed).map_err(AppError::from),
                Err(error) => Err(self.refused(clip, error)?),
            };
            match opened {
                Ok(plain) => film.extend_from_slice(&plain),
                Err(error) if film.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        Ok(film.freeze())
    }

    /// A clip's picture, a JPEG.
    pub(crate) async fn clip_thumbnail(&self, clip: ClipId) -> Result<Bytes, AppError> {
        let record = self.record_of(clip)?;
        let enrolment = self.enrolment()?;
        let signed = match self.hub().await?.thumbnail(clip).await {
            Ok(signed) => signed,
            // A clip without a picture may well be there.
            Err(error) if error.code() == Some(HubCode::NotFound) => {
                return Err(ErrorCode::ClipUnavailable.into());
            }
            Err(error) => return Err(self.refused(clip, error)?),
        };
        let thumbnail = signed.verify(&self.signer(&record)?)?;
        is_asked_for(thumbnail.header(), clip, &record, &enrolment)?;
        let viewer = ViewerKey::from_bytes(self.keys().await?.viewer);
        Ok(thumbnail.open(enrolment.device, &viewer)?.into())
    }

    /// The clip as far as it is signed now. What was seen of it before stays as it was, or the hub or the door lies.
    async fn newest(&self, clip: ClipId, record: &Record) -> Result<Arc<OpenClip>, AppError> {
        let earlier = self.clips.find(clip);
        if let Some(closed) = earlier.as_ref().filter(|open| open.is_closed) {
            return Ok(closed.clone());
        }
        let enrolment = self.enrolment()?;
        let (film, is_closed) = self.signed_film(clip, record).await?;
        is_asked_for(film.header(), clip, record, &enrolment)?;
        if let Some(earlier) = earlier
            && !is_closed
            && film.is_continued_by(&earlier.film)
        {
            return Ok(earlier);
        }
        self.goes_on_from_what_was_seen(&film)?;
        let viewer = ViewerKey::from_bytes(self.keys().await?.viewer);
        let opener = Opener::so_far(&film, enrolment.device, &viewer)?;
        let open = Arc::new(OpenClip {
            film,
            is_closed,
            opener,
        });
        self.clips.keep(open.clone());
        Ok(open)
    }

    /// What was seen of a clip before must be its beginning still.
    pub(crate) fn goes_on_from_what_was_seen(&self, film: &ClipPrefix) -> Result<(), AppError> {
        let clip = film.header().clip;
        let seen = self.clips.find(clip);
        if seen.is_none_or(|seen| seen.film.is_continued_by(film)) {
            return Ok(());
        }
        warn!(%clip, "the hub shows another beginning of a clip than before");
        Err(AppError {
            retryable: false,
            ..ErrorCode::ClipTampered.into()
        })
    }

    /// The whole of a closed clip, or what is signed of one that is still filmed, proven with the key of the door where
    /// the entry was.
    async fn signed_film(
        &self,
        clip: ClipId,
        record: &Record,
    ) -> Result<(ClipPrefix, bool), AppError> {
        let signer = self.signer(record)?;
        let hub = self.hub().await?;
        let refused = match hub.clip_index(clip).await {
            Ok(signed) => return Ok((ClipPrefix::from(&signed.verify(&signer)?), true)),
            Err(refused) => refused,
        };
        if refused.code() != Some(HubCode::ClipNotReady) {
            return Err(self.refused(clip, refused)?);
        }
        match hub.clip_prefix(clip).await {
            Ok(signed) => Ok((signed.verify(&signer)?, false)),
            Err(error) => Err(self.refused(clip, error)?),
        }
    }

    pub(crate) fn signer(&self, record: &Record) -> Result<SigningPublicKey, AppError> {
        let door = self.store.door(record.happening.door())?;
        Ok(door.ok_or(ErrorCode::ClipUnavailable)?.signing_key)
    }

    /// What the hub refuses about a clip; one that is gone is listed so from now on.
    pub(crate) fn refused(&self, clip: ClipId, error: HubError) -> Result<AppError, AppError> {
        let error = AppError::from(error);
        if error.code == ErrorCode::ClipGone
            && let Some(Change::Changed(record)) = self.store.mark_clip_gone(clip)?
        {
            self.tell_changed(&record);
        }
        Ok(error)
    }

    pub(crate) fn record_of(&self, clip: ClipId) -> Result<Record, AppError> {
        self.enrolment()?;
        let record = self.store.record_of_clip(clip)?;
        let record = record.filter(|record| matches!(record.happening, Happening::Entry(_)));
        record.ok_or(ErrorCode::ClipUnavailable.into())
    }
}

/// What the door signed must be of this very clip.
pub(crate) fn is_asked_for(
    header: &ClipHeader,
    clip: ClipId,
    record: &Record,
    enrolment: &StoredEnrolment,
) -> Result<(), AppError> {
    let asked = (clip, record.happening.door(), enrolment.building.id);
    if (header.clip, header.door, header.building) == asked {
        Ok(())
    } else {
        Err(ErrorCode::ClipTampered.into())
    }
}

impl From<ClipError> for AppError {
    fn from(error: ClipError) -> Self {
        warn!(%error, "a clip was refused");
        let code = match error {
            ClipError::NotAViewer(_) | ClipError::KeyUnwrap => ErrorCode::ClipNotForThisDevice,
            ClipError::NoSuchFragment { .. } | ClipError::UnsupportedVersion(_) => {
                ErrorCode::ClipUnavailable
            }
            _ => ErrorCode::ClipTampered,
        };
        Self {
            retryable: false,
            ..code.into()
        }
    }
}

impl From<clip::TimelineFragment> for TimelineFragment {
    fn from(fragment: clip::TimelineFragment) -> Self {
        Self {
            n: fragment.n,
            start_ms: fragment.start_ms,
            duration_ms: fragment.duration_ms,
            keyframe: fragment.keyframe,
            bytes: fragment.bytes,
        }
    }
}
