//! The one-write unlock of a door by a phone: framing, Noise channel, both sessions. Pure, sans-IO.
//!
//! The same session runs over Bluetooth, a local stream and a relay through the hub:
//!
//! ```text
//! phone subscribes   ->
//! door notifies      <-  e                                          32 bytes
//! phone writes once  ->  e, ee, se, s, es + [command, credential]   101 bytes and the credential
//! door               decides, records, moves the strike
//! door notifies      <-  answer                                     42 bytes when unlocked
//! ```
//!
//! The channel is `Noise_KX_25519_ChaChaPoly_BLAKE2s` with the door as initiator (Noise rev. 34,
//! section 7.5): the phone knows the door's static key beforehand, the door learns the phone's from
//! an encrypted field that only the holder of the door's static key can read. The prologue is
//! `vestibule`, [`PROTOCOL_VERSION`] and the door's id. Each message travels behind a two-byte
//! big-endian length ([`Framer`]).
//!
//! Both ends are state machines in the manner of quinn-proto and str0m: feed them with `handle_*`,
//! then drain `poll_output`. They have no clock, no socket and no randomness.
//!
//! What is recorded: every request of a peer that completed the handshake, allowed or denied,
//! before it is answered. What did not complete a handshake (noise, scanners, replays) closes the
//! connection and leaves no record, so that a flood of garbage cannot fill the log. A peer that has
//! been denied [`MAX_DENIED`] times on one connection, or is told `TooManyAttempts`, has to connect
//! anew.
//!
//! A peer that was let in may then carry ([`CarryRequest`]) on the same connection: ask how far the
//! door is, hand it a newer bundle in parts, take sealed records along. Anybody else is refused and
//! disconnected; nothing of it is recorded, since nobody asked to be let in.

mod carry;
mod door;
mod frame;
mod key;
mod message;
mod noise;

#[cfg(any(test, feature = "vectors"))]
pub mod vectors;

pub use carry::{
    CarryAnswer, CarryRefusal, CarryRequest, DoorStatus, MAX_BATCH, MAX_CARRIED_BUNDLE, MAX_PART,
};
pub use door::{Actuation, Attempt, DoorIdentity, DoorOutput, DoorSession, SessionError};
pub use frame::{FrameError, Framer, chunks, frame};
pub use key::{Awaited, KeyError, KeyOutput, KeySession};
pub use message::{Answer, Command, FailureCode, MessageError};

use std::time::Duration;

/// The version both ends mix into the handshake. Ends of different versions cannot talk.
pub const PROTOCOL_VERSION: u8 = 1;

/// The longest message, in bytes, without its length prefix.
pub const MAX_MESSAGE: usize = 4096;

/// The longest credential that fits a request, in bytes.
pub const MAX_CREDENTIAL: usize = MAX_MESSAGE - REQUEST_OVERHEAD;

/// The longest credential that leaves a request within one Bluetooth write: an attribute value has
/// at most 512 bytes (Bluetooth Core 5.4, vol 3, part F, section 3.2.9), of which BlueZ up to 5.66
/// carries 510; two of them are the length prefix.
pub const MAX_ONE_WRITE_CREDENTIAL: usize = 510 - 2 - REQUEST_OVERHEAD;

/// What a request adds to its credential: `e` (32), sealed `s` (48), tag (16), CBOR (5 at most).
pub const REQUEST_OVERHEAD: usize = 101;

/// The longest silence between two chunks of one message.
pub const CHUNK_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a door waits for the phone's first message.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a door takes at most to record an attempt and move the strike.
pub const COMPLETION_TIMEOUT: Duration = Duration::from_secs(8);

/// How long after a request a door keeps the connection open for another one.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a phone waits for the door's answer; longer than [`COMPLETION_TIMEOUT`].
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(12);

/// Denied requests on one connection before the door closes it.
pub const MAX_DENIED: u8 = 5;

/// The GATT service of a door, as advertised.
pub const SERVICE_UUID: u128 = 0x16bf_7842_22f7_4136_b4b3_9643_8c68_2b01;

/// The characteristic a phone writes to (write without response).
pub const TO_DOOR_UUID: u128 = 0xca95_01b3_e623_4ac6_9053_81f8_d63b_6f2f;

/// The characteristic a phone subscribes to (notify).
pub const FROM_DOOR_UUID: u128 = 0x0c62_7dca_b7f2_4dcb_8378_c59a_ca29_1ac5;
