//! What the hub keeps of a pass's link and code: nothing that it could read without the link.
//!
//! From the link's token HKDF (RFC 5869) derives what the link is found by, and the key that its code is sealed with. That
//! key seals this one code, so its nonce is zero.

use access::GrantId;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hkdf::Hkdf;
use hub_api::PassToken;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{HubError, Result};

const LINK: &[u8] = b"vestibule pass link";
const CODE: &[u8] = b"vestibule pass code";

/// What a link is found by.
pub(super) fn link_of(token: &PassToken) -> Result<[u8; 32]> {
    derive(token, LINK).map(|link| *link)
}

/// Seals a pass's code so that only its link opens it.
pub(super) fn seal(token: &PassToken, pass: GrantId, code: &str) -> Result<Vec<u8>> {
    let payload = Payload {
        msg: code.as_bytes(),
        aad: pass.as_bytes(),
    };
    let sealed = cipher(token)?.encrypt(&Nonce::default(), payload);
    sealed.map_err(|_| HubError::Internal("a pass's code was not sealed".to_owned()))
}

/// Opens what [`seal`] made for the same link and pass.
pub(super) fn open(token: &PassToken, pass: GrantId, sealed: &[u8]) -> Result<Zeroizing<String>> {
    let payload = Payload {
        msg: sealed,
        aad: pass.as_bytes(),
    };
    let opened = cipher(token)?.decrypt(&Nonce::default(), payload).ok();
    let code = opened.and_then(|bytes| String::from_utf8(bytes).ok());
    let damaged = || HubError::Internal(format!("the code of pass {pass} does not open"));
    code.map(Zeroizing::new).ok_or_else(damaged)
}

fn cipher(token: &PassToken) -> Result<ChaCha20Poly1305> {
    let key = derive(token, CODE)?;
    Ok(ChaCha20Poly1305::new(key.as_slice().into()))
}

fn derive(token: &PassToken, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let mut out = Zeroizing::new([0; 32]);
    let expanded = Hkdf::<Sha256>::new(None, token.as_bytes()).expand(purpose, &mut *out);
    expanded.map_err(|error| HubError::Internal(format!("no key of a pass: {error}")))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASS: GrantId = GrantId::from_entropy([1; 16]);

    #[test]
    fn a_code_opens_with_its_own_link_and_pass_alone() {
        let token = PassToken::random();
        let sealed = seal(&token, PASS, "120034").unwrap();
        assert_eq!(*open(&token, PASS, &sealed).unwrap(), "120034");
        let another = GrantId::from_entropy([2; 16]);
        assert!(open(&token, another, &sealed).is_err());
        assert!(open(&PassToken::random(), PASS, &sealed).is_err());
    }

    #[test]
    fn what_a_link_is_found_by_is_neither_its_token_nor_its_key() {
        let token = PassToken::random();
        let (link, key) = (link_of(&token).unwrap(), derive(&token, CODE).unwrap());
        assert_ne!(link, *key);
        assert!(!link.starts_with(token.as_bytes()));
        assert_eq!(link_of(&token).unwrap(), link);
    }
}
