//! The channel: snow with the entropy of the caller and Diffie-Hellman secrets that are wiped.

use std::cell::Cell;

use access::DoorId;
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, Error};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::PROTOCOL_VERSION;

pub(crate) const PATTERN: &str = "Noise_KX_25519_ChaChaPoly_BLAKE2s";
const PROLOGUE: &[u8] = b"vestibule";

/// A prepared handshake of either end.
pub(crate) fn builder(prologue: &[u8], entropy: [u8; 32]) -> Result<Builder<'_>, Error> {
    let resolver = Resolver {
        entropy: Cell::new(Some(Zeroizing::new(entropy))),
    };
    Builder::with_resolver(PATTERN.parse()?, Box::new(resolver)).prologue(prologue)
}

/// What both ends must agree on before the first message: protocol, version and door.
pub(crate) fn prologue(version: u8, door: DoorId) -> Vec<u8> {
    [PROLOGUE, &[version], door.as_bytes()].concat()
}

/// The prologue of this version.
pub(crate) fn current_prologue(door: DoorId) -> Vec<u8> {
    prologue(PROTOCOL_VERSION, door)
}

/// snow's primitives, but for the two where something secret is at stake.
struct Resolver {
    entropy: Cell<Option<Zeroizing<[u8; 32]>>>,
}

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(OneDraw(self.entropy.take())))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        matches!(choice, DHChoice::Curve25519).then(|| Box::new(X25519::new()) as Box<dyn Dh>)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

/// Entropy for the one ephemeral key of a handshake. A second draw fails rather than repeats.
struct OneDraw(Option<Zeroizing<[u8; 32]>>);

impl Random for OneDraw {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        let entropy = self.0.take().ok_or(Error::Rng)?;
        if dest.len() != entropy.len() {
            return Err(Error::Rng);
        }
        dest.copy_from_slice(&*entropy);
        Ok(())
    }
}

/// X25519 whose secret is wiped on drop and which refuses points of low order (RFC 7748, section
/// 6.1).
struct X25519 {
    secret: StaticSecret,
    public: [u8; 32],
}

impl X25519 {
    fn new() -> Self {
        Self {
            secret: StaticSecret::from([0; 32]),
            public: [0; 32],
        }
    }

    fn replace(&mut self, secret: &[u8; 32]) {
        self.secret = StaticSecret::from(*secret);
        self.public = PublicKey::from(&self.secret).to_bytes();
    }
}

impl Dh for X25519 {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        32
    }

    fn priv_len(&self) -> usize {
        32
    }

    fn set(&mut self, privkey: &[u8]) {
        let mut secret = Zeroizing::new([0; 32]);
        secret
            .iter_mut()
            .zip(privkey)
            .for_each(|(to, from)| *to = *from);
        self.replace(&secret);
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), Error> {
        let mut secret = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut *secret)?;
        self.replace(&secret);
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.public
    }

    fn privkey(&self) -> &[u8] {
        self.secret.as_bytes()
    }

    fn dh(&self, pubkey: &[u8], out: &mut [u8]) -> Result<(), Error> {
        let (theirs, _) = pubkey.split_first_chunk::<32>().ok_or(Error::Dh)?;
        let (out, _) = out.split_first_chunk_mut::<32>().ok_or(Error::Dh)?;
        let shared = self.secret.diffie_hellman(&PublicKey::from(*theirs));
        if !shared.was_contributory() {
            return Err(Error::Dh);
        }
        out.copy_from_slice(shared.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snow_has_no_randomness_of_its_own() {
        assert!(
            DefaultResolver.resolve_rng().is_none(),
            "a feature of snow brings in the system's randomness"
        );
    }

    #[test]
    fn entropy_is_drawn_once() {
        let mut rng = OneDraw(Some(Zeroizing::new([4; 32])));
        let mut first = [0; 32];
        rng.try_fill_bytes(&mut first).unwrap();
        assert_eq!(first, [4; 32]);
        assert_eq!(rng.try_fill_bytes(&mut first), Err(Error::Rng));
    }

    #[test]
    fn x25519_agrees_with_rfc_7748_section_6_1() {
        let mut alice = X25519::new();
        alice.set(&hex(
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        ));
        assert_eq!(
            alice.pubkey(),
            hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        );
        let bob = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        let mut shared = [0; 32];
        alice.dh(&bob, &mut shared).unwrap();
        assert_eq!(
            shared,
            hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
        );
    }

    #[test]
    fn a_point_of_low_order_is_refused() {
        let mut ours = X25519::new();
        ours.set(&[7; 32]);
        assert_eq!(ours.dh(&[0; 32], &mut [0; 32]), Err(Error::Dh));
    }

    fn hex(text: &str) -> [u8; 32] {
        std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
    }
}
