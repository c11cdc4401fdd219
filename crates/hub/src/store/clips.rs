//! What is known about clips; their bytes lie elsewhere.

use access::{BuildingId, ClipId, DoorId};
use async_trait::async_trait;
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};

use super::Result;

/// How far a clip is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipStage {
    /// The door films or uploads.
    Recording,
    /// Complete and closed.
    Ready,
    /// Its bytes are being deleted; nobody sees it any more.
    Expiring,
    /// Its bytes are gone.
    Gone,
}

/// A clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipRow {
    /// The id.
    pub id: ClipId,
    /// The building it was filmed in.
    pub building: BuildingId,
    /// The door that filmed it.
    pub door: DoorId,
    /// How far it is.
    pub stage: ClipStage,
    /// What the door's record says its index ends with, once that record came.
    pub recorded_hash: Option<[u8; 32]>,
    /// The signed index, once it is closed.
    pub index: Option<SignedClipIndex>,
    /// Whether it is kept whatever its age.
    pub held: bool,
    /// Whether it was deleted before its time, for want of room.
    pub gave_way: bool,
}

/// How far a recording clip is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixRow {
    /// How many fragments it lists.
    pub fragments: u32,
    /// The signed prefix.
    pub signed: SignedClipPrefix,
}

/// A clip's picture to keep.
#[derive(Clone, Debug)]
pub struct NewThumbnail {
    /// The clip.
    pub clip: ClipId,
    /// The building, for the quota.
    pub building: BuildingId,
    /// The door that filmed it.
    pub door: DoorId,
    /// The picture.
    pub signed: SignedThumbnail,
    /// Now, unix seconds.
    pub at: u64,
    /// The most bytes of clips that the building may have.
    pub quota_bytes: u64,
}

/// A clip as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedClip {
    /// The id.
    pub id: ClipId,
    /// The door that filmed it.
    pub door: DoorId,
    /// How far it is.
    pub stage: ClipStage,
    /// When the hub heard of it first, unix seconds.
    pub started_at: u64,
    /// How many fragments are here.
    pub fragments: u64,
    /// How much is stored of it.
    pub bytes: u64,
    /// Why it is held, while it is.
    pub held: Option<String>,
    /// Whether it was deleted before its time, for want of room.
    pub gave_way: bool,
}

/// A clip as it takes space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredClip {
    /// The id.
    pub id: ClipId,
    /// The door that filmed it.
    pub door: DoorId,
    /// How much is stored of it.
    pub bytes: u64,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether it is kept whatever its age.
    pub held: bool,
}

/// A fragment whose bytes are durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentRow {
    /// Its number.
    pub n: u32,
    /// Its length in bytes.
    pub len: u64,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
}

/// A fragment to register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewFragment {
    /// The clip.
    pub clip: ClipId,
    /// The building, for the quota.
    pub building: BuildingId,
    /// The door that filmed it.
    pub door: DoorId,
    /// The fragment.
    pub fragment: FragmentRow,
    /// Now, unix seconds.
    pub at: u64,
    /// The most bytes of clips that the building may have.
    pub quota_bytes: u64,
}

/// What came of registering a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is registered, or was with the same bytes.
    Held,
    /// Other bytes are registered in its place.
    Conflict,
    /// The building's quota is used up.
    Full,
    /// The clip takes no more fragments.
    Closed,
    /// The clip is another door's.
    NotYours,
}

/// A closed clip to register.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The clip.
    pub clip: ClipId,
    /// What its index ends with.
    pub final_hash: [u8; 32],
    /// The index.
    pub index: SignedClipIndex,
    /// Now, unix seconds.
    pub at: u64,
}

/// Clips and fragments.
#[async_trait]
pub trait Clips: Send + Sync {
    /// One clip.
    async fn clip(&self, id: ClipId) -> Result<Option<ClipRow>>;
    /// A building's clips, newest first.
    async fn clips_of(&self, building: BuildingId) -> Result<Vec<ListedClip>>;
    /// The clips that take a building's space, oldest first.
    async fn stored_clips(&self, building: BuildingId) -> Result<Vec<StoredClip>>;
    /// The durable fragments of a clip, by number.
    async fn fragments(&self, clip: ClipId) -> Result<Vec<FragmentRow>>;
    /// One durable fragment.
    async fn fragment(&self, clip: ClipId, n: u32) -> Result<Option<FragmentRow>>;
    /// Whether a fragment would be taken; registers nothing.
    async fn probe_fragment(&self, new: &NewFragment) -> Result<Placed>;
    /// Registers a fragment whose bytes are durable, and its clip with the first one.
    async fn place_fragment(&self, new: &NewFragment) -> Result<Placed>;
    /// How far a recording clip is signed.
    async fn prefix(&self, clip: ClipId) -> Result<Option<PrefixRow>>;
    /// Keeps how far a recording clip is signed; a shorter one than is kept changes nothing.
    async fn keep_prefix(&self, clip: ClipId, prefix: &PrefixRow) -> Result<()>;
    /// A clip's picture.
    async fn thumbnail(&self, clip: ClipId) -> Result<Option<SignedThumbnail>>;
    /// Keeps a clip's picture and tells residents; the clip's row is made with it where need be.
    async fn keep_thumbnail(&self, new: &NewThumbnail) -> Result<Placed>;
    /// Closes a recording clip and tells residents; [`super::StoreError::Conflict`] when it is
    /// not recording, or its record came and ends with another hash.
    async fn close_clip(&self, closing: &Closing) -> Result<()>;
    /// Hides clips that began before a unix second and are not held; their bytes may be deleted after this.
    async fn expire_clips(&self, started_before: u64) -> Result<u64>;
    /// The clips whose bytes are to be deleted.
    async fn expiring_clips(&self) -> Result<Vec<ClipRow>>;
    /// Forgets the fragments and index of an expiring clip whose bytes are gone.
    async fn forget_clip(&self, id: ClipId) -> Result<()>;
}
