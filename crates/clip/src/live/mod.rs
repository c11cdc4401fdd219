//! A door's camera as it films, sealed to the devices that watch right now. Pure.
//!
//! Whoever carries these messages reads nothing in them, can show nobody anything but what the door
//! films now, and can neither invent a watcher nor hide one: the door gives its key only to a device
//! that asked with the key that only it holds, and puts that on record first.
//!
//! The [`LiveDoor`] makes a fresh X25519 key for each connection and greets with it. A device
//! [`Watch`]es under a number of its own choosing: it asks, sealed to that key, and again every few
//! seconds for as long as it watches. The door answers with a grant, sealed to the device: the
//! *session* and its key. A session is short; when it is replaced, each watcher gets a further grant.
//!
//! ```text
//! hello    = {body, signature}: Ed25519(door, "vestibule live hello\0" ++ body)
//!            body = {version, building, door, key}
//! ask      = {watch, device, enc, sealed}
//!            sealed = HPKE auth mode, from the device's viewer key to the hello's key, of n u32
//!            info = "vestibule live ask\0" ++ building ++ door, aad = watch ++ device
//! answer   = {body, signature}: Ed25519(door, "vestibule live answer\0" ++ body)
//!            body = {version, key, watch, says}, says = granted {enc, sealed} | ended why
//! grant    = HPKE base mode, to the device's viewer key, of {number, session, key, now_ms, codec,
//!            width, height, init}
//!            info = "vestibule live grant\0" ++ building ++ door, aad = watch ++ device
//! fragment = session (16) ++ meta (21) ++ ciphertext ++ tag (16) ++ signature (64)
//!            ChaCha20-Poly1305(session key, nonce = 8 zero bytes ++ n, ad, plain)
//!            ad = "vestibule live fragment\0" ++ session ++ meta
//!            signature = Ed25519(door, "vestibule live fragment\0" ++ SHA-256(what is before it))
//! ```
//!
//! Structures are CBOR in their one encoding; integers are big-endian; `meta` is as in a clip, its
//! times in milliseconds since the hello; HPKE (RFC 9180) is X25519/HKDF-SHA256/ChaCha20Poly1305. No
//! key seals two fragments of one number: the [`LiveSealer`] counts, and is dropped with its key.
//!
//! What is replayed is refused: an answer names the watch's own random number, an ask can only be
//! opened with the secret of this connection and counts up, a fragment counts up in a session that
//! a grant has named. Every fragment is signed, not every group of pictures, so that a picture is
//! proven to be the door's before it is shown, and not a second later.

mod door;
mod error;
mod fragment;
mod message;
mod watch;

pub use door::{Asked, LiveDoor, Session};
pub use error::LiveError;
pub use fragment::{LiveFragment, LiveSealer};
pub use message::{Ended, Picture};
pub use watch::{DoorSeen, News, Watch, Watcher};

/// The version of the messages that this crate reads and writes.
pub const LIVE_VERSION: u8 = 1;

/// The longest message but a fragment, in bytes: an init segment and its box.
pub const MAX_MESSAGE_LEN: usize = 64 * 1024;

/// What sealing adds to a live fragment, in bytes.
pub const LIVE_OVERHEAD: usize = 16 + 21 + 16 + 64;

/// The most watches of one connection, ended ones included; then the door begins another.
pub const MAX_WATCHES: usize = 4_096;
