//! A filmed entry: encrypted fragments, the signed index, and their verification. Pure.
//!
//! A clip is an fMP4 init segment (fragment 0) and media fragments from 1 on. The door's [`Sealer`]
//! encrypts each fragment under the clip's key and chains it to the one before; the key is wrapped
//! to each viewer's device. The door signs the chain at the end of every group of pictures and once
//! more at the close, as a [`SignedClipIndex`]. What is signed so far travels as a
//! [`SignedClipPrefix`] while the clip is still being filmed. A viewer verifies either and opens
//! fragments in any order with an [`Opener`], or follows fragments as they come with a [`Follower`].
//!
//! All integers are big-endian. The chain, with `meta` = n u32, `start_ms` i64, `duration_ms` u32,
//! `keyframe` u8, `plain_len` u32 and `sealed` = clip id (16), n (4), ciphertext and tag:
//!
//! ```text
//! running(-1) = SHA-256("vestibule clip start\0" ++ CBOR header)
//! sealed(n)   = clip ++ n ++ ChaCha20-Poly1305(key, nonce = 8 zero bytes ++ n, ad, plain)
//!               ad = "vestibule clip fragment\0" ++ clip ++ meta(n) ++ running(n-1)
//! running(n)  = SHA-256("vestibule clip chain\0" ++ running(n-1) ++ meta(n)
//!                       ++ SHA-256(sealed(n)))
//! gop(n)      = Ed25519(door, "vestibule clip gop\0" ++ clip ++ n ++ running(n))
//! thumbnail   = ChaCha20-Poly1305(key, nonce = 12 bytes 0xff, ad, JPEG)
//!               ad = "vestibule clip thumbnail\0" ++ clip ++ running(-1)
//! its sign.   = Ed25519(door, "vestibule clip thumbnail\0" ++ clip ++ running(-1)
//!                       ++ SHA-256(thumbnail))
//! key wrap    = HPKE base mode, X25519/HKDF-SHA256/ChaCha20Poly1305 (RFC 9180),
//!               info = "vestibule clip key\0" ++ clip, aad = device id
//! ```
//!
//! No key seals two fragments of one number, nor two thumbnails: a [`ClipKey`] is made for one clip and dropped with
//! its sealer.

mod chain;
mod digest;
mod error;
pub mod export;
mod index;
mod key;
mod lens;
pub mod live;
mod model;
mod open;
mod place;
mod prefix;
mod seal;
mod thumbnail;
mod timeline;

#[cfg(any(test, feature = "vectors"))]
pub mod vectors;

pub use chain::Transcript;
pub use digest::Digest;
pub use error::{ChainError, ClipError};
pub use index::{ClipIndex, SignedClipIndex};
pub use key::{ClipKey, ViewerKey, WrappedKey};
pub use lens::{Lens, Mount};
pub use model::{ClipHeader, FragmentEntry, FragmentMeta, GopSignature};
pub use open::{Follower, Opener};
pub use prefix::{ClipPrefix, SignedClipPrefix};
pub use seal::{SealedFragment, Sealer};
pub use thumbnail::{SignedThumbnail, Thumbnail};
pub use timeline::{Timeline, TimelineFragment};

/// The version of the index this crate reads and writes.
pub const INDEX_VERSION: u8 = 2;

/// What sealing adds to a fragment: clip id (16), number (4), tag (16). Bytes.
pub const SEAL_OVERHEAD: usize = 36;

/// The longest plain fragment, in bytes.
pub const MAX_FRAGMENT_LEN: usize = 8 * 1024 * 1024;

/// The longest thumbnail, in bytes.
pub const MAX_THUMBNAIL_LEN: usize = 256 * 1024;

/// The most fragments of a clip, the init segment included: an hour of 100 ms fragments.
pub const MAX_FRAGMENTS: usize = 36_001;

/// How far from the entry a fragment may lie, and how long it may be, in milliseconds: a day.
pub const MAX_SPAN_MS: u32 = 24 * 60 * 60 * 1000;

/// The most devices a clip's key is wrapped to.
pub const MAX_VIEWERS: usize = 4_096;

/// The longest codec string, in bytes.
pub const MAX_CODEC_LEN: usize = 64;

/// The longest signed index that is looked at, in bytes.
pub const MAX_INDEX_LEN: usize = 8 * 1024 * 1024;
