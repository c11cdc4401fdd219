use access::{ClipId, RelayId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::EntryInfo;

/// An event with the number to resume after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerEvent {
    /// Goes into `Last-Event-ID`.
    pub id: u64,
    /// What happened.
    pub event: Event,
}

/// What the hub pushes. On the wire `type` is the SSE event name and `data` its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The stream is open; whatever happened up to this id is in what `GET` answers from now on.
    Ready {},
    /// To residents: a non-resident entered or was refused, or a door raised an alert.
    Entry(EntryInfo),
    /// To residents: a clip can be watched now.
    Clip(ClipReady),
    /// To residents: there is a picture of a clip now.
    Thumbnail(ClipReady),
    /// To residents: what was fetched earlier is stale.
    Refresh(Refresh),
    /// To doors: a newer bundle is there.
    Bundle {
        /// Its version.
        version: u64,
    },
    /// To a door: a resident asks for it from afar. Not kept: who is not there misses it.
    Relay {
        /// What to join.
        relay: RelayId,
    },
    /// To a door: somebody comes to watch it live. Not kept, as a call.
    Live {},
}

impl Event {
    /// The SSE event name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready {} => "ready",
            Self::Entry(_) => "entry",
            Self::Clip(_) => "clip",
            Self::Thumbnail(_) => "thumbnail",
            Self::Refresh(_) => "refresh",
            Self::Bundle { .. } => "bundle",
            Self::Relay { .. } => "relay",
            Self::Live {} => "live",
        }
    }

    /// Reads an event from its SSE name and data; `None` when this version does not know the name.
    pub fn from_sse(name: &str, data: &str) -> Result<Option<Self>, serde_json::Error> {
        Ok(Some(match name {
            "ready" => Self::Ready {},
            "entry" => Self::Entry(serde_json::from_str(data)?),
            "clip" => Self::Clip(serde_json::from_str(data)?),
            "thumbnail" => Self::Thumbnail(serde_json::from_str(data)?),
            "refresh" => Self::Refresh(serde_json::from_str(data)?),
            "bundle" => {
                #[derive(Deserialize)]
                struct Bundle {
                    version: u64,
                }
                let Bundle { version } = serde_json::from_str(data)?;
                Self::Bundle { version }
            }
            "relay" => {
                #[derive(Deserialize)]
                struct Relay {
                    relay: RelayId,
                }
                let Relay { relay } = serde_json::from_str(data)?;
                Self::Relay { relay }
            }
            "live" => Self::Live {},
            _ => return Ok(None),
        }))
    }

    /// The SSE data: what is inside the variant, as JSON.
    pub fn data(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Ready {} | Self::Live {} => Ok("{}".to_owned()),
            Self::Entry(entry) => serde_json::to_string(entry),
            Self::Clip(clip) | Self::Thumbnail(clip) => serde_json::to_string(clip),
            Self::Refresh(refresh) => serde_json::to_string(refresh),
            Self::Bundle { version } => Ok(format!(r#"{{"version":{version}}}"#)),
            Self::Relay { relay } => Ok(format!(r#"{{"relay":"{relay}"}}"#)),
        }
    }
}

/// A clip of which there is more now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClipReady {
    /// The clip.
    pub clip: ClipId,
    /// [`EntryInfo::id`] of the entry it films.
    pub entry: u64,
}

/// What was fetched earlier is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refresh {
    /// What to fetch again.
    pub what: Topic,
}

/// What may be stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// `GET /v1/doors`.
    Doors,
    /// `POST /v1/credentials`.
    Credentials,
    /// `GET /v1/entries`: the caller was away for longer than events are kept.
    Entries,
}
