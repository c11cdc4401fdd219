//! Clips: taken from doors fragment by fragment, closed when whole, shown to residents.

use access::{BuildingId, ClipId, DoorId, SigningPublicKey};
use bytes::Bytes;
use clip::{
    ClipHeader, ClipIndex, ClipPrefix, Digest, FragmentEntry, MAX_FRAGMENTS, SignedClipIndex,
};
use hub_api::{ApiError, ErrorCode, UploadState};

use super::{Hub, Result, refuse};
use crate::store::{ClipRow, ClipStage, Closing, FragmentRow, NewFragment, Placed, StoreError};

/// A door, as it uploads.
#[derive(Clone, Copy, Debug)]
pub struct Uploader {
    /// The door.
    pub door: DoorId,
    /// Its building.
    pub building: BuildingId,
}

impl Hub {
    /// Takes one sealed fragment of a door's clip; the same bytes again are fine.
    pub async fn put_fragment(
        &self,
        from: Uploader,
        clip: ClipId,
        n: u32,
        bytes: Bytes,
    ) -> Result<()> {
        check_seal(clip, n, &bytes)?;
        let digest = *Digest::of(&bytes).as_bytes();
        let new = NewFragment {
            clip,
            building: from.building,
            door: from.door,
            fragment: FragmentRow {
                n,
                len: bytes.len() as u64,
                digest,
            },
            at: self.clock.now_s(),
            quota_bytes: self.settings.clip_quota_bytes(),
        };
        let mut probed = self.store.probe_fragment(&new).await?;
        if probed == Placed::Full {
            self.make_room(from, new.fragment.len).await?;
            probed = self.store.probe_fragment(&new).await?;
        }
        placed(probed)?;
        self.files.put(clip, &new.fragment, bytes).await?;
        placed(self.store.place_fragment(&new).await?)
    }

    /// What the hub has of a door's clip.
    pub async fn upload_state(&self, from: Uploader, clip: ClipId) -> Result<UploadState> {
        let Some(row) = self.store.clip(clip).await? else {
            return Ok(UploadState::default());
        };
        if row.door != from.door {
            return no_clip();
        }
        let fragments = self.store.fragments(clip).await?;
        Ok(UploadState {
            received: fragments.iter().map(|fragment| fragment.n).collect(),
            closed: row.stage != ClipStage::Recording,
            thumbnail: self.store.thumbnail(clip).await?.is_some(),
        })
    }

    /// Closes a clip with the door's signed index of exactly the fragments that are here.
    pub async fn close_clip(
        &self,
        from: Uploader,
        clip: ClipId,
        signed: SignedClipIndex,
    ) -> Result<()> {
        let tip = self.store.tip(from.door).await?;
        let row = self
            .store
            .clip(clip)
            .await?
            .filter(|row| row.door == from.door);
        let (Some(key), Some(row)) = (tip.key, row) else {
            return no_clip();
        };
        if row.stage != ClipStage::Recording {
            return closed_already(&row, &signed);
        }
        let index = verify_index(&signed, &key, from, clip)?;
        let final_hash = *index.final_hash().as_bytes();
        if row
            .recorded_hash
            .is_some_and(|recorded| recorded != final_hash)
        {
            return mismatch("it ends with another hash than the door's record says");
        }
        check_whole(&index, &self.store.fragments(clip).await?)?;
        self.check_continued(clip, &key, &ClipPrefix::from(&index))
            .await?;
        let closing = Closing {
            clip,
            final_hash,
            index: signed,
            at: self.clock.now_s(),
        };
        match self.store.close_clip(&closing).await {
            Err(StoreError::Conflict) => Err(ApiError::retryable(
                ErrorCode::ClipNotReady,
                "The clip changed while it was closed. Try again.",
            )
            .into()),
            result => Ok(result?),
        }
    }

    /// The index of a closed clip at one of `doors`.
    pub async fn clip_index(&self, doors: &[DoorId], clip: ClipId) -> Result<SignedClipIndex> {
        match self.known_clip(doors, clip).await?.index {
            Some(index) => Ok(index),
            None => not_ready(),
        }
    }

    /// A fragment of a clip at one of `doors`, as far as the clip is signed.
    pub async fn clip_fragment(&self, doors: &[DoorId], clip: ClipId, n: u32) -> Result<Bytes> {
        let row = self.known_clip(doors, clip).await?;
        if row.stage == ClipStage::Recording {
            let prefix = self.store.prefix(clip).await?;
            if prefix.is_none_or(|prefix| n >= prefix.fragments) {
                return not_ready();
            }
        }
        let Some(fragment) = self.store.fragment(clip, n).await? else {
            return refuse(
                ErrorCode::NotFound,
                "The clip has no fragment of this number.",
            );
        };
        Ok(self.files.get(clip, &fragment).await?)
    }

    /// A clip at one of `doors` that is closed or still recorded.
    pub(super) async fn known_clip(&self, doors: &[DoorId], clip: ClipId) -> Result<ClipRow> {
        let row = self.store.clip(clip).await?;
        let Some(row) = row.filter(|row| doors.contains(&row.door)) else {
            return no_clip();
        };
        match row.stage {
            ClipStage::Ready | ClipStage::Recording => Ok(row),
            ClipStage::Expiring | ClipStage::Gone => gone(&row),
        }
    }
}

/// The sealed bytes begin with their clip and number, so a fragment cannot land in a wrong place.
fn check_seal(clip: ClipId, n: u32, bytes: &[u8]) -> Result<()> {
    let labelled = bytes.strip_prefix(clip.as_bytes().as_slice());
    let labelled = labelled.and_then(|rest| rest.strip_prefix(n.to_be_bytes().as_slice()));
    if labelled.is_some() && (n as usize) < MAX_FRAGMENTS {
        return Ok(());
    }
    refuse(
        ErrorCode::InvalidRequest,
        "These are not the sealed bytes of this clip and number.",
    )
}

pub(super) fn not_ready<T>() -> Result<T> {
    Err(ApiError::retryable(
        ErrorCode::ClipNotReady,
        "The clip is still being recorded or uploaded. Try again in a few seconds.",
    )
    .into())
}

pub(super) fn placed(placed: Placed) -> Result<()> {
    match placed {
        Placed::Held => Ok(()),
        Placed::NotYours => no_clip(),
        Placed::Conflict => refuse(
            ErrorCode::FragmentConflict,
            "Other bytes are held in this place. Neither a fragment nor a thumbnail ever changes.",
        ),
        Placed::Closed => refuse(ErrorCode::ClipClosed, "The clip takes no more fragments."),
        Placed::Full => Err(ApiError::retryable(
            ErrorCode::StorageFull,
            "The building's space for clips is used up. Try again.",
        )
        .into()),
    }
}

pub(super) fn gone<T>(row: &ClipRow) -> Result<T> {
    let why = if row.gave_way {
        "The clip is gone: the building's hub ran out of room for it."
    } else {
        "The clip is gone: clips are deleted when their retention ends."
    };
    refuse(ErrorCode::ClipUnavailable, why)
}

pub(super) fn no_clip<T>() -> Result<T> {
    refuse(
        ErrorCode::NotFound,
        "There is no such clip here, or none that this caller may use.",
    )
}

pub(super) fn mismatch<T>(why: &str) -> Result<T> {
    refuse(
        ErrorCode::ClipMismatch,
        format!("The clip cannot be closed: {why}."),
    )
}

fn closed_already(row: &ClipRow, signed: &SignedClipIndex) -> Result<()> {
    if row.index.as_ref().is_none_or(|held| held == signed) {
        return Ok(());
    }
    refuse(
        ErrorCode::ClipClosed,
        "The clip is closed already, with another index.",
    )
}

fn verify_index(
    signed: &SignedClipIndex,
    key: &SigningPublicKey,
    from: Uploader,
    clip: ClipId,
) -> Result<ClipIndex> {
    let index = match signed.verify(key) {
        Ok(index) => index,
        Err(error) => return mismatch(&error.to_string()),
    };
    check_header(index.header(), from, clip)?;
    Ok(index)
}

/// What a door signs is of the clip that it says, and of itself.
pub(super) fn check_header(header: &ClipHeader, from: Uploader, clip: ClipId) -> Result<()> {
    if (header.clip, header.door, header.building) == (clip, from.door, from.building) {
        return Ok(());
    }
    mismatch("what is signed is of another clip")
}

fn check_whole(index: &ClipIndex, held: &[FragmentRow]) -> Result<()> {
    if held.len() > index.fragments().len() {
        return mismatch("its index lists fewer fragments than were uploaded");
    }
    check_held(index.fragments(), held)
}

/// Everything that is listed is held, under its number and with its hash.
pub(super) fn check_held(listed: &[FragmentEntry], held: &[FragmentRow]) -> Result<()> {
    if held.len() < listed.len() {
        return Err(ApiError::retryable(
            ErrorCode::ClipIncomplete,
            format!(
                "{} of {} fragments are here. Send the rest.",
                held.len(),
                listed.len()
            ),
        )
        .into());
    }
    let same = |(entry, held): (&FragmentEntry, &FragmentRow)| {
        entry.meta.n == held.n
            && *entry.hash.as_bytes() == held.digest
            && entry.meta.sealed_len() as u64 == held.len
    };
    if listed.iter().zip(held).all(same) {
        return Ok(());
    }
    mismatch("other fragments are listed than were uploaded")
}
