//! Keypad codes: what one is, and its slow hash.

use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{CodeKey, CodeKeyId};

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

/// The Argon2id hash (RFC 9106, version 0x13) of a code under its building's salt and secret: 32 bytes.
/// Codes of before there were secrets have none.
///
/// Takes some ten milliseconds and 19 MiB, ten times that on a small board: never on a thread that
/// others wait for. That slows down whoever has a bundle and tries all codes, and does not stop them,
/// since a million codes are soon tried out. What stops them is that the key is in no bundle.
pub fn hash_code(
    code: &str,
    salt: &[u8; 16],
    key: Option<&CodeKey>,
) -> Result<[u8; 32], CodeError> {
    let length = MIN_CODE_DIGITS..=MAX_CODE_DIGITS;
    if !length.contains(&code.len()) || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(CodeError::Malformed);
    }
    let mut hash = [0; 32];
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(hash.len()))
        .map_err(|_| CodeError::Unhashed)?;
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let argon2 = match key.filter(|_| !off!(CodeKey)) {
        Some(key) => Argon2::new_with_secret(key.as_bytes(), algorithm, version, params)
            .map_err(|_| CodeError::Unhashed)?,
        None => Argon2::new(algorithm, version, params),
    };
    argon2
        .hash_password_into(code.as_bytes(), salt, &mut hash)
        .map_err(|_| CodeError::Unhashed)?;
    Ok(hash)
}

/// A code that was typed or drawn, hashed under each secret that the codes it is compared with have.
#[derive(Clone)]
pub struct TypedCode(Vec<(Option<CodeKeyId>, Zeroizing<[u8; 32]>)>);

impl TypedCode {
    /// Hashes it once for each of these, each as long as [`hash_code`]; none stands for codes of
    /// before there were secrets.
    pub fn hash(code: &str, salt: &[u8; 16], keys: &[Option<CodeKey>]) -> Result<Self, CodeError> {
        let hash = |key: &Option<CodeKey>| {
            let hash = hash_code(code, salt, key.as_ref())?;
            Ok((key.as_ref().map(CodeKey::id), Zeroizing::new(hash)))
        };
        keys.iter().map(hash).collect::<Result<_, _>>().map(Self)
    }

    /// Its hash under this secret, if it was hashed with it.
    pub fn under(&self, key: Option<CodeKeyId>) -> Option<&[u8; 32]> {
        let mut hashes = self.0.iter();
        hashes.find(|(of, _)| *of == key).map(|(_, hash)| &**hash)
    }

    /// Whether it is the code with this hash under this secret. How long that takes depends on the
    /// secret's id alone.
    pub fn matches(&self, key: Option<CodeKeyId>, hash: &[u8; 32]) -> bool {
        self.under(key)
            .is_some_and(|typed| typed.as_slice().ct_eq(hash).into())
    }
}

/// Hashes are not printed.
impl std::fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedCode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; 16] = [7; 16];

    fn key(number: u8) -> CodeKey {
        CodeKey::from_bytes([number; 32])
    }

    #[test]
    fn a_codes_hash_depends_on_the_code_the_salt_and_the_key() {
        let key = key(1);
        for key in [None, Some(&key)] {
            let hash = hash_code("120034", &SALT, key).unwrap();
            assert_eq!(hash_code("120034", &SALT, key).unwrap(), hash);
            assert_ne!(hash_code("120035", &SALT, key).unwrap(), hash);
            assert_ne!(hash_code("120034", &[8; 16], key).unwrap(), hash);
        }
    }

    #[test]
    fn a_hash_with_a_key_matches_with_the_same_key_only() {
        let kept = hash_code("120034", &SALT, Some(&key(1))).unwrap();
        let id = Some(key(1).id());
        let typed = |keys: &[Option<CodeKey>]| TypedCode::hash("120034", &SALT, keys).unwrap();
        assert!(typed(&[Some(key(1))]).matches(id, &kept));
        assert!(typed(&[None, Some(key(2)), Some(key(1))]).matches(id, &kept));
        assert!(!typed(&[Some(key(2))]).matches(Some(key(2).id()), &kept));
        assert!(!typed(&[None]).matches(None, &kept));
        // Under its own name it is not even looked at without the key.
        assert!(!typed(&[None, Some(key(2))]).matches(id, &kept));
        assert_eq!(format!("{:?}", typed(&[None])), "TypedCode");
    }

    #[test]
    fn four_to_ten_digits_are_a_code_and_nothing_else_is() {
        for text in ["0000", "1234567890"] {
            assert!(hash_code(text, &SALT, None).is_ok(), "{text}");
        }
        for text in ["", "120", "12345678901", "12003a", "١٢٣", "12 034", "-1200"] {
            assert_eq!(
                hash_code(text, &SALT, None),
                Err(CodeError::Malformed),
                "{text}"
            );
        }
    }
}
