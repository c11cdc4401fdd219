//! A peer that speaks the channel and nothing else the door expects.

use access::{BuildingId, BuildingKey, Bundle, DoorId, DoorPolicy, HolderPublicKey};
use snow::TransportState;

use super::*;
use crate::carry::{CarryAnswer, CarryRefusal};
use crate::message::{Answer, decode_answer};
use crate::{PROTOCOL_VERSION, frame, noise};

const HOLDER: [u8; 32] = [5; 32];

struct Bench {
    gate: Gate,
    door: DoorSession,
    identity: DoorIdentity,
}

impl Bench {
    fn new() -> Self {
        let building = BuildingId::from_entropy([1; 16]);
        let id = DoorId::from_entropy([2; 16]);
        let identity = DoorIdentity::new(building, id, [4; 32]);
        let bundle = Bundle {
            version: 1,
            ..Bundle::empty(building)
        };
        let policy = DoorPolicy::new(BuildingKey::from_seed([3; 32]).public(), id, bundle);
        let gate = Gate::new(policy.unwrap());
        let door = DoorSession::new(&identity, [9; 32], at(0));
        Self {
            gate,
            door,
            identity,
        }
    }

    /// Completes a handshake of this version with any first request.
    fn request(&mut self, version: u8, request: &[u8]) -> TransportState {
        let prologue = noise::prologue(version, self.identity.door());
        let door_key = self.identity.public();
        let mut phone = noise::builder(&prologue, [6; 32])
            .and_then(|builder| builder.local_private_key(&HOLDER))
            .and_then(|builder| builder.remote_public_key(door_key.as_bytes()))
            .and_then(snow::Builder::build_responder)
            .unwrap();
        let mut bytes = [0; 4096];
        phone.read_message(&self.sent()[2..], &mut bytes).unwrap();
        let len = phone.write_message(request, &mut bytes).unwrap();
        self.arrive(&bytes[..len]);
        phone.into_transport_mode().unwrap()
    }

    fn request_again(&mut self, channel: &mut TransportState, request: &[u8]) {
        let mut bytes = [0; 4096];
        let len = channel.write_message(request, &mut bytes).unwrap();
        self.arrive(&bytes[..len]);
    }

    fn arrive(&mut self, message: &[u8]) {
        self.door
            .handle_bytes(&frame(message).unwrap(), at(1), &mut self.gate);
    }

    fn sent(&mut self) -> Vec<u8> {
        let sent = self.outputs().into_iter().find_map(|output| match output {
            DoorOutput::Send(bytes) => Some(bytes),
            _ => None,
        });
        sent.unwrap()
    }

    fn outputs(&mut self) -> Vec<DoorOutput> {
        std::iter::from_fn(|| self.door.poll_output()).collect()
    }

    /// The reason the attempt in progress is recorded as denied for.
    fn audited(&mut self) -> Option<DenyReason> {
        self.outputs().into_iter().find_map(|output| match output {
            DoorOutput::AppendAudit(attempt) => {
                assert_eq!(
                    attempt.holder,
                    HolderPublicKey(access::x25519_public(&HOLDER))
                );
                attempt.decision.deny_reason()
            }
            _ => None,
        })
    }

    fn answered(&mut self, channel: &mut TransportState) -> Answer {
        let mut bytes = [0; 4096];
        let len = channel.read_message(&self.sent()[2..], &mut bytes).unwrap();
        decode_answer(&bytes[..len]).unwrap()
    }
}

fn at(seconds: u64) -> Now {
    Now {
        monotonic: Duration::from_secs(seconds),
        utc_s: 1_800_000_000 + seconds,
    }
}

#[test]
fn an_authenticated_peer_that_asks_for_nothing_known_is_malformed() {
    for request in [
        &b""[..],
        b"\xff",
        b"open sesame",
        &[0x82, 2, 0x41, 7],
        &[0x9b; 300],
    ] {
        let mut bench = Bench::new();
        let mut channel = bench.request(PROTOCOL_VERSION, request);
        assert_eq!(
            bench.audited(),
            Some(DenyReason::Malformed),
            "{request:02x?}"
        );
        bench.door.handle_audit_committed(1);
        let reason = DenyReason::Malformed;
        assert_eq!(bench.answered(&mut channel), Answer::Denied { reason });
    }
}

#[test]
fn malformed_requests_count_as_attempts_and_end_the_connection() {
    let mut bench = Bench::new();
    let mut channel = bench.request(PROTOCOL_VERSION, b"junk");
    let mut reasons = Vec::new();
    while let Some(reason) = bench.audited() {
        reasons.push(reason);
        bench.door.handle_audit_committed(reasons.len() as u64);
        bench.sent();
        bench.request_again(&mut channel, b"junk");
    }
    let (malformed, last) = (DenyReason::Malformed, DenyReason::TooManyAttempts);
    assert_eq!(reasons, [malformed, malformed, malformed, last]);
    assert_eq!(bench.door.error(), Some(SessionError::TooManyDenied));
}

#[test]
fn a_peer_of_another_version_completes_no_handshake() {
    let mut bench = Bench::new();
    bench.request(PROTOCOL_VERSION + 1, b"");
    assert_eq!(bench.door.error(), Some(SessionError::HandshakeFailed));
    assert_eq!(bench.audited(), None);
}

#[test]
fn a_later_message_that_was_altered_closes_and_records_nothing() {
    let mut bench = Bench::new();
    bench.request(PROTOCOL_VERSION, b"");
    bench.door.handle_audit_committed(1);
    bench.outputs();
    bench.arrive(&[7; 40]);
    assert_eq!(bench.door.error(), Some(SessionError::Undecryptable));
    assert_eq!(bench.audited(), None);
}

#[test]
fn every_deadline_is_told_and_an_early_one_does_nothing() {
    let mut bench = Bench::new();
    let deadline = |outputs: Vec<DoorOutput>| {
        outputs.into_iter().rev().find_map(|output| match output {
            DoorOutput::Deadline(at) => Some(at),
            _ => None,
        })
    };
    let first = deadline(bench.outputs());
    assert_eq!(first, Some(HANDSHAKE_TIMEOUT));
    bench.door.handle_bytes(&[0], at(3), &mut bench.gate);
    let chunk = deadline(bench.outputs());
    assert_eq!(chunk, Some(Duration::from_secs(5)));
    bench.door.handle_timeout(at(4));
    assert!(!bench.door.is_closed());
    bench.door.handle_timeout(at(5));
    assert_eq!(
        bench.door.error(),
        Some(SessionError::Frame(crate::FrameError::TooSlow))
    );
}

#[test]
fn a_peer_that_asks_for_the_status_before_it_was_let_in_is_refused_and_leaves_no_record() {
    for request in [
        &[0x81, 0x10][..],
        &[0x82, 0x12, 0x00],
        &[0x84, 0x11, 1, 0, 0x41, 7],
    ] {
        let mut bench = Bench::new();
        let mut channel = bench.request(PROTOCOL_VERSION, request);
        let mut bytes = [0; 4096];
        let len = channel
            .read_message(&bench.sent()[2..], &mut bytes)
            .unwrap();
        let code = CarryRefusal::NotLetIn;
        let refused = CarryAnswer::Refused { code };
        assert_eq!(CarryAnswer::decode(&bytes[..len]), Ok(refused));
        assert_eq!(bench.door.error(), Some(SessionError::NotLetIn));
        assert_eq!(bench.audited(), None);
        assert!(bench.gate.attempts.is_empty());
    }
}
