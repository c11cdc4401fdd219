//! Keypad codes: what one is, and its slow hash.

use argon2::{Algorithm, Argon2, Params, Version};

/// How many digits a code has that the building makes.
pub const CODE_DIGITS: usize = 6;
/// The fewest digits of a code.
pub const MIN_CODE_DIGITS: usize = 4;
/// The most digits of a code.
pub const MAX_CODE_DIGITS: usize = 10;

/// Memory of one hash, in KiB. With [`PASSES`] and [`LANES`] it is what the OWASP Password Storage
/// Cheat Sheet asks of Argon2id at least; the 64 MiB and three passes of RFC 9106, section 4, would
/// hold a small board up for seconds.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a code has no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not [`MIN_CODE_DIGITS`] to [`MAX_CODE_DIGITS`] digits.
    #[error("a code has {MIN_CODE_DIGITS} to {MAX_CODE_DIGITS} digits and nothing else")]
    Malformed,
    /// The hash could not be computed: there is no memory for it.
    #[error("the code could not be hashed: {MEMORY_KIB} KiB of memory are needed")]
    Unhashed,
}

/// The Argon2id hash (RFC 9106, version 0x13) of a code under its building's salt: 32 bytes.
///
/// Takes some ten milliseconds and 19 MiB, ten times that on a small board: never on a thread that
/// others wait for. It slows down whoever has a stolen bundle and tries all codes; it does not stop
/// them, since a million codes are soon tried out. What stops them is that codes end.
pub fn hash_code(code: &str, salt: &[u8; 16]) -> Result<[u8; 32], CodeError> {
    let length = MIN_CODE_DIGITS..=MAX_CODE_DIGITS;
    if !length.contains(&code.len()) || !code.bytes().all(|digit| digit.is_ascii_digit()) {
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
    fn four_to_ten_digits_are_a_code_and_nothing_else_is() {
        for text in ["0000", "1234567890"] {
            assert!(hash_code(text, &[7; 16]).is_ok(), "{text}");
        }
        for text in ["", "120", "12345678901", "12003a", "١٢٣", "12 034", "-1200"] {
            assert_eq!(
                hash_code(text, &[7; 16]),
                Err(CodeError::Malformed),
                "{text}"
            );
        }
    }
}
