//! Keypad codes: their slow hash.

use argon2::{Algorithm, Argon2, Params, Version};

/// How many digits a code has.
pub const CODE_DIGITS: usize = 6;

/// Memory of one hash, in KiB: with [`PASSES`], the OWASP Password Storage Cheat Sheet's first choice.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a code has no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not [`CODE_DIGITS`] digits.
    #[error("a code has {CODE_DIGITS} digits and nothing else")]
    Malformed,
    /// The hash could not be computed: there is no memory for it.
    #[error("the code could not be hashed: {MEMORY_KIB} KiB of memory are needed")]
    Unhashed,
}

/// The Argon2id hash (RFC 9106, version 0x13) of a code under its building's salt: 32 bytes.
///
/// Takes some ten milliseconds and 19 MiB: six digits are soon tried out, so that each try must cost something.
pub fn hash_code(code: &str, salt: &[u8; 16]) -> Result<[u8; 32], CodeError> {
    if code.len() != CODE_DIGITS || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(CodeError::Malformed);
    }
    let mut hash = [0; 32];
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(hash.len()))
        .map_err(|_| CodeError::Unhashed)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(code.as_bytes(), salt, &mut hash)
        .map_err(|_| CodeError::Unhashed)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codes_hash_depends_on_the_code_and_on_the_salt_alone() {
        let hash = hash_code("120034", &[7; 16]).unwrap();
        assert_eq!(hash_code("120034", &[7; 16]).unwrap(), hash);
        assert_ne!(hash_code("120035", &[7; 16]).unwrap(), hash);
        assert_ne!(hash_code("120034", &[8; 16]).unwrap(), hash);
    }

    #[test]
    fn what_is_no_code_has_no_hash() {
        for text in ["", "12003", "1200345", "12003a", "١٢٣", "12 034"] {
            assert_eq!(
                hash_code(text, &[7; 16]),
                Err(CodeError::Malformed),
                "{text}"
            );
        }
    }
}
