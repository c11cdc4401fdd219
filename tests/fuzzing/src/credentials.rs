//! No bytes open a door but a real credential's, to its own holder, at its own doors, in its own time.
//!
//! Input: who asks where and when (three bytes), how the rest is read (one byte), the rest.

use access::{
    BuildingPublicKey, Bundle, Credential, Decision, DoorKind, DoorPolicy, HolderClass,
    HolderPublicKey, SignedBundle, read_claims,
};
use arbitrary::Unstructured;
use biscuit_auth::format::schema;
use prost::Message as _;

use crate::mutation::{self, number};
use crate::vectors::{BUNDLE, TOKENS, Token};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (n, token) in (0..).zip(TOKENS.iter()) {
        seeds.push([&[n, n, n, 0], token.credential.as_slice()].concat());
        for kind in 0..6 {
            seeds.push(vec![n, n, n, 1, n, n.wrapping_add(1), kind, 40, 0, 1]);
            seeds.push(vec![n, n, n, 2, n, n.wrapping_add(1), kind, 0, 0, 1]);
        }
    }
    seeds
}

pub(crate) fn check(input: &[u8]) {
    let mut input = Unstructured::new(input);
    let [door, holder, time] = [0; 3].map(|_: u8| usize::from(number(&mut input)));
    let asked = Asked {
        door: token(door),
        holder: token(holder).holder,
        now_utc: token(time).now_utc,
    };
    match number(&mut input) % 3 {
        0 => asked.with(input.take_rest()),
        1 => {
            let (mut bytes, other) = two(&mut input);
            mutation::apply(&mut input, &mut bytes, &other);
            asked.with(&bytes);
        }
        _ => {
            let (bytes, other) = two(&mut input);
            asked.with(&recombined(&mut input, &bytes, &other));
        }
    }
}

fn token(n: usize) -> &'static Token {
    &TOKENS[n % TOKENS.len()]
}

fn two(input: &mut Unstructured<'_>) -> (Vec<u8>, Vec<u8>) {
    let [one, other] = [0; 2].map(|_: u8| token(usize::from(number(input))).credential.clone());
    (one, other)
}

/// A token put together of the signed parts of two.
fn recombined(input: &mut Unstructured<'_>, one: &[u8], other: &[u8]) -> Vec<u8> {
    let parsed = (schema::Biscuit::decode(one), schema::Biscuit::decode(other));
    let (Ok(mut token), Ok(other)) = parsed else {
        return one.to_vec();
    };
    for _ in 0..4 {
        let (kind, at, flip) = (number(input) % 9, number(input), number(input));
        let block = usize::from(at) % token.blocks.len().max(1);
        match kind {
            0 => token.blocks.truncate(block),
            1 => token.blocks.extend(other.blocks.get(block).cloned()),
            2 => token.authority = other.authority.clone(),
            3 => token.proof = other.proof.clone(),
            4 => token.root_key_id = Some(at.into()),
            5 => token
                .authority
                .signature
                .iter_mut()
                .skip(at.into())
                .take(1)
                .for_each(|byte| *byte ^= flip),
            6 => token.authority.next_key = other.authority.next_key.clone(),
            7 => token.blocks.reverse(),
            _ => token.blocks.extend(token.blocks.get(block).cloned()),
        }
        if input.is_empty() {
            break;
        }
    }
    token.encode_to_vec()
}

struct Asked {
    door: &'static Token,
    holder: HolderPublicKey,
    now_utc: u64,
}

impl Asked {
    fn with(&self, credential: &[u8]) {
        let key = BUNDLE.key().public();
        let signed = SignedBundle(BUNDLE.signed.clone());
        let bundle = signed.verify(&key).expect("the vector is signed");
        let policy = DoorPolicy::new(key, self.door.door, bundle.clone());
        let decision =
            policy
                .expect("the vector is a bundle")
                .decide(credential, self.holder, self.now_utc);
        assert_claims_are_signed(credential, &key);
        if let Decision::Allow(entrant) = &decision {
            self.assert_may_enter(credential, &bundle);
            assert_eq!(
                entrant.courier.is_some(),
                entrant.class == HolderClass::Courier
            );
        }
        let known = TOKENS.iter().find(|token| {
            (token.credential.as_slice(), token.door) == (credential, self.door.door)
                && (token.holder, token.now_utc) == (self.holder, self.now_utc)
        });
        if let Some(known) = known {
            let answer = decision
                .deny_reason()
                .map_or("Allow", |reason| reason.as_str());
            assert_eq!(answer, known.decision);
        }
    }

    fn assert_may_enter(&self, credential: &[u8], bundle: &Bundle) {
        assert!(is_real(credential), "a forged credential opened the door");
        let credential = Credential(credential.to_vec());
        let claims = read_claims(&credential, &BUNDLE.key().public()).expect("it was allowed");
        let door = bundle.door(self.door.door).expect("the door is listed");
        assert_eq!(claims.building, bundle.building);
        assert_eq!(claims.holder, Some(self.holder));
        assert!(claims.doors.contains(&door.id));
        assert!((claims.not_before..=claims.not_after).contains(&self.now_utc));
        assert!(!bundle.revoked.contains(&claims.grant));
        let is_courier = claims.class == HolderClass::Courier;
        assert!(!(is_courier && door.kind == DoorKind::Unit));
        assert!(!is_courier || claims.visit.is_some());
    }
}

fn is_real(credential: &[u8]) -> bool {
    TOKENS.iter().any(|token| token.credential == credential)
}

/// Whatever is read as signed by the building is one of the tokens it signed, byte for byte.
fn assert_claims_are_signed(credential: &[u8], key: &BuildingPublicKey) {
    let read = read_claims(&Credential(credential.to_vec()), key);
    if read.is_ok() {
        assert!(
            is_real(credential),
            "claims were read from a forged credential"
        );
        assert!(credential.len() <= Credential::MAX_LEN);
    }
}
