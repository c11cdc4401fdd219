//! What can be wrong with a clip, and whose doing it is.

use access::{ClipId, DeviceId};

use crate::{MAX_CODEC_LEN, MAX_FRAGMENT_LEN, MAX_FRAGMENTS, MAX_SPAN_MS};
use crate::{MAX_THUMBNAIL_LEN, MAX_VIEWERS};

/// Why fragments do not make a clip: the camera's or the door's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Fragments are numbered from 0 without gaps.
    #[error("fragment {found} came where {expected} was due")]
    OutOfOrder {
        /// The number that was due.
        expected: u32,
        /// The number that came.
        found: u32,
    },
    /// A clip starts at a keyframe, or it could not be played from its start.
    #[error("the first fragment after the init segment is no keyframe")]
    NotAKeyframe,
    /// A fragment starts before its predecessor.
    #[error("fragment {n} starts before the one before it")]
    TimeGoesBack {
        /// The fragment.
        n: u32,
    },
    /// A time is over [`MAX_SPAN_MS`].
    #[error("fragment {n} lies more than {MAX_SPAN_MS} ms from the entry, or is longer than that")]
    TooFar {
        /// The fragment.
        n: u32,
    },
    /// The fragment is over [`MAX_FRAGMENT_LEN`] or not as long as its description says.
    #[error("fragment {n} is longer than {MAX_FRAGMENT_LEN} bytes, or not as long as described")]
    WrongLength {
        /// The fragment.
        n: u32,
    },
    /// The clip is full.
    #[error("a clip has at most {MAX_FRAGMENTS} fragments")]
    TooMany,
    /// There is nothing to close: a clip has an init segment and at least one fragment.
    #[error("the clip has no pictures")]
    Empty,
    /// The header is over [`MAX_VIEWERS`] or [`MAX_CODEC_LEN`].
    #[error("a clip has at most {MAX_VIEWERS} viewers and {MAX_CODEC_LEN} bytes of codec name")]
    HeaderTooLong,
    /// No lens is like that: a length of nothing, or an angle that there is not.
    #[error("the lens is described by numbers that no lens has")]
    ImpossibleLens,
    /// The picture is over [`MAX_THUMBNAIL_LEN`].
    #[error("the clip's thumbnail is longer than {MAX_THUMBNAIL_LEN} bytes")]
    ThumbnailTooLong,
    /// A clip has one picture.
    #[error("the clip has a thumbnail already")]
    SecondThumbnail,
    /// The fragment could not be encrypted: a defect.
    #[error("the fragment could not be encrypted")]
    Encryption,
}

/// Why a clip, or a part of it, is not what the door filmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipError {
    /// Over [`crate::MAX_INDEX_LEN`].
    #[error("the clip's index is too long")]
    IndexTooLong,
    /// Not the CBOR of an index.
    #[error("the clip's index cannot be decoded")]
    Undecodable,
    /// Written by another version.
    #[error("the clip's index has version {0}, which is not supported")]
    UnsupportedVersion(u8),
    /// The index is not signed by this door.
    #[error("the clip's index is not signed by the door")]
    BadSignature,
    /// The door did not sign the chain up to this fragment.
    #[error("the fragments up to {n} are not signed by the door")]
    BadGopSignature {
        /// The last fragment the signature should cover.
        n: u32,
    },
    /// The door signed an index that cannot be true.
    #[error("the clip's index contradicts itself: {0}")]
    Impossible(#[from] ChainError),
    /// The door signed an index whose parts do not belong together.
    #[error(
        "the clip's index contradicts itself: its chain, times or signatures do not match its fragments"
    )]
    Inconsistent,
    /// The fragment is of another clip.
    #[error("this is a fragment of clip {found}, not of {expected}")]
    OtherClip {
        /// The clip being watched.
        expected: ClipId,
        /// The clip the fragment names.
        found: ClipId,
    },
    /// The fragment is of this clip, and stands in another's place.
    #[error("this is fragment {found}, not {expected}")]
    Misplaced {
        /// The number asked for.
        expected: u32,
        /// The number the fragment names.
        found: u32,
    },
    /// The end of the fragment is missing.
    #[error("fragment {n} is cut short")]
    Truncated {
        /// The fragment.
        n: u32,
    },
    /// The fragment was altered.
    #[error("fragment {n} was altered")]
    Tampered {
        /// The fragment.
        n: u32,
    },
    /// The fragment is what the door signed; the key is not the clip's.
    #[error("the key does not open fragment {n}")]
    WrongKey {
        /// The fragment.
        n: u32,
    },
    /// The clip has no such fragment.
    #[error("the clip has no fragment {n}")]
    NoSuchFragment {
        /// The fragment.
        n: u32,
    },
    /// The picture is not signed by this door, or not the one that was sealed.
    #[error("the clip's thumbnail is not what the door signed")]
    BadThumbnail,
    /// The clip's key was not wrapped to this device.
    #[error("the clip was not made for device {0}")]
    NotAViewer(DeviceId),
    /// The wrapped key was not made for this key, device and clip.
    #[error("the clip's key cannot be unwrapped with this device's key")]
    KeyUnwrap,
    /// The key could not be wrapped: the viewer's public key is no good.
    #[error("the clip's key cannot be wrapped to this viewer")]
    KeyWrap,
}
