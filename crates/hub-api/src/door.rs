use audit::SignedRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LocalAddress;
use crate::local_address::local_only;

/// A contiguous run of a door's records, for `PUT /v1/records`; at most [`RecordRun::MAX`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRun {
    /// Signed records in order of their number, base64url each.
    pub records: Vec<SignedRecord>,
}

impl RecordRun {
    /// The most records that one run may hold.
    pub const MAX: usize = 500;
}

/// How far a door's records are on the hub's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Durable {
    /// The highest record number that is durable; 0 when there is none.
    pub durable_seq: u64,
}

/// What the hub has of a clip, from `GET /v1/clips/{clip}/upload`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadState {
    /// The numbers of the fragments that are durable, ascending.
    pub received: Vec<u32>,
    /// Whether the clip is closed.
    pub closed: bool,
    /// Whether its thumbnail is durable.
    #[serde(default)]
    pub thumbnail: bool,
}

impl UploadState {
    /// The lowest fragment number that is still missing.
    pub fn next(&self) -> u32 {
        (0..)
            .zip(&self.received)
            .find(|(n, have)| n != *have)
            .map_or_else(
                || u32::try_from(self.received.len()).unwrap_or(u32::MAX),
                |(n, _)| n,
            )
    }
}

/// What a door says about itself, for `PUT /v1/door`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorUpdate {
    /// `host:port` of its stream link; absent when it has none.
    #[serde(default)]
    pub stream_address: Option<String>,
    /// Whether it has a camera, so that it can be watched live.
    #[serde(default)]
    pub camera: bool,
    /// Whether codes can be typed there.
    #[serde(default)]
    pub keypad: bool,
    /// Where it can be watched live on its own network, without the hub.
    #[serde(
        default,
        deserialize_with = "local_only",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub live_addresses: Vec<LocalAddress>,
}
