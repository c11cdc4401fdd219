//! What there is of a clip before it is closed: its picture, and how far its film is signed.

use access::{ClipId, DoorId, SigningPublicKey};
use clip::{ClipPrefix, SignedClipPrefix, SignedThumbnail};
use hub_api::ErrorCode;

use super::clips::{Uploader, check_header, check_held, mismatch, no_clip, not_ready, placed};
use super::{Hub, Result, refuse};
use crate::store::{ClipStage, NewThumbnail, Placed, PrefixRow};

impl Hub {
    /// Keeps how far a door's clip is signed: what residents may watch of it from now on.
    pub async fn put_prefix(
        &self,
        from: Uploader,
        clip: ClipId,
        signed: SignedClipPrefix,
    ) -> Result<()> {
        let tip = self.store.tip(from.door).await?;
        let row = self.store.clip(clip).await?;
        let row = row.filter(|row| row.door == from.door);
        let (Some(key), Some(row)) = (tip.key, row) else {
            return no_clip();
        };
        if row.stage != ClipStage::Recording {
            return refuse(ErrorCode::ClipClosed, "The clip takes no more fragments.");
        }
        let prefix = match signed.verify(&key) {
            Ok(prefix) => prefix,
            Err(error) => return mismatch(&error.to_string()),
        };
        check_header(prefix.header(), from, clip)?;
        check_held(prefix.fragments(), &self.store.fragments(clip).await?)?;
        self.check_continued(clip, &key, &prefix).await?;
        // The chain counts its fragments as u32.
        let fragments = u32::try_from(prefix.fragments().len()).unwrap_or(u32::MAX);
        let row = PrefixRow { fragments, signed };
        Ok(self.store.keep_prefix(clip, &row).await?)
    }

    /// What residents were shown of a clip never changes: it only goes on.
    pub(super) async fn check_continued(
        &self,
        clip: ClipId,
        key: &SigningPublicKey,
        told: &ClipPrefix,
    ) -> Result<()> {
        let Some(row) = self.store.prefix(clip).await? else {
            return Ok(());
        };
        let held = match row.signed.verify(key) {
            Ok(held) => held,
            Err(error) => return mismatch(&error.to_string()),
        };
        if held.is_continued_by(told) || told.is_continued_by(&held) {
            return Ok(());
        }
        mismatch("it does not go on from what was signed before")
    }

    /// How far a recording clip at one of `doors` is signed.
    pub async fn clip_prefix(&self, doors: &[DoorId], clip: ClipId) -> Result<SignedClipPrefix> {
        let row = self.known_clip(doors, clip).await?;
        if row.stage != ClipStage::Recording {
            return refuse(
                ErrorCode::ClipClosed,
                "The clip is closed: ask for its index.",
            );
        }
        match self.store.prefix(clip).await? {
            Some(prefix) => Ok(prefix.signed),
            None => not_ready(),
        }
    }

    /// Keeps the picture of a door's clip; the same again is fine.
    pub async fn put_thumbnail(
        &self,
        from: Uploader,
        clip: ClipId,
        signed: SignedThumbnail,
    ) -> Result<()> {
        let Some(key) = self.store.tip(from.door).await?.key else {
            return no_clip();
        };
        match signed.verify(&key) {
            Ok(thumbnail) => check_header(thumbnail.header(), from, clip)?,
            Err(error) => return mismatch(&error.to_string()),
        }
        let new = NewThumbnail {
            clip,
            building: from.building,
            door: from.door,
            signed,
            at: self.clock.now_s(),
            quota_bytes: self.settings.clip_quota_bytes(),
        };
        let mut kept = self.store.keep_thumbnail(&new).await?;
        if kept == Placed::Full {
            let bytes = new.signed.as_bytes().len() as u64;
            self.make_room(from, bytes).await?;
            kept = self.store.keep_thumbnail(&new).await?;
        }
        placed(kept)
    }

    /// The picture of a clip at one of `doors`.
    pub async fn clip_thumbnail(&self, doors: &[DoorId], clip: ClipId) -> Result<SignedThumbnail> {
        self.known_clip(doors, clip).await?;
        match self.store.thumbnail(clip).await? {
            Some(thumbnail) => Ok(thumbnail),
            None => refuse(ErrorCode::NotFound, "There is no picture of this clip."),
        }
    }
}
