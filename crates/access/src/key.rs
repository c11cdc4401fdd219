//! Keys: Ed25519 to sign, X25519 to agree. No other curve exists here; P-256 is never accepted.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;
use x25519_dalek::StaticSecret;
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

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
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
        #[schema(value_type = String)]
        pub struct $name(pub [u8; 32]);

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
                f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
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
                decode(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize_bytes(deserializer).map(Self)
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

fn decode(text: &str) -> Result<[u8; 32], ParseKeyError> {
    let mut bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseKeyError)?;
    let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| ParseKeyError);
    bytes.zeroize();
    key
}

fn deserialize_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(KeyVisitor)
    } else {
        deserializer.deserialize_bytes(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = [u8; 32];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key of 32 bytes")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        decode(text).map_err(E::custom)
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        bytes
            .try_into()
            .map_err(|_| E::invalid_length(bytes.len(), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut key = [0; 32];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = seq
                .next_element()?
                .ok_or_else(|| A::Error::invalid_length(at, &self))?;
        }
        match seq.next_element::<u8>()? {
            None => Ok(key),
            Some(_) => Err(A::Error::invalid_length(33, &self)),
        }
    }
}
