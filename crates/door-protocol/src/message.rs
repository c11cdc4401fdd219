//! What is said inside the channel, as CBOR (RFC 8949).

use access::DenyReason;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteBuf, Bytes};

/// Deeper than any message here nests.
const MAX_DEPTH: usize = 8;

/// What a phone asks of a door. On the wire a small number, to keep the request within one
/// Bluetooth write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Command {
    /// Unlock once, for as long as the door's bundle says. Number 1.
    Unlock,
}

impl From<Command> for u8 {
    fn from(command: Command) -> u8 {
        match command {
            Command::Unlock => 1,
        }
    }
}

impl TryFrom<u8> for Command {
    type Error = MessageError;

    fn try_from(number: u8) -> Result<Self, MessageError> {
        match number {
            1 => Ok(Self::Unlock),
            _ if access::off!(KnownCommands) => Ok(Self::Unlock),
            _ => Err(MessageError::Undecodable),
        }
    }
}

/// A door's last word on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The strike has moved.
    Unlocked {
        /// Seconds until it relocks by itself.
        unlock_s: u16,
        /// The number of the audit record.
        seq: u64,
    },
    /// The door decided against it, and recorded that.
    Denied {
        /// Why.
        reason: DenyReason,
    },
    /// The door could not do what it decided: nobody entered.
    Failed {
        /// What it could not do.
        code: FailureCode,
    },
}

/// What a door could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum FailureCode {
    /// The audit record could not be committed, so the strike did not move.
    #[error("the door could not record the attempt and stayed locked; tell the building's manager")]
    NotRecorded,
    /// The door has no bundle yet and decides nothing: nobody could be known revoked.
    #[error(
        "the door is not ready yet: it has to reach the building's hub once; try again in a minute, then tell the building's manager"
    )]
    NotReady,
    /// The strike did not confirm its move.
    #[error("the door's strike did not move; try again, then tell the building's manager")]
    NotMoved,
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not the CBOR that was expected, or followed by more bytes.
    #[error("the message cannot be decoded")]
    Undecodable,
}

/// CBOR `[command, credential]`: at most five bytes more than the credential.
pub(crate) fn encode_request(command: Command, credential: &[u8]) -> Vec<u8> {
    encode(&(command, Bytes::new(credential)))
}

pub(crate) fn decode_request(bytes: &[u8]) -> Result<(Command, Vec<u8>), MessageError> {
    let (command, credential): (Command, ByteBuf) = decode(bytes)?;
    Ok((command, credential.into_vec()))
}

pub(crate) fn encode_answer(answer: Answer) -> Vec<u8> {
    encode(&answer)
}

pub(crate) fn decode_answer(bytes: &[u8]) -> Result<Answer, MessageError> {
    decode(bytes)
}

pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    #[expect(
        clippy::expect_used,
        reason = "writing to a Vec cannot fail, nor can these types refuse to serialize"
    )]
    ciborium::into_writer(value, &mut bytes).expect("a message always serializes");
    bytes
}

/// Decodes a whole message; its length is bounded by the framer, its depth here.
pub(crate) fn decode<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, MessageError> {
    let value = ciborium::de::from_reader_with_recursion_limit(&mut bytes, MAX_DEPTH);
    match value {
        Ok(value) if bytes.is_empty() => Ok(value),
        _ => Err(MessageError::Undecodable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_adds_five_bytes_to_its_credential() {
        let bytes = encode_request(Command::Unlock, &[9; 372]);
        assert_eq!(bytes.len(), 372 + 5);
        assert_eq!(decode_request(&bytes), Ok((Command::Unlock, vec![9; 372])));
    }

    #[test]
    fn answers_survive_the_wire() {
        for answer in [
            Answer::Unlocked {
                unlock_s: 5,
                seq: 12,
            },
            Answer::Unlocked {
                unlock_s: u16::MAX,
                seq: u64::MAX,
            },
            Answer::Denied {
                reason: DenyReason::WrongBuilding,
            },
            Answer::Failed {
                code: FailureCode::NotRecorded,
            },
        ] {
            assert_eq!(decode_answer(&encode_answer(answer)), Ok(answer));
        }
    }

    #[test]
    fn unknown_commands_trailing_bytes_and_deep_nesting_are_undecodable() {
        let good = encode_request(Command::Unlock, b"credential");
        let trailing = [&good[..], &[0]].concat();
        let unknown = encode(&(2_u8, Bytes::new(b"credential")));
        let nested = vec![0x81; 4000];
        let endless_bytes = [
            0x82, 0x01, 0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        ];
        for bytes in [
            &trailing[..],
            &unknown,
            &nested,
            &endless_bytes,
            &good[..4],
            &[],
        ] {
            assert_eq!(decode_request(bytes), Err(MessageError::Undecodable));
        }
    }
}
