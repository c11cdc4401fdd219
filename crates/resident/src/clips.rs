//! Watching: a clip's index and fragments are fetched, proven to be the door's, and opened here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use access::ClipId;
use bytes::Bytes;
use clip::{ClipError, ClipIndex, Opener, SignedClipIndex, ViewerKey};
use tracing::warn;

use crate::Shell;
use crate::core::Core;
use crate::hub::HubError;
use crate::store::{Change, Happening, Record, StoredEnrolment};
use crate::ui::{AppError, ClipTimeline, ErrorCode, Lens, TimelineFragment};

/// How many clips stay open. One is watched; the others are those just watched.
const KEPT: usize = 4;

/// The clips opened last, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Clips {
    open: Mutex<VecDeque<Arc<OpenClip>>>,
}

/// A clip whose index is proven and whose key is known.
#[derive(Debug)]
struct OpenClip {
    index: ClipIndex,
    opener: Opener,
}

impl Clips {
    fn find(&self, clip: ClipId) -> Option<Arc<OpenClip>> {
        let mut open = self.lock();
        let place = open
            .iter()
            .position(|open| open.index.header().clip == clip)?;
        let found = open.remove(place)?;
        open.push_front(found.clone());
        Some(found)
    }

    fn keep(&self, clip: Arc<OpenClip>) {
        let mut open = self.lock();
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
        let open = self.open_clip(clip).await?;
        let item = self.item(&record)?.ok_or(ErrorCode::ClipUnavailable)?;
        let timeline = open.index.timeline();
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
            at_ms: open.index.header().entry_at_ms,
            item,
            lens: timeline.lens.map(Lens::from),
        })
    }

    /// One fragment as the door filmed it; 0 is the init segment.
    pub(crate) async fn clip_fragment(&self, clip: ClipId, n: u32) -> Result<Bytes, AppError> {
        let open = self.open_clip(clip).await?;
        let entry = open
            .index
            .fragment(n)
            .ok_or(ClipError::NoSuchFragment { n })?;
        let sealed = match self.hub().await?.fragment(clip, n).await {
            Ok(sealed) => sealed,
            Err(error) => return Err(self.refused(clip, error)?),
        };
        debug_assert_eq!(entry.meta.n, n);
        Ok(open.opener.open(n, &sealed)?.into())
    }

    async fn open_clip(&self, clip: ClipId) -> Result<Arc<OpenClip>, AppError> {
        if let Some(open) = self.clips.find(clip) {
            return Ok(open);
        }
        let record = self.record_of(clip)?;
        let enrolment = self.enrolment()?;
        let signed = match self.hub().await?.clip_index(clip).await {
            Ok(signed) => signed,
            Err(error) => return Err(self.refused(clip, error)?),
        };
        let index = self.verify(&signed, clip, &record, &enrolment)?;
        let viewer = ViewerKey::from_bytes(self.keys().await?.viewer);
        let opener = Opener::for_viewer(&index, enrolment.device, &viewer)?;
        let open = Arc::new(OpenClip { index, opener });
        self.clips.keep(open.clone());
        Ok(open)
    }

    /// Proves the index with the key of the door where the entry was, and that it is of this very clip.
    fn verify(
        &self,
        signed: &SignedClipIndex,
        clip: ClipId,
        record: &Record,
        enrolment: &StoredEnrolment,
    ) -> Result<ClipIndex, AppError> {
        let door = record.happening.door();
        let signer = self
            .store
            .door(door)?
            .ok_or(ErrorCode::ClipUnavailable)?
            .signing_key;
        let index = signed.verify(&signer)?;
        let header = index.header();
        let is_asked_for =
            header.clip == clip && header.door == door && header.building == enrolment.building.id;
        if is_asked_for {
            Ok(index)
        } else {
            Err(ErrorCode::ClipTampered.into())
        }
    }

    /// What the hub refuses about a clip; one that is gone is listed so from now on.
    fn refused(&self, clip: ClipId, error: HubError) -> Result<AppError, AppError> {
        let error = AppError::from(error);
        if error.code == ErrorCode::ClipGone
            && let Some(Change::Changed(record)) = self.store.mark_clip_gone(clip)?
        {
            self.tell_changed(&record);
        }
        Ok(error)
    }

    fn record_of(&self, clip: ClipId) -> Result<Record, AppError> {
        self.enrolment()?;
        let record = self.store.record_of_clip(clip)?;
        let record = record.filter(|record| matches!(record.happening, Happening::Entry(_)));
        record.ok_or(ErrorCode::ClipUnavailable.into())
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
        }
    }
}
