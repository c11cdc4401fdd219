//! What a peer that was let in may ask for besides: it carries the newer bundle to a door without a
//! network, and the door's sealed records back to the hub.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::message::{MessageError, decode, encode};

/// The largest signed bundle that is carried, in bytes.
pub const MAX_CARRIED_BUNDLE: usize = 1024 * 1024;

/// The most bytes of a bundle in one message.
pub const MAX_PART: usize = 4_000;

/// The most bytes of sealed records in one message.
pub const MAX_BATCH: usize = 4_000;

/// A request that unlocks nothing. On the wire a CBOR array that begins with the request's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CarryRequest {
    /// How far the door is: `[16]`.
    Status,
    /// A part of a newer signed bundle: `[17, total, offset, bytes]`. One bundle a connection, its
    /// parts in order.
    BundlePart {
        /// The whole bundle's length, at most [`MAX_CARRIED_BUNDLE`].
        total: u32,
        /// Where in the bundle the part begins.
        offset: u32,
        /// At most [`MAX_PART`] bytes.
        bytes: Vec<u8>,
    },
    /// Sealed records, the first of which follows this number: `[18, after]`.
    Records {
        /// The last number that is not wanted.
        after: u64,
    },
}

/// A door's answer to a [`CarryRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CarryAnswer {
    /// How far the door is.
    Status(DoorStatus),
    /// The part was taken.
    PartTaken {
        /// Where the next part begins.
        next: u32,
    },
    /// The bundle was whole, and this version is in force.
    InForce {
        /// The version of the bundle by which the door decides.
        version: u64,
    },
    /// Some of the wanted records, from the first one on.
    Records {
        /// At most [`MAX_BATCH`] bytes that only the building's hub can open.
        #[serde(with = "serde_bytes")]
        sealed: Vec<u8>,
        /// The number of the last record in it; ask again after this one.
        last_seq: u64,
    },
    /// No record is left for this peer to carry.
    NoRecords,
    /// The door does not do it.
    Refused {
        /// Why.
        code: CarryRefusal,
    },
}

/// How far a door is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorStatus {
    /// The version of the bundle by which it decides.
    pub bundle_version: u64,
    /// The number of its newest record.
    pub last_seq: u64,
    /// Up to which record the hub itself has confirmed to the door that it has them; 0 for none.
    pub durable_seq: u64,
    /// What time it is, as far as the door knows: unix milliseconds.
    pub utc_ms: u64,
    /// Whether the door knows the time. If not, it is at least `utc_ms`.
    pub clock_known: bool,
}

/// Why a door does not do what a [`CarryRequest`] asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CarryRefusal {
    /// The peer was not let in on this connection. The door closes it.
    #[error("the door serves this only to whom it has just let in")]
    NotLetIn,
    /// The bundle is empty or longer than [`MAX_CARRIED_BUNDLE`].
    #[error("the bundle is longer than a door takes from a phone")]
    TooLarge,
    /// The part does not follow the last one, or a bundle was offered before on this connection.
    #[error("the part of the bundle is not the one that comes next")]
    OutOfOrder,
    /// The bundle is not signed by this building for this building.
    #[error("the bundle is not this building's")]
    NotTheBuildings,
    /// The door has a newer bundle, or another one of the same version.
    #[error("the door has a newer bundle, or another one of this version")]
    NotNewer,
    /// The door could not record or keep it.
    #[error("the door could not keep the bundle or read its records")]
    NotKept,
    /// The door's bundle names no key that records could be sealed to.
    #[error("the building has its records carried by nobody")]
    NoRecordsKey,
}

const STATUS: u8 = 16;
const BUNDLE_PART: u8 = 17;
const RECORDS: u8 = 18;

impl CarryRequest {
    /// The part of `bundle` that begins at `offset`, of at most `longest` bytes and [`MAX_PART`]; none
    /// when nothing is left, or when no door takes a bundle of this length.
    pub fn part_of(bundle: &[u8], offset: u32, longest: usize) -> Option<Self> {
        let total = u32::try_from(bundle.len()).ok()?;
        let rest = bundle.get(usize::try_from(offset).ok()?..)?;
        if rest.is_empty() || bundle.len() > MAX_CARRIED_BUNDLE {
            return None;
        }
        let longest = longest.clamp(1, MAX_PART);
        let bytes = rest.get(..longest).unwrap_or(rest).to_vec();
        Some(Self::BundlePart {
            total,
            offset,
            bytes,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Status => encode(&(STATUS,)),
            Self::BundlePart {
                total,
                offset,
                bytes,
            } => encode(&(BUNDLE_PART, total, offset, serde_bytes::Bytes::new(bytes))),
            Self::Records { after } => encode(&(RECORDS, after)),
        }
    }

    /// Reads a request in its one encoding; an error for anything else, also for another message.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let request = Self::decode_any(bytes)?;
        if request.encode() == bytes {
            Ok(request)
        } else {
            Err(MessageError::Undecodable)
        }
    }

    fn decode_any(bytes: &[u8]) -> Result<Self, MessageError> {
        match bytes.get(1) {
            Some(&STATUS) => decode::<(u8,)>(bytes).map(|_| Self::Status),
            Some(&BUNDLE_PART) => {
                let (_, total, offset, bytes) = decode::<(u8, u32, u32, ByteBuf)>(bytes)?;
                let bytes = bytes.into_vec();
                Ok(Self::BundlePart {
                    total,
                    offset,
                    bytes,
                })
            }
            Some(&RECORDS) => {
                let (_, after) = decode::<(u8, u64)>(bytes)?;
                Ok(Self::Records { after })
            }
            _ => Err(MessageError::Undecodable),
        }
    }
}

impl CarryAnswer {
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads an answer in its one encoding.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let answer: Self = decode(bytes)?;
        if answer.encode() == bytes {
            Ok(answer)
        } else {
            Err(MessageError::Undecodable)
        }
    }
}

/// A bundle that arrives in parts: one a connection.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    total: Option<usize>,
    arrived: Vec<u8>,
    is_over: bool,
}

impl Transfer {
    /// Takes the next part; gives the whole when it was the last one.
    pub(crate) fn take(
        &mut self,
        total: u32,
        offset: u32,
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, CarryRefusal> {
        let taken = self.extend(total, offset, bytes);
        if taken.is_err() {
            self.end();
        }
        taken
    }

    /// Where the next part begins.
    pub(crate) fn next(&self) -> u32 {
        u32::try_from(self.arrived.len()).unwrap_or(u32::MAX)
    }

    fn extend(
        &mut self,
        total: u32,
        offset: u32,
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, CarryRefusal> {
        let total = usize::try_from(total).map_err(|_| CarryRefusal::TooLarge)?;
        if total == 0 || total > MAX_CARRIED_BUNDLE {
            return Err(CarryRefusal::TooLarge);
        }
        let follows = offset == self.next() && *self.total.get_or_insert(total) == total;
        let fits = !bytes.is_empty()
            && bytes.len() <= MAX_PART
            && bytes.len() <= total.saturating_sub(self.arrived.len());
        if self.is_over || !follows || !fits {
            return Err(CarryRefusal::OutOfOrder);
        }
        self.arrived.extend_from_slice(bytes);
        Ok((self.arrived.len() == total).then(|| self.end()))
    }

    fn end(&mut self) -> Vec<u8> {
        self.is_over = true;
        std::mem::take(&mut self.arrived)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(bundle: &[u8], offset: u32) -> CarryRequest {
        CarryRequest::part_of(bundle, offset, MAX_PART).unwrap()
    }

    #[test]
    fn requests_and_answers_survive_the_wire() {
        for request in [
            CarryRequest::Status,
            part(&[7; 9_000], 4_000),
            CarryRequest::Records { after: u64::MAX },
        ] {
            assert_eq!(CarryRequest::decode(&request.encode()), Ok(request));
        }
        let records = CarryAnswer::Records {
            sealed: vec![1; MAX_BATCH],
            last_seq: u64::MAX,
        };
        assert_eq!(CarryAnswer::decode(&records.encode()), Ok(records));
    }

    #[test]
    fn the_longest_part_and_the_longest_batch_fit_a_message() {
        const TAG: usize = 16;
        let longest = part(&vec![7; MAX_CARRIED_BUNDLE], 1_000_000).encode();
        let records = CarryAnswer::Records {
            sealed: vec![1; MAX_BATCH],
            last_seq: u64::MAX,
        };
        assert!(longest.len() + TAG <= crate::MAX_MESSAGE);
        assert!(records.encode().len() + TAG <= crate::MAX_MESSAGE);
    }

    #[test]
    fn another_encoding_of_a_request_is_none() {
        let loose: [&[u8]; 7] = [
            &[0x81, 0x18, 0x10],
            &[0x9f, 0x10, 0xff],
            &[0x82, 0x12, 0x18, 0x05],
            &[0x82, 0x10, 0x00],
            &[0x81, 0x10, 0x00],
            &[0x81, 0x13],
            &[0x83, 0x11, 0x01, 0x00],
        ];
        for bytes in loose {
            assert!(CarryRequest::decode(bytes).is_err(), "{bytes:02x?}");
        }
        assert_eq!(
            CarryRequest::decode(&[0x81, 0x10]),
            Ok(CarryRequest::Status)
        );
    }

    #[test]
    fn parts_in_order_make_the_bundle_and_a_second_one_is_refused() {
        let bundle: Vec<u8> = (0..9_001_u32).map(|i| i.to_le_bytes()[0]).collect();
        let (mut transfer, mut whole) = (Transfer::default(), None);
        while whole.is_none() {
            let CarryRequest::BundlePart {
                total,
                offset,
                bytes,
            } = part(&bundle, transfer.next())
            else {
                unreachable!()
            };
            whole = transfer.take(total, offset, &bytes).unwrap();
        }
        assert_eq!(whole, Some(bundle));
        assert_eq!(transfer.take(1, 0, &[1]), Err(CarryRefusal::OutOfOrder));
    }

    #[test]
    fn a_part_that_does_not_follow_ends_the_transfer() {
        let first = |transfer: &mut Transfer| transfer.take(10, 0, &[1; 4]).unwrap();
        for (total, offset, bytes) in [
            (10, 0, &[1; 4][..]),
            (10, 5, &[1; 4]),
            (11, 4, &[1; 4]),
            (10, 4, &[1; 7]),
            (10, 4, &[]),
        ] {
            let mut transfer = Transfer::default();
            first(&mut transfer);
            let refused = Err(CarryRefusal::OutOfOrder);
            assert_eq!(transfer.take(total, offset, bytes), refused);
            assert_eq!(transfer.take(10, 4, &[1; 6]), refused, "it is over");
        }
    }

    #[test]
    fn a_bundle_over_the_limit_is_refused_with_its_first_part() {
        let limit = u32::try_from(MAX_CARRIED_BUNDLE).unwrap();
        for total in [0, limit + 1, u32::MAX] {
            let refused = Transfer::default().take(total, 0, &[1]);
            assert_eq!(refused, Err(CarryRefusal::TooLarge), "{total}");
        }
        assert_eq!(Transfer::default().take(limit, 0, &[1]), Ok(None));
        assert_eq!(
            CarryRequest::part_of(&vec![0; MAX_CARRIED_BUNDLE + 1], 0, MAX_PART),
            None
        );
    }
}
