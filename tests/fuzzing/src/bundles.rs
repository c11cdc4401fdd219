//! No bundle is taken but the building's, in its one encoding and within its limits.
//!
//! Input: how the rest is read (one byte), the rest.

use access::{
    Bundle, BundleDoor, Decision, DoorId, DoorKind, DoorPolicy, GrantId, HolderClass, Hours,
    Lockdown, SignedBundle, Unfilmed,
};
use arbitrary::Unstructured;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::mutation::{self, number};
use crate::vectors::{BUNDLE, TOKENS};
use crate::{as_mode, cbor};

#[derive(Deserialize, Serialize)]
struct Envelope {
    bundle: ByteBuf,
    signature: ByteBuf,
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let envelope: Envelope =
        ciborium::from_reader(BUNDLE.signed.as_slice()).expect("the vector is an envelope");
    let mut seeds = vec![as_mode(0, &BUNDLE.signed), as_mode(1, &envelope.bundle)];
    for kind in 0..6 {
        seeds.push(vec![2, kind, 40, 0, 1]);
        seeds.push(vec![3, kind, 40, 0, 1]);
        seeds.push([vec![4, 7, 3, 2, 1, kind], (0..40).collect()].concat());
    }
    seeds
}

pub(crate) fn check(input: &[u8]) {
    let mut input = Unstructured::new(input);
    match number(&mut input) % 5 {
        0 => assert_only_signed(input.take_rest().to_vec()),
        1 => assert_one_encoding(input.take_rest()),
        2 => {
            let mut bytes = BUNDLE.signed.clone();
            mutation::apply(&mut input, &mut bytes, &BUNDLE.signed);
            assert_only_signed(bytes);
        }
        3 => {
            let envelope: Envelope =
                ciborium::from_reader(BUNDLE.signed.as_slice()).expect("it is an envelope");
            let mut bytes = envelope.bundle.to_vec();
            mutation::apply(&mut input, &mut bytes, &envelope.bundle);
            assert_one_encoding(&bytes);
        }
        _ => assert_survives(&drawn(&mut input)),
    }
}

/// Who has not the building's key signs nothing.
fn assert_only_signed(bytes: Vec<u8>) {
    let is_the_vector = bytes == BUNDLE.signed;
    let verified = SignedBundle(bytes).verify(&BUNDLE.key().public());
    assert_eq!(verified.is_ok(), is_the_vector);
}

/// What the building's key signed is taken in one encoding only, and only within the limits.
fn assert_one_encoding(bundle: &[u8]) {
    let key = BUNDLE.key();
    let signature = key.sign(b"bundle 1", bundle);
    let bytes = cbor(&Envelope {
        bundle: ByteBuf::from(bundle),
        signature: ByteBuf::from(signature),
    });
    let Ok(bundle) = SignedBundle(bytes.clone()).verify(&key.public()) else {
        return;
    };
    assert_is_within_limits(&bundle);
    let again = SignedBundle::sign(&bundle, &key).expect("what is taken can be signed");
    assert_eq!(again.as_bytes(), bytes);
    assert_is_obeyed(&bundle);
}

fn assert_is_within_limits(bundle: &Bundle) {
    assert_eq!(bundle.check(), Ok(()));
    let names = bundle.doors.iter().map(|door| door.name.len());
    assert!(names.max().unwrap_or(0) <= Bundle::MAX_NAME_LEN);
    assert!(bundle.doors.len() <= Bundle::MAX_DOORS && bundle.revoked.len() <= Bundle::MAX_REVOKED);
    assert!(bundle.codes.len() <= Bundle::MAX_CODES && bundle.viewers.len() <= Bundle::MAX_VIEWERS);
}

/// A door decides by it without failing, lets no revoked grant in, and goes back to no older one.
fn assert_is_obeyed(bundle: &Bundle) {
    let key = BUNDLE.key().public();
    let allowed = TOKENS.iter().filter(|token| token.decision == "Allow");
    for token in allowed {
        let policy = DoorPolicy::new(key, token.door, bundle.clone());
        let mut policy = policy.expect("the bundle was checked");
        if let Decision::Allow(entrant) =
            policy.decide(&token.credential, token.holder, token.now_utc)
        {
            assert!(!bundle.revoked.contains(&entrant.grant));
            assert!(bundle.door(token.door).is_some());
        }
        let mut older = bundle.clone();
        older.version = bundle.version.wrapping_sub(1);
        let is_older = older.version < bundle.version;
        assert_eq!(policy.replace(older).is_err(), is_older);
    }
}

/// Whatever can be signed comes back the same; what contradicts itself cannot be signed.
fn assert_survives(bundle: &Bundle) {
    let key = BUNDLE.key();
    let signed = SignedBundle::sign(bundle, &key);
    assert_eq!(signed.is_ok(), bundle.check().is_ok());
    if let Ok(signed) = signed {
        assert_eq!(signed.verify(&key.public()).as_ref(), Ok(bundle));
        assert_is_obeyed(bundle);
    }
}

fn drawn(input: &mut Unstructured<'_>) -> Bundle {
    let signed = SignedBundle(BUNDLE.signed.clone());
    let mut bundle = signed
        .verify(&BUNDLE.key().public())
        .expect("the vector is signed");
    bundle.version = number(input).into();
    bundle.issued_at = input.arbitrary().unwrap_or_default();
    let door = |input: &mut Unstructured<'_>| {
        let id = DoorId::from_entropy([number(input) % 4; 16]);
        let kind = [DoorKind::Common, DoorKind::Unit][usize::from(number(input) % 2)];
        let name = "x".repeat(usize::from(number(input)) * 2);
        let mut door = BundleDoor::new(id, name, kind, number(input).into());
        door.lockdown =
            [Lockdown::Off, Lockdown::Visitors, Lockdown::Everyone][usize::from(number(input) % 3)];
        door.unfilmed = Unfilmed::ALL[usize::from(number(input) % 2)];
        let hours = |input: &mut Unstructured<'_>| Hours {
            class: HolderClass::ALL[usize::from(number(input) % 4)],
            days: number(input),
            from_min: input.arbitrary().unwrap_or_default(),
            to_min: input.arbitrary().unwrap_or_default(),
        };
        let count = number(input) % 80;
        door.hours = (0..count).map(|_| hours(input)).collect();
        door
    };
    let (doors, revoked) = (number(input) % 4, number(input) % 8);
    bundle.doors.extend((0..doors).map(|_| door(input)));
    let grants = (0..revoked).map(|_| GrantId::from_entropy([number(input); 16]));
    bundle.revoked.extend(grants);
    bundle
}
