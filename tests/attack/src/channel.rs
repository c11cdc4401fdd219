//! The protocol by hand, for what no honest phone would send.

use access::{DoorId, DoorPublicKey, HolderSecret};
use anyhow::{Context, Result};
use door_protocol::{Answer, MAX_MESSAGE, PROTOCOL_VERSION, frame};
use rand::rngs::OsRng;
use serde_bytes::Bytes;
use snow::{
    Builder, TransportState,
    params::{CipherChoice, DHChoice, HashChoice},
    resolvers::{CryptoResolver, DefaultResolver},
    types::{Cipher, Dh, Hash, Random},
};

use crate::{Person, Target, Wire};

const PATTERN: &str = "Noise_KX_25519_ChaChaPoly_BLAKE2s";

/// What the attacker mixes into the handshake before the first message.
#[derive(Clone, Debug)]
pub struct Prologue(pub Vec<u8>);

impl Prologue {
    /// That of an honest phone.
    pub fn honest(door: DoorId) -> Self {
        Self::of_version(PROTOCOL_VERSION, door)
    }

    /// That of a phone of another version.
    pub fn of_version(version: u8, door: DoorId) -> Self {
        Self([b"vestibule", &[version][..], door.as_bytes()].concat())
    }
}

/// An established channel on which anything can be said.
#[derive(Debug)]
pub struct Channel {
    wire: Wire,
    transport: TransportState,
}

impl Channel {
    /// Connects and asks with any command number; the answer comes with the channel.
    ///
    /// `None` when the door closed the connection, with or without an answer.
    pub fn ask(target: &Target, person: &Person, command: u8) -> Result<Option<(Self, Answer)>> {
        let request = request(command, person.credential.as_bytes())?;
        let prologue = Prologue::honest(target.door);
        Self::open(target, target.key, &person.secret, &prologue, &request)
    }

    /// Connects with any prologue, door key, own key and first payload.
    pub fn open(
        target: &Target,
        key: DoorPublicKey,
        secret: &HolderSecret,
        prologue: &Prologue,
        payload: &[u8],
    ) -> Result<Option<(Self, Answer)>> {
        let mut wire = Wire::connect(target)?;
        let hello = wire.message()?.context("the door did not greet")?;
        let resolver = Box::new(WithSystemRandomness);
        let mut handshake = Builder::with_resolver(PATTERN.parse()?, resolver)
            .prologue(&prologue.0)?
            .local_private_key(secret.as_bytes())?
            .remote_public_key(key.as_bytes())?
            .build_responder()?;
        let mut buffer = [0; MAX_MESSAGE];
        handshake.read_message(&hello, &mut buffer)?;
        let length = handshake.write_message(payload, &mut buffer)?;
        wire.send(&frame(&buffer[..length])?);
        let transport = handshake.into_transport_mode()?;
        let mut channel = Self { wire, transport };
        Ok(channel.answer()?.map(|answer| (channel, answer)))
    }

    /// Sends anything more on the channel and waits for the answer; `None` when it was closed.
    pub fn say(&mut self, payload: &[u8]) -> Result<Option<Answer>> {
        let mut buffer = [0; MAX_MESSAGE];
        let length = self.transport.write_message(payload, &mut buffer)?;
        self.wire.send(&frame(&buffer[..length])?);
        self.answer()
    }

    fn answer(&mut self) -> Result<Option<Answer>> {
        let Some(message) = self.wire.message()? else {
            return Ok(None);
        };
        let mut buffer = [0; MAX_MESSAGE];
        let length = self.transport.read_message(&message, &mut buffer)?;
        Ok(Some(ciborium::from_reader(&buffer[..length])?))
    }
}

/// CBOR `[command, credential]`, with any number for the command.
pub fn request(command: u8, credential: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&(command, Bytes::new(credential)), &mut bytes)?;
    Ok(bytes)
}

/// snow's own primitives, with the randomness that the door's pure crate must not have.
struct WithSystemRandomness;

impl CryptoResolver for WithSystemRandomness {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(SystemRandomness))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        DefaultResolver.resolve_dh(choice)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

struct SystemRandomness;

impl Random for SystemRandomness {
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), snow::Error> {
        rand::RngCore::try_fill_bytes(&mut OsRng, bytes).map_err(|_| snow::Error::Rng)
    }
}
