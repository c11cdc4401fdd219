//! Whatever a peer says, outside the channel or in it: a door moves its strike for a real credential alone and after
//! the record alone; a phone believes its own door alone.
//!
//! Input: which end is spoken to and how (one byte), then steps.

use std::time::Duration;

use access::{BuildingId, Credential, Decision, DoorPolicy, Gate, HolderSecret, Now, SignedBundle};
use arbitrary::Unstructured;
use door_protocol::{
    Answer, CarryAnswer, Command, DoorIdentity, DoorOutput, DoorSession, KeyOutput, KeySession,
    MAX_DENIED,
};

use crate::channel::Speaker;
use crate::mutation::{self, as_chunk, chunk, number};
use crate::vectors::{self, BUNDLE, TOKENS, UNLOCK};
use crate::{as_mode, cbor};

/// The holder of the vectors' credentials.
const HOLDER: HolderSecret = HolderSecret::from_bytes([3; 32]);

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let [hello, request, answer] = UNLOCK.framed();
    let (requests, answers) = vectors::messages();
    let mut seeds = vec![
        [vec![0], as_chunk(&request)].concat(),
        [
            vec![0],
            as_chunk(&request[..100]),
            as_chunk(&request[100..]),
        ]
        .concat(),
        [vec![1], as_chunk(&hello), as_chunk(&answer)].concat(),
        [vec![1], as_chunk(&hello), as_chunk(&[0, 1, 7])].concat(),
    ];
    let said = |bytes: &[u8]| [vec![0], as_chunk(bytes), vec![2]].concat();
    seeds.extend(requests.iter().map(|one| as_mode(2, &said(one))));
    seeds.push(as_mode(2, &said(&UNLOCK.request_plain)));
    for n in (0..).take(TOKENS.len()) {
        seeds.push(vec![2, 1, n, 2, 4, 1, n, 2, 4]);
        seeds.push(vec![2, 1, n, 3, 1, n, 2, 5, 9, 1, n, 8]);
        seeds.push(vec![2, 7, n, n, 0, 40, 0, 1, 2]);
        seeds.push(vec![2, 1, n, 6, 90, 2, 4, 10]);
    }
    // Let in, a peer asks how far the door is, for records, and with a bundle.
    for asked in [
        &[0x81, 0x10][..],
        &[0x82, 0x12, 0x00],
        &[0x84, 0x11, 1, 0, 0x41, 7],
    ] {
        let first = [&[2, 1, 0, 2, 4][..], &said(asked)[..], &[12]].concat();
        seeds.extend([first, as_mode(2, &said(asked))]);
    }
    seeds.extend(answers.iter().map(|one| as_mode(3, one)));
    seeds
}

pub(crate) fn check(input: &[u8]) {
    let mut input = Unstructured::new(input);
    match number(&mut input) % 4 {
        0 => assert_noise_moves_nothing(&mut input),
        1 => assert_only_the_door_is_believed(&mut input),
        2 => assert_only_real_credentials_unlock(&mut input),
        _ => assert_an_answer_is_what_was_said(input.take_rest()),
    }
}

fn at(seconds: Duration) -> Now {
    Now {
        monotonic: seconds,
        utc_s: TOKENS[0].now_utc,
    }
}

fn gate() -> Gate {
    let key = BUNDLE.key().public();
    let bundle = SignedBundle(BUNDLE.signed.clone()).verify(&key);
    let bundle = bundle.expect("the vector is signed");
    Gate::new(DoorPolicy::new(key, TOKENS[0].door, bundle).expect("the vector is a bundle"))
}

fn identity() -> DoorIdentity {
    DoorIdentity::new(
        BuildingId::from_entropy([0xb1; 16]),
        UNLOCK.door_id,
        UNLOCK.door_secret,
    )
}

/// Chunks straight from the link: nobody is let in, and only one request is ever authentic.
fn assert_noise_moves_nothing(input: &mut Unstructured<'_>) {
    let mut gate = gate();
    let mut door = DoorSession::new(
        &identity(),
        UNLOCK.door_ephemeral_secret,
        at(Duration::ZERO),
    );
    while !input.is_empty() && !door.is_closed() {
        door.handle_bytes(chunk(input), at(Duration::ZERO), &mut gate);
        while let Some(output) = door.poll_output() {
            match output {
                DoorOutput::AppendAudit(attempt) => {
                    assert!(matches!(attempt.decision, Decision::Deny(_)));
                    door.handle_audit_committed(1);
                }
                DoorOutput::Actuate(_) => panic!("noise moved the strike"),
                DoorOutput::Status | DoorOutput::Bundle(_) | DoorOutput::Records { .. } => {
                    panic!("noise was let in");
                }
                DoorOutput::Send(_) | DoorOutput::Deadline(_) | DoorOutput::Close => {}
            }
        }
    }
}

/// Chunks straight from the link: an answer is believed only if it is the one that the door sealed.
fn assert_only_the_door_is_believed(input: &mut Unstructured<'_>) {
    let holder = HolderSecret::from_bytes(UNLOCK.holder_secret);
    let credential = Credential((0..372_u32).map(|i| i.to_le_bytes()[0]).collect());
    let mut phone = KeySession::new(
        UNLOCK.door_id,
        identity().public(),
        &holder,
        &credential,
        Command::Unlock,
        UNLOCK.phone_ephemeral_secret,
        Duration::ZERO,
    );
    let mut heard = Vec::new();
    while !input.is_empty() {
        let bytes = chunk(input);
        heard.extend_from_slice(bytes);
        phone.handle_bytes(bytes, Duration::ZERO);
        while let Some(output) = phone.poll_output() {
            if let KeyOutput::Answer(answer) = output {
                let [hello, _, sealed] = UNLOCK.framed();
                assert!(heard.starts_with(&[hello, sealed].concat()));
                assert!(matches!(answer, Answer::Unlocked { .. }));
            }
        }
    }
}

/// What a peer that completed the handshake may do, and what its door makes of it.
struct Doorstep {
    gate: Gate,
    door: DoorSession,
    now: Duration,
    seq: u64,
    /// Whether the attempt in progress was allowed; none when there is none.
    undecided: Option<bool>,
    /// The same of the attempt whose record is being committed.
    committed: Option<bool>,
    /// Whether the peer was let in on this connection: only then it may ask for more.
    let_in: bool,
    denied: u8,
}

fn assert_only_real_credentials_unlock(input: &mut Unstructured<'_>) {
    let identity = DoorIdentity::new(
        BuildingId::from_entropy([0xb1; 16]),
        TOKENS[0].door,
        UNLOCK.door_secret,
    );
    let mut step = Doorstep {
        gate: gate(),
        door: DoorSession::new(&identity, [7; 32], at(Duration::ZERO)),
        now: Duration::ZERO,
        seq: 0,
        undecided: None,
        committed: None,
        let_in: false,
        denied: 0,
    };
    let Some(DoorOutput::Send(hello)) = step.door.poll_output() else {
        panic!("a door speaks first");
    };
    let mut speaker = Speaker::phone(&HOLDER, &identity, &hello);
    let mut last = Vec::new();
    for _ in 0..64 {
        if input.is_empty() {
            break;
        }
        let said = match number(input) % 13 {
            0 => Some(chunk(input).to_vec()),
            1 => Some(request(&token(input))),
            7 => {
                let (mut bytes, other) = (request(&token(input)), token(input));
                mutation::apply(input, &mut bytes, &other);
                Some(bytes)
            }
            9 => {
                step.take(&last.clone(), None);
                None
            }
            10 => {
                step.take(chunk(input), None);
                None
            }
            kind => {
                step.act(kind, input);
                None
            }
        };
        if let Some(said) = said {
            let (next, framed) = speaker.say(&said);
            speaker = next;
            step.take(&framed, Some(&said));
            last = framed;
        }
    }
}

fn token(input: &mut Unstructured<'_>) -> Vec<u8> {
    TOKENS[usize::from(number(input)) % TOKENS.len()]
        .credential
        .clone()
}

/// CBOR `[1, credential]`.
fn request(credential: &[u8]) -> Vec<u8> {
    cbor(&(1_u8, serde_bytes::Bytes::new(credential)))
}

impl Doorstep {
    fn take(&mut self, bytes: &[u8], said: Option<&[u8]>) {
        self.door.handle_bytes(bytes, at(self.now), &mut self.gate);
        self.drain(said);
    }

    fn act(&mut self, kind: u8, input: &mut Unstructured<'_>) {
        match kind {
            2 => {
                self.seq += 1;
                self.committed = self.undecided.take();
                self.denied += u8::from(self.committed == Some(false));
                assert!(self.denied <= MAX_DENIED, "the door never closes");
                self.door.handle_audit_committed(self.seq);
            }
            3 => self.door.handle_audit_failed(),
            4 => self.door.handle_actuated(),
            5 => self.door.handle_actuation_failed(),
            6 => {
                self.now += Duration::from_millis(u64::from(number(input)) * 100);
                self.door.handle_timeout(at(self.now));
            }
            8 => self.door.handle_not_ready(),
            12 => self.door.handle_carry_answer(&CarryAnswer::NoRecords),
            _ => self.door.handle_link_lost(),
        }
        if matches!(kind, 3 | 8) {
            self.undecided = None;
        }
        self.drain(None);
        self.committed = None;
    }

    fn drain(&mut self, said: Option<&[u8]>) {
        while let Some(output) = self.door.poll_output() {
            match output {
                DoorOutput::AppendAudit(attempt) => {
                    let allowed = matches!(attempt.decision, Decision::Allow(_));
                    let said = said.expect("only what is said in the channel is decided");
                    assert!(!allowed || is_real_request(said), "a forgery was allowed");
                    assert_eq!(attempt.holder, HOLDER.public());
                    assert_eq!(self.undecided.replace(allowed), None, "one at a time");
                }
                DoorOutput::Actuate(actuation) => {
                    assert_eq!(self.committed.take(), Some(true), "moved before its record");
                    assert_eq!(actuation.seq(), self.seq);
                    self.let_in = true;
                }
                DoorOutput::Status | DoorOutput::Bundle(_) => assert!(self.let_in),
                DoorOutput::Records { before, .. } => {
                    assert!(self.let_in && before <= self.seq);
                }
                DoorOutput::Close => assert!(self.door.is_closed()),
                DoorOutput::Send(_) | DoorOutput::Deadline(_) => {}
            }
        }
    }
}

fn is_real_request(said: &[u8]) -> bool {
    let read: Result<(u8, serde_bytes::ByteBuf), _> = ciborium::from_reader(said);
    read.is_ok_and(|(command, credential)| {
        command == 1 && TOKENS.iter().any(|token| token.credential == *credential)
    })
}

/// A door that completed the handshake may say anything: the phone takes an answer or fails.
fn assert_an_answer_is_what_was_said(said: &[u8]) {
    let said = &said[..said.len().min(3_900)];
    let (door, hello) = Speaker::door(UNLOCK.door_id, &UNLOCK.door_secret);
    let mut phone = KeySession::new(
        UNLOCK.door_id,
        identity().public(),
        &HOLDER,
        &Credential(vec![7; 20]),
        Command::Unlock,
        [8; 32],
        Duration::ZERO,
    );
    phone.handle_bytes(&hello, Duration::ZERO);
    let request = sent(&mut phone);
    let (door, asked) = door.hear(&request);
    assert_eq!(asked, self::request(&[7; 20]));
    let (_, framed) = door.say(said);
    phone.handle_bytes(&framed, Duration::ZERO);
    let mut ends = 0;
    while let Some(output) = phone.poll_output() {
        match output {
            KeyOutput::Answer(answer) => {
                let read: Answer = ciborium::from_reader(said).expect("an answer was taken");
                assert_eq!(answer, read);
                ends += 1;
            }
            KeyOutput::Failed(_) => ends += 1,
            KeyOutput::Deadline(_) => {}
            KeyOutput::Carried(_) => panic!("the phone asked for nothing besides"),
            KeyOutput::Send(_) => panic!("the phone has nothing more to say"),
        }
    }
    assert_eq!(ends, 1, "it is answered or it fails, once");
}

fn sent(phone: &mut KeySession) -> Vec<u8> {
    std::iter::from_fn(|| phone.poll_output())
        .find_map(|output| match output {
            KeyOutput::Send(framed) => Some(framed),
            _ => None,
        })
        .expect("a phone answers its door")
}
