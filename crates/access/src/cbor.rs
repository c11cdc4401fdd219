//! CBOR (RFC 8949) in and out, in one encoding, with nothing left over and no deep nesting.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes are not the one CBOR encoding of the wanted shape.
#[derive(Debug)]
pub(crate) struct CborError;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 16;

pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CborError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|_| CborError)?;
    Ok(bytes)
}

/// Reads a value in its one encoding: nothing follows it, and [`encode`] would write the same.
pub(crate) fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, CborError> {
    let value =
        ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH).map_err(|_| CborError)?;
    if encode(&value)? == bytes {
        Ok(value)
    } else {
        Err(CborError)
    }
}
