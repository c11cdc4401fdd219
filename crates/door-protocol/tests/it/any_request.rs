//! Whatever an authenticated peer says inside the channel: denied, no panic, and the next honest
//! phone is served.

use std::time::Duration;

use access::{Decision, HolderSecret};
use door_protocol::{
    Answer, CarryAnswer, DoorIdentity, DoorOutput, DoorSession, MAX_CARRIED_BUNDLE,
    PROTOCOL_VERSION, frame,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use snow::{
    Builder, Error, HandshakeState, TransportState,
    params::{CipherChoice, DHChoice, HashChoice},
    resolvers::{CryptoResolver, DefaultResolver, FallbackResolver},
    types::{Cipher, Dh, Hash, Random},
};

use crate::pair::Pair;
use crate::world::{World, at};

const NOW: Duration = Duration::from_secs(1);

/// A request before it is sealed.
#[derive(Clone, Debug)]
enum Said {
    Bytes(Vec<u8>),
    /// A well-formed request.
    Command(u8, Vec<u8>),
    /// The resident's credential with one byte of it replaced.
    Altered(Index, u8),
}

fn said() -> impl Strategy<Value = Said> {
    let bytes = || vec(any::<u8>(), 0..600);
    prop_oneof![
        bytes().prop_map(Said::Bytes),
        (0_u8..4, bytes()).prop_map(|(command, credential)| Said::Command(command, credential)),
        any::<(Index, u8)>().prop_map(|(at, byte)| Said::Altered(at, byte)),
    ]
}

impl Said {
    fn bytes(self, world: &World) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Command(command, credential) => request(command, &credential),
            Self::Altered(at, byte) => {
                let mut credential = world.resident().credential.as_bytes().to_vec();
                *at.get_mut(&mut credential) = byte;
                request(1, &credential)
            }
        }
    }
}

/// CBOR: an array of the command and a byte string whose length takes two bytes.
fn request(command: u8, credential: &[u8]) -> Vec<u8> {
    let length = u16::try_from(credential.len()).unwrap().to_be_bytes();
    [&[0x82, command, 0x59], &length[..], credential].concat()
}

/// The phone's end of the channel, in which anything can be said.
enum Speaker {
    Unheard(Box<HandshakeState>),
    Heard(TransportState),
}

impl Speaker {
    fn meet(door: &mut DoorSession, identity: &DoorIdentity, holder: &HolderSecret) -> Self {
        let Some(DoorOutput::Send(hello)) = door.poll_output() else {
            panic!("the door speaks first");
        };
        let prologue = [
            b"vestibule",
            &[PROTOCOL_VERSION][..],
            identity.door().as_bytes(),
        ]
        .concat();
        let resolver = FallbackResolver::new(Box::new(Entropy), Box::new(DefaultResolver));
        let pattern = "Noise_KX_25519_ChaChaPoly_BLAKE2s".parse().unwrap();
        let mut handshake = Builder::with_resolver(pattern, Box::new(resolver))
            .prologue(&prologue)
            .unwrap()
            .local_private_key(holder.as_bytes())
            .unwrap()
            .remote_public_key(identity.public().as_bytes())
            .unwrap()
            .build_responder()
            .unwrap();
        handshake.read_message(&hello[2..], &mut []).unwrap();
        Self::Unheard(Box::new(handshake))
    }

    fn say(self, request: &[u8]) -> (Self, Vec<u8>) {
        let mut message = [0; 4_096];
        let (len, heard) = match self {
            Self::Unheard(mut handshake) => {
                let len = handshake.write_message(request, &mut message);
                (len, handshake.into_transport_mode().unwrap())
            }
            Self::Heard(mut channel) => (channel.write_message(request, &mut message), channel),
        };
        (Self::Heard(heard), frame(&message[..len.unwrap()]).unwrap())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn anything_said_in_the_channel_is_denied_on_record_and_the_next_phone_is_served(
        requests in vec(said(), 1..6),
    ) {
        let mut world = World::new();
        let mut door = world.door_session(NOW);
        let stranger = HolderSecret::from_bytes([77; 32]);
        let mut speaker = Speaker::meet(&mut door, &world.identity, &stranger);
        let mut recorded = 0;
        for said in requests {
            let (heard, framed) = speaker.say(&said.bytes(&world));
            speaker = heard;
            let before = recorded;
            let is_open = !door.is_closed();
            door.handle_bytes(&framed, at(NOW), &mut world.gate);
            while let Some(output) = door.poll_output() {
                match output {
                    DoorOutput::AppendAudit(attempt) => {
                        prop_assert!(matches!(attempt.decision, Decision::Deny(_)));
                        recorded += 1;
                        door.handle_audit_committed(recorded);
                    }
                    DoorOutput::Actuate(_) => prop_assert!(false, "the strike moved"),
                    _ => {}
                }
            }
            prop_assert_eq!(recorded - before, u64::from(is_open));
        }
        let phone = world.resident();
        let answer = Pair::new(&mut world, &phone).run(&mut world.gate);
        let unlocked = matches!(answer, Some(Answer::Unlocked { .. }));
        prop_assert!(unlocked);
    }
}

/// What a peer says once it was let in.
fn said_inside() -> impl Strategy<Value = Vec<u8>> {
    let tail = || vec(any::<u8>(), 0..40);
    let part = (0_u32..5_000, 0_u32..5_000, vec(any::<u8>(), 0..3_000)).prop_map(
        |(total, offset, bytes)| {
            let mut said = Vec::new();
            let part = (17_u8, total, offset, serde_bytes::Bytes::new(&bytes));
            ciborium::into_writer(&part, &mut said).unwrap();
            said
        },
    );
    prop_oneof![
        (16_u8..19, 0x80_u8..0x86, tail()).prop_map(|(number, array, tail)| [
            &[array, number],
            &tail[..]
        ]
        .concat()),
        any::<u64>().prop_map(|after| {
            let mut said = Vec::new();
            ciborium::into_writer(&(18_u8, after), &mut said).unwrap();
            said
        }),
        part,
        tail(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_a_let_in_peer_says_besides_moves_nothing_and_is_bounded(
        requests in vec(said_inside(), 1..12),
    ) {
        let mut world = World::new();
        let mut door = world.door_session(NOW);
        let resident = world.resident();
        let mut speaker = Speaker::meet(&mut door, &world.identity, &resident.holder);
        let unlock = request(1, resident.credential.as_bytes());
        let (mut moves, mut bundles) = (0, 0);
        for said in std::iter::once(unlock).chain(requests) {
            let (heard, framed) = speaker.say(&said);
            speaker = heard;
            door.handle_bytes(&framed, at(NOW), &mut world.gate);
            while let Some(output) = door.poll_output() {
                match output {
                    DoorOutput::AppendAudit(_) => door.handle_audit_committed(1),
                    DoorOutput::Actuate(_) => {
                        moves += 1;
                        door.handle_actuated();
                    }
                    DoorOutput::Bundle(bundle) => {
                        bundles += 1;
                        prop_assert!(bundle.as_bytes().len() <= MAX_CARRIED_BUNDLE);
                        door.handle_carry_answer(&CarryAnswer::InForce { version: 1 });
                    }
                    DoorOutput::Status | DoorOutput::Records { .. } => {
                        door.handle_carry_answer(&CarryAnswer::NoRecords);
                    }
                    _ => {}
                }
            }
        }
        prop_assert_eq!(moves, 1);
        prop_assert!(bundles <= 1);
        let phone = world.resident();
        let answer = Pair::new(&mut world, &phone).run(&mut world.gate);
        let unlocked = matches!(answer, Some(Answer::Unlocked { .. }));
        prop_assert!(unlocked);
    }
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
