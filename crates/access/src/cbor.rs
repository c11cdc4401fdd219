//! CBOR in and out, with nothing left over and no deep nesting.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes are not the CBOR of the wanted shape, or something follows it.
#[derive(Debug)]
pub(crate) struct CborError;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 16;

pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CborError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|_| CborError)?;
    Ok(bytes)
}

pub(crate) fn decode<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, CborError> {
    let value = ciborium::de::from_reader_with_recursion_limit(&mut bytes, MAX_DEPTH)
        .map_err(|_| CborError)?;
    if bytes.is_empty() {
        Ok(value)
    } else {
        Err(CborError)
    }
}
