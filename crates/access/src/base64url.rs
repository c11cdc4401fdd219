//! Bytes as base64url without padding (RFC 4648, section 5) in JSON and as bytes in CBOR, for
//! `#[serde(with = "access::base64url")]` on a `Vec<u8>` or an array.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserializer, Serializer};

/// The bytes as text.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a text; none when it is not base64url without padding or has another length.
pub fn decode<T: TryFrom<Vec<u8>>>(text: &str) -> Option<T> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// Writes text where a person may read it, bytes elsewhere.
pub fn serialize<T: AsRef<[u8]>, S: Serializer>(
    bytes: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(&encode(bytes))
    } else {
        serializer.serialize_bytes(bytes.as_ref())
    }
}

/// Reads what [`serialize`] wrote.
pub fn deserialize<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(BytesVisitor(PhantomData))
    } else {
        deserializer.deserialize_byte_buf(BytesVisitor(PhantomData))
    }
}

struct BytesVisitor<T>(PhantomData<T>);

impl<T: TryFrom<Vec<u8>>> BytesVisitor<T> {
    fn sized<E: Error>(self, bytes: Vec<u8>) -> Result<T, E> {
        let len = bytes.len();
        bytes.try_into().map_err(|_| E::invalid_length(len, &self))
    }
}

impl<'de, T: TryFrom<Vec<u8>>> Visitor<'de> for BytesVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes, as base64url without padding in text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        decode(text)
            .ok_or_else(|| E::custom("expected base64url without padding, of the right length"))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        self.sized(bytes.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<T, E> {
        self.sized(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        self.sized(bytes)
    }
}
