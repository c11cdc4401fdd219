use serde::{Deserialize, Serialize};

use super::{ActivityItem, Lens};

/// A verified clip: what a player needs before it fetches the first fragment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ClipTimeline {
    pub clip_id: String,
    /// As in RFC 6381, such as `avc1.42C01F`: for `MediaSource.isTypeSupported`.
    pub codec: String,
    pub width: u16,
    pub height: u16,
    pub duration_ms: u32,
    pub pre_roll_ms: u32,
    pub post_roll_ms: u32,
    /// When the door was asked, measured from the start of the clip.
    pub entry_offset_ms: u32,
    /// Media fragments in order, without the init segment (which is number 0).
    pub fragments: Vec<TimelineFragment>,
    /// The door's signature holds for this index. Always true: an index that fails is refused.
    pub verified: bool,
    /// Whether filming is over. Until then the fragments are those that have come so far.
    pub closed: bool,
    pub door_name: String,
    pub at_ms: u64,
    pub item: ActivityItem,
    /// How its camera sees; `None` for a picture that is flat already.
    pub lens: Option<Lens>,
}

/// One media fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TimelineFragment {
    /// The number to fetch it by, from 1.
    pub n: u32,
    /// From the start of the clip.
    pub start_ms: u32,
    pub duration_ms: u32,
    /// Playback can start here.
    pub keyframe: bool,
    /// Its length.
    pub bytes: u32,
}

/// A clip that was saved as a film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ExportedClip {
    /// Where the film is. Its manifest is beside it, with the ending `json`.
    pub path: String,
}
