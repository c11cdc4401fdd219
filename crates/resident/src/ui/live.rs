use serde::{Deserialize, Serialize};

use super::Lens;

/// A door's live picture that has been granted: what a player needs before it fetches the first part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LiveTimeline {
    /// Names this watch: parts are fetched by it, from number 0 on.
    pub live_id: String,
    pub door_id: String,
    pub door_name: String,
    /// As in RFC 6381, such as `avc1.42C01F`: for `MediaSource.isTypeSupported`.
    pub codec: String,
    pub width: u16,
    pub height: u16,
    /// How its camera sees; `None` for a picture that is flat already.
    pub lens: Option<Lens>,
}
