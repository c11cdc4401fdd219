//! Deterministic test vectors, as files under `vectors/`. `cargo xtask vectors` writes them anew.
//!
//! Another implementation of either end can be held against them: given the secrets and the
//! entropy, every byte on the link follows.
#![expect(
    clippy::expect_used,
    reason = "made from constants: a failure is a defect and must show"
)]

use std::fmt::Write as _;
use std::time::Duration;

use access::HolderSecret;
use access::{BuildingId, Credential, Decision, DenyReason, DoorId, Entrant, GrantId, HolderClass};
use serde::Serialize;

use crate::door::states::{AwaitingPhone, Committed};
use crate::message::{encode_answer, encode_request};
use crate::{Answer, Command, DoorIdentity, FailureCode, Framer, KeyOutput, KeySession};
use crate::{CarryAnswer, CarryRefusal, CarryRequest, DoorStatus};
use crate::{MAX_BATCH, MAX_CARRIED_BUNDLE, MAX_PART};
use crate::{MAX_MESSAGE, PROTOCOL_VERSION, frame, noise};

const DOOR_SECRET: [u8; 32] = [0x11; 32];
const HOLDER_SECRET: [u8; 32] = [0x22; 32];
const DOOR_ENTROPY: [u8; 32] = [0x33; 32];
const PHONE_ENTROPY: [u8; 32] = [0x44; 32];
const UNLOCK_S: u16 = 5;
const SEQ: u64 = 12;

/// Every vector file: its name under `vectors/` and its text.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("unlock.json", text(&unlock())),
        ("messages.json", text(&messages())),
        ("frames.json", text(&frames())),
        ("carry.json", text(&carry())),
    ]
}

/// Bytes are hexadecimal throughout.
#[derive(Serialize)]
struct Unlock {
    pattern: &'static str,
    prologue: String,
    door_id: String,
    door_secret: String,
    door_public: String,
    door_ephemeral_secret: String,
    holder_secret: String,
    holder_public: String,
    phone_ephemeral_secret: String,
    request_plain: String,
    answer_plain: String,
    /// From the door, from the phone, from the door.
    framed: [String; 3],
}

#[derive(Serialize)]
struct Messages {
    requests: Vec<Request>,
    answers: Vec<Answered>,
}

#[derive(Serialize)]
struct Request {
    command: Command,
    credential: String,
    cbor: String,
}

#[derive(Serialize)]
struct Answered {
    answer: Answer,
    cbor: String,
}

/// What is said besides, before it is sealed.
#[derive(Serialize)]
struct Carry {
    requests: Vec<Said>,
    answers: Vec<Said>,
    max_bundle: usize,
    max_part: usize,
    max_batch: usize,
}

#[derive(Serialize)]
struct Said {
    what: String,
    cbor: String,
}

#[derive(Serialize)]
struct Frames {
    max_message: usize,
    good: Vec<Framed>,
    bad: Vec<Refused>,
}

#[derive(Serialize)]
struct Framed {
    message: String,
    framed: String,
}

#[derive(Serialize)]
struct Refused {
    bytes: String,
    error: String,
}

/// One unlock, byte for byte. The channel does not look into the credential, so it is a pattern here.
fn unlock() -> Unlock {
    let door = DoorId::from_entropy([0x55; 16]);
    let identity = DoorIdentity::new(BuildingId::from_entropy([0x66; 16]), door, DOOR_SECRET);
    let holder = HolderSecret::from_bytes(HOLDER_SECRET);
    let credential = Credential((0..372_u32).map(|i| i.to_le_bytes()[0]).collect());

    let (awaiting, hello) = AwaitingPhone::start(&identity, DOOR_ENTROPY).expect("a door starts");
    let mut key = key_session(&identity, &holder, &credential);
    key.handle_bytes(&hello, Duration::ZERO);
    let request = sent(&mut key);
    let (peer, plain) = awaiting
        .authenticate(&request[2..])
        .expect("the phone is authentic");
    assert_eq!(peer.holder(), holder.public());
    let answer = match peer.decided(allowed()).committed(SEQ) {
        Ok(Committed::Allowed(strike, _)) => strike.moved().expect("the answer is sealed"),
        _ => unreachable!("an allowed request leads to the strike"),
    };

    let answer_plain = encode_answer(Answer::Unlocked {
        unlock_s: UNLOCK_S,
        seq: SEQ,
    });
    let answer = answer.into_parts().1;
    Unlock {
        pattern: noise::PATTERN,
        prologue: hex(&noise::prologue(PROTOCOL_VERSION, door)),
        door_id: door.to_string(),
        door_secret: hex(&DOOR_SECRET),
        door_public: hex(identity.public().as_bytes()),
        door_ephemeral_secret: hex(&DOOR_ENTROPY),
        holder_secret: hex(&HOLDER_SECRET),
        holder_public: hex(holder.public().as_bytes()),
        phone_ephemeral_secret: hex(&PHONE_ENTROPY),
        request_plain: hex(&plain),
        answer_plain: hex(&answer_plain),
        framed: [hello, request, answer].map(|message| hex(&message)),
    }
}

fn key_session(
    identity: &DoorIdentity,
    holder: &HolderSecret,
    credential: &Credential,
) -> KeySession {
    let (door, key) = (identity.door(), identity.public());
    KeySession::new(
        door,
        key,
        holder,
        credential,
        Command::Unlock,
        PHONE_ENTROPY,
        Duration::ZERO,
    )
}

fn allowed() -> Decision {
    Decision::Allow(Entrant {
        class: HolderClass::Resident,
        grant: GrantId::from_entropy([0x77; 16]),
        unlock_s: UNLOCK_S,
        courier: None,
    })
}

fn sent(key: &mut KeySession) -> Vec<u8> {
    std::iter::from_fn(|| key.poll_output())
        .find_map(|output| match output {
            KeyOutput::Send(bytes) => Some(bytes),
            _ => None,
        })
        .expect("the phone answers the door's first message")
}

/// Every message as CBOR, before it is sealed.
fn messages() -> Messages {
    let answers = [
        Answer::Unlocked {
            unlock_s: 5,
            seq: 1,
        },
        Answer::Unlocked {
            unlock_s: u16::MAX,
            seq: u64::MAX,
        },
        Answer::Failed {
            code: FailureCode::NotRecorded,
        },
        Answer::Failed {
            code: FailureCode::NotReady,
        },
        Answer::Failed {
            code: FailureCode::NotMoved,
        },
    ];
    let denied = DenyReason::ALL.map(|reason| Answer::Denied { reason });
    let answers = answers.into_iter().chain(denied);
    let (command, credential) = (Command::Unlock, b"credential");
    let cbor = hex(&encode_request(command, credential));
    Messages {
        requests: vec![Request {
            command,
            credential: hex(credential),
            cbor,
        }],
        answers: answers
            .map(|answer| Answered {
                answer,
                cbor: hex(&encode_answer(answer)),
            })
            .collect(),
    }
}

/// Every request and answer of a let-in peer as CBOR.
fn carry() -> Carry {
    let part = CarryRequest::part_of(b"a signed bundle", 2, 8).expect("the bundle is short");
    let requests = [
        CarryRequest::Status,
        part,
        CarryRequest::Records { after: 12 },
    ];
    let codes = [
        CarryRefusal::NotLetIn,
        CarryRefusal::TooLarge,
        CarryRefusal::OutOfOrder,
        CarryRefusal::NotTheBuildings,
        CarryRefusal::NotNewer,
        CarryRefusal::NotKept,
        CarryRefusal::NoRecordsKey,
    ];
    let answers = [
        CarryAnswer::Status(DoorStatus {
            bundle_version: 3,
            last_seq: 12,
            durable_seq: 9,
            utc_ms: 1_800_000_000_000,
            clock_known: true,
        }),
        CarryAnswer::PartTaken { next: 4_000 },
        CarryAnswer::InForce { version: 4 },
        CarryAnswer::Records {
            sealed: b"sealed".to_vec(),
            last_seq: 11,
        },
        CarryAnswer::NoRecords,
    ];
    let refusals = codes.map(|code| CarryAnswer::Refused { code });
    let said = |what: &dyn std::fmt::Debug, cbor: &[u8]| Said {
        what: format!("{what:?}"),
        cbor: hex(cbor),
    };
    Carry {
        requests: requests
            .iter()
            .map(|request| said(request, &request.encode()))
            .collect(),
        answers: answers
            .iter()
            .chain(&refusals)
            .map(|answer| said(answer, &answer.encode()))
            .collect(),
        max_bundle: MAX_CARRIED_BUNDLE,
        max_part: MAX_PART,
        max_batch: MAX_BATCH,
    }
}

/// Framed messages, and what a framer says to bytes that are none.
fn frames() -> Frames {
    let good = [&b"a"[..], b"two words", &[0xff; 300]];
    let bad = [&[0, 0][..], &[0x10, 0x01], &[0xff, 0xff, 0x00]];
    Frames {
        max_message: MAX_MESSAGE,
        good: good
            .map(|message| {
                let framed = hex(&frame(message).expect("the message is short"));
                Framed {
                    message: hex(message),
                    framed,
                }
            })
            .into(),
        bad: bad
            .map(|bytes| {
                let error = Framer::default()
                    .push(bytes, Duration::ZERO)
                    .expect_err("no message");
                Refused {
                    bytes: hex(bytes),
                    error: error.to_string(),
                }
            })
            .into(),
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("vectors are plain data") + "\n"
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_vectors_are_what_the_code_makes() {
        for (name, expected) in files() {
            let path = format!("{}/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                found == expected,
                "{name} drifted; `cargo xtask vectors` writes it anew"
            );
        }
    }

    #[test]
    fn an_unlock_is_three_messages_of_known_size_and_one_write() {
        let [hello, request, answer] = unlock().framed.map(|framed| framed.len() / 2 - 2);
        assert_eq!(
            (hello, request, answer),
            (32, 372 + crate::REQUEST_OVERHEAD, 42)
        );
    }
}
