//! The other end of a door's or a phone's channel, which says whatever it likes.

use access::{DoorId, HolderSecret};
use door_protocol::{DoorIdentity, PROTOCOL_VERSION, frame};
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver, FallbackResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, Error, HandshakeState, TransportState};

const PATTERN: &str = "Noise_KX_25519_ChaChaPoly_BLAKE2s";

/// One end of a Noise channel that has no rules.
pub(crate) enum Speaker {
    /// Before its first message.
    Unheard(Box<HandshakeState>),
    Heard(Box<TransportState>),
}

impl Speaker {
    /// A phone that has the door's first framed message.
    pub(crate) fn phone(holder: &HolderSecret, identity: &DoorIdentity, hello: &[u8]) -> Self {
        let (prologue, key) = (prologue(identity.door()), identity.public());
        let mut handshake = builder(&prologue)
            .local_private_key(holder.as_bytes())
            .and_then(|builder| builder.remote_public_key(key.as_bytes()))
            .and_then(Builder::build_responder)
            .expect("the keys are keys");
        handshake
            .read_message(&hello[2..], &mut [])
            .expect("the door's first message is a key");
        Self::Unheard(Box::new(handshake))
    }

    /// A door, and its first framed message.
    pub(crate) fn door(door: DoorId, secret: &[u8; 32]) -> (Self, Vec<u8>) {
        let prologue = prologue(door);
        let mut handshake = builder(&prologue)
            .local_private_key(secret)
            .and_then(Builder::build_initiator)
            .expect("the key is a key");
        let mut hello = [0; 64];
        let len = handshake
            .write_message(&[], &mut hello)
            .expect("the first message is short");
        let hello = frame(&hello[..len]).expect("the first message is short");
        (Self::Unheard(Box::new(handshake)), hello)
    }

    /// Takes the phone's first framed message; returns what it says.
    pub(crate) fn hear(self, framed: &[u8]) -> (Self, Vec<u8>) {
        let mut said = vec![0; 5_000];
        match self {
            Self::Unheard(mut handshake) => {
                let len = handshake.read_message(&framed[2..], &mut said);
                said.truncate(len.expect("the phone's message is sound"));
                (Self::Heard(transport(handshake)), said)
            }
            heard @ Self::Heard(_) => (heard, Vec::new()),
        }
    }

    /// Seals what is said, framed.
    pub(crate) fn say(self, said: &[u8]) -> (Self, Vec<u8>) {
        let said = &said[..said.len().min(3_900)];
        let mut message = vec![0; 5_000];
        let (len, channel) = match self {
            Self::Unheard(mut handshake) => {
                let len = handshake.write_message(said, &mut message);
                (len, transport(handshake))
            }
            Self::Heard(mut channel) => (channel.write_message(said, &mut message), channel),
        };
        let framed = frame(&message[..len.expect("what is said is short")]);
        (Self::Heard(channel), framed.expect("what is said is short"))
    }
}

fn transport(handshake: Box<HandshakeState>) -> Box<TransportState> {
    let channel = handshake.into_transport_mode();
    Box::new(channel.expect("the handshake is complete"))
}

fn prologue(door: DoorId) -> Vec<u8> {
    [b"vestibule", &[PROTOCOL_VERSION][..], door.as_bytes()].concat()
}

fn builder(prologue: &[u8]) -> Builder<'_> {
    let resolver = FallbackResolver::new(Box::new(Entropy), Box::new(DefaultResolver));
    let pattern = PATTERN.parse().expect("the pattern is one");
    Builder::with_resolver(pattern, Box::new(resolver))
        .prologue(prologue)
        .expect("the builder is new")
}

/// The same for every handshake: nothing here is secret.
struct Entropy;

impl Random for Entropy {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        dest.fill(9);
        Ok(())
    }
}

impl CryptoResolver for Entropy {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Self))
    }

    fn resolve_dh(&self, _: &DHChoice) -> Option<Box<dyn Dh>> {
        None
    }

    fn resolve_hash(&self, _: &HashChoice) -> Option<Box<dyn Hash>> {
        None
    }

    fn resolve_cipher(&self, _: &CipherChoice) -> Option<Box<dyn Cipher>> {
        None
    }
}
