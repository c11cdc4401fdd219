//! Ids: UUIDs that cannot be mistaken for one another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::{Builder, Uuid};

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id: expected a UUID such as 67e55044-10b1-426f-9247-bb680e5fe0c8")]
pub struct ParseIdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// A UUID: hyphenated text in JSON, 16 bytes in CBOR.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a version 4 id of 16 random bytes.
            pub const fn from_entropy(entropy: [u8; 16]) -> Self {
                Self(Builder::from_random_bytes(entropy).into_uuid())
            }

            /// Wraps a UUID that is already known to be this kind of id.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The id's 16 bytes, as CBOR, credentials and databases hold them.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads the 16 bytes that [`Self::as_bytes`] gives; any other length is an error.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, ParseIdError> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| ParseIdError)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self).map_err(|_| ParseIdError)
            }
        }
    )+};
}

ids! {
    /// Names a building.
    BuildingId;
    /// Names a door of a building.
    DoorId;
    /// Names an apartment or another unit of a building.
    UnitId;
    /// Names a grant: what is recorded, and what is revoked.
    GrantId;
    /// Names a carrier, a company that delivers.
    CarrierId;
    /// Names a resident.
    ResidentId;
    /// Names one device of a resident.
    DeviceId;
    /// Names a clip.
    ClipId;
    /// Names one visit of a driver, as the carrier chose it.
    VisitId;
    /// Names one relay through the hub between a resident's device and a door.
    RelayId;
    /// Names one watch: a device that looks through a door's camera, from opening to closing.
    WatchId;
    /// Names one session of live view: the pictures under one key.
    LiveId;
}

impl DoorId {
    /// The part of the id that fits a Bluetooth advertisement.
    pub fn short(self) -> ShortDoorId {
        let mut short = [0; 6];
        short.copy_from_slice(&self.as_bytes()[..6]);
        ShortDoorId(short)
    }
}

/// The first 6 bytes of a [`DoorId`]: a hint for finding a door, never proof of which door it is.
///
/// Twelve hexadecimal digits in JSON.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct ShortDoorId(pub [u8; 6]);

impl fmt::Display for ShortDoorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ShortDoorId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseIdError);
        }
        let digits = u64::from_str_radix(text, 16).map_err(|_| ParseIdError)?;
        let [_, _, bytes @ ..] = digits.to_be_bytes();
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for ShortDoorId {
    type Error = ParseIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ShortDoorId> for String {
    fn from(id: ShortDoorId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: DoorId = DoorId::from_entropy([7; 16]);

    #[test]
    fn an_id_is_hyphenated_text_in_json_and_16_bytes_in_cbor() {
        assert_eq!(serde_json::to_string(&DOOR).unwrap(), format!("\"{DOOR}\""));
        let mut cbor = Vec::new();
        ciborium::into_writer(&DOOR, &mut cbor).unwrap();
        assert_eq!(cbor.len(), 17);
        assert_eq!(
            ciborium::from_reader::<DoorId, _>(cbor.as_slice()).unwrap(),
            DOOR
        );
        assert_eq!(DOOR.to_string().parse(), Ok(DOOR));
    }

    #[test]
    fn a_short_door_id_is_the_first_six_bytes() {
        assert_eq!(DOOR.short().to_string(), "070707070707");
        assert_eq!("070707070707".parse(), Ok(DOOR.short()));
        for wrong in ["", "07", "+70707070707", "0707070707070", "zz0707070707"] {
            assert_eq!(wrong.parse::<ShortDoorId>(), Err(ParseIdError));
        }
    }
}
