//! Keys: Ed25519 to sign, X25519 to agree. No other curve exists here; P-256 is never accepted.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use x25519_dalek::StaticSecret;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::base64url;

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a key: expected 32 bytes as base64url without padding")]
pub struct ParseKeyError;

/// The signature does not match the key and the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct SignatureError;

macro_rules! public_keys {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// 32 bytes: base64url without padding in JSON, bytes in CBOR.
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(#[serde(with = "base64url")] pub [u8; 32]);

        impl $name {
            /// The key's 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base64url::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseKeyError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                base64url::decode(text).map(Self).ok_or(ParseKeyError)
            }
        }
    )+};
}

public_keys! {
    /// A building's Ed25519 key: it signs grants and bundles.
    BuildingPublicKey;
    /// A carrier's Ed25519 key: it signs the visits of the carrier's drivers.
    CarrierPublicKey;
    /// A door's Ed25519 key: it signs records and clips.
    SigningPublicKey;
    /// An X25519 key that a clip's key is wrapped to with HPKE.
    ViewerPublicKey;
    /// An X25519 key of a building's hub that records carried by phones are sealed to with HPKE.
    RecordsPublicKey;
    /// The X25519 key a credential is bound to: the Noise static key of a phone or handset.
    HolderPublicKey;
    /// A door's X25519 key: its Noise static key.
    DoorPublicKey;
}

macro_rules! signing_keys {
    ($($(#[$doc:meta])* $name:ident => $public:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// Wiped from memory when dropped; never printed.
        #[derive(Clone, ZeroizeOnDrop)]
        pub struct $name(ed25519_dalek::SigningKey);

        impl $name {
            /// Makes the key of its 32-byte Ed25519 seed (RFC 8032, section 5.1.5).
            pub fn from_seed(seed: [u8; 32]) -> Self {
                let seed = Zeroizing::new(seed);
                Self(ed25519_dalek::SigningKey::from_bytes(&seed))
            }

            /// The seed, to be kept secret.
            pub fn seed(&self) -> &[u8; 32] {
                self.0.as_bytes()
            }

            /// The public half.
            pub fn public(&self) -> $public {
                $public(self.0.verifying_key().to_bytes())
            }

            /// Signs `message` under `domain` (see [`signed_message`]).
            pub fn sign(&self, domain: &[u8], message: &[u8]) -> [u8; 64] {
                self.0.sign(&signed_message(domain, message)).to_bytes()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }

        impl $public {
            /// Checks a signature that the secret half's `sign` made under the same domain.
            ///
            /// Strict verification: small-order keys and non-canonical signatures are refused.
            pub fn verify(
                &self,
                domain: &[u8],
                message: &[u8],
                signature: &[u8],
            ) -> Result<(), SignatureError> {
                let key = VerifyingKey::from_bytes(&self.0).map_err(|_| SignatureError)?;
                let signature = Signature::from_slice(signature).map_err(|_| SignatureError)?;
                key.verify_strict(&signed_message(domain, message), &signature)
                    .map_err(|_| SignatureError)
            }
        }
    )+};
}

signing_keys! {
    /// A building's Ed25519 secret.
    BuildingKey => BuildingPublicKey;
    /// A carrier's Ed25519 secret.
    CarrierKey => CarrierPublicKey;
    /// A door's Ed25519 secret.
    SigningKey => SigningPublicKey;
}

/// What is signed: `"vestibule " ++ domain ++ 0x00 ++ message`.
///
/// The domain keeps a signature made for one purpose from being taken for another. The building's
/// key also signs Biscuit blocks, which start with a protobuf tag or a zero byte; the first byte
/// here, `v` (0x76), is neither: as a tag it would have wire type 6, which does not exist.
pub fn signed_message(domain: &[u8], message: &[u8]) -> Vec<u8> {
    const PREFIX: &[u8] = b"vestibule ";
    let mut signed = Vec::with_capacity(PREFIX.len() + domain.len() + 1 + message.len());
    signed.extend_from_slice(PREFIX);
    signed.extend_from_slice(domain);
    signed.push(0);
    signed.extend_from_slice(message);
    signed
}

/// The X25519 secret of a phone or handset. Wiped from memory when dropped; never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct HolderSecret([u8; 32]);

impl HolderSecret {
    /// Wraps 32 secret bytes (RFC 7748 scalar; clamped when used).
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The secret bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public half, which a credential is bound to.
    pub fn public(&self) -> HolderPublicKey {
        HolderPublicKey(x25519_public(&self.0))
    }
}

impl fmt::Debug for HolderSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderSecret(secret)")
    }
}

/// The X25519 public key of a secret (RFC 7748, section 6.1).
pub fn x25519_public(secret: &[u8; 32]) -> [u8; 32] {
    let secret = StaticSecret::from(*secret);
    x25519_dalek::PublicKey::from(&secret).to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: HolderPublicKey = HolderPublicKey([0xfb; 32]);

    #[test]
    fn a_public_key_is_base64url_in_json_and_bytes_in_cbor() {
        let json = serde_json::to_string(&KEY).unwrap();
        assert_eq!(json, format!("\"{KEY}\""));
        assert_eq!(serde_json::from_str::<HolderPublicKey>(&json).unwrap(), KEY);
        let mut cbor = Vec::new();
        ciborium::into_writer(&KEY, &mut cbor).unwrap();
        assert_eq!(cbor.len(), 34);
        assert_eq!(
            ciborium::from_reader::<HolderPublicKey, _>(cbor.as_slice()).unwrap(),
            KEY
        );
    }

    #[test]
    fn a_key_of_another_length_or_alphabet_is_refused() {
        for text in [
            "",
            "AAAA",
            "+/+/",
            &"A".repeat(42),
            &"A".repeat(44),
            &format!("{KEY}="),
        ] {
            assert_eq!(
                text.parse::<HolderPublicKey>(),
                Err(ParseKeyError),
                "{text}"
            );
        }
    }

    #[test]
    fn a_signature_holds_for_its_domain_message_and_key_only() {
        let key = BuildingKey::from_seed([1; 32]);
        let signature = key.sign(b"a", b"message");
        assert_eq!(key.public().verify(b"a", b"message", &signature), Ok(()));
        assert!(key.public().verify(b"b", b"message", &signature).is_err());
        assert!(key.public().verify(b"a", b"massage", &signature).is_err());
        let other = BuildingKey::from_seed([2; 32]).public();
        assert!(other.verify(b"a", b"message", &signature).is_err());
        assert!(
            key.public()
                .verify(b"a", b"message", &signature[..63])
                .is_err()
        );
    }

    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        let identity = {
            let mut bytes = [0; 32];
            bytes[0] = 1;
            BuildingPublicKey(bytes)
        };
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(identity.verify(b"a", b"anything", &signature).is_err());
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(
            format!("{:?}", BuildingKey::from_seed([1; 32])),
            "BuildingKey(secret)"
        );
        assert_eq!(
            format!("{:?}", HolderSecret::from_bytes([1; 32])),
            "HolderSecret(secret)"
        );
    }
}
