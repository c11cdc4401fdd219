use access::{DoorId, SignedBundle};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a resident's device carries to doors without a network, from `GET /v1/carried`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Carried {
    /// The building's newest signed bundle, base64url; absent when the device has it.
    #[schema(value_type = Option<String>)]
    pub bundle: Option<SignedBundle>,
    /// How far the hub has the records of each door that the resident may use.
    pub doors: Vec<CarriedDoor>,
}

/// How far the hub has a door's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CarriedDoor {
    /// The door.
    pub door: DoorId,
    /// The highest record number that is durable; 0 when there is none. No device needs to carry
    /// a record up to this one.
    pub durable_seq: u64,
}
