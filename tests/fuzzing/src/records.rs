//! No record is taken but the door's, in its one encoding; no run but the chain's next records in their order.
//!
//! Input: how the rest is read (one byte), the rest.

use access::SigningKey;
use arbitrary::Unstructured;
use audit::{ChainPosition, DoorChain, Hash32, Record, SignedRecord, verify_run};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::mutation::{self, number};
use crate::vectors::CHAIN;
use crate::{as_mode, cbor};

#[derive(Deserialize, Serialize)]
struct Envelope {
    record: ByteBuf,
    signature: ByteBuf,
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (n, signed) in (0_u8..).zip(&CHAIN.records) {
        seeds.push(as_mode(0, signed.as_bytes()));
        seeds.push(as_mode(1, &inner(signed)));
        seeds.extend((0..6).map(|kind| vec![2, n, n + 1, kind, 40, 0, 1]));
        seeds.extend((0..6).map(|kind| vec![3, n, n + 1, kind, 40, 0, 1]));
        seeds.push([vec![4, n], (n..10).collect()].concat());
        seeds.push(vec![4, n, n, n, n + 1]);
        seeds.push(vec![4, n, n + 1, n]);
    }
    seeds
}

pub(crate) fn check(input: &[u8]) {
    let mut input = Unstructured::new(input);
    match number(&mut input) % 5 {
        0 => assert_only_signed(&SignedRecord(input.take_rest().to_vec())),
        1 => assert_one_encoding(input.take_rest()),
        2 => {
            let [one, other] = two(&mut input);
            let mut bytes = one.0.clone();
            mutation::apply(&mut input, &mut bytes, &other.0);
            assert_only_signed(&SignedRecord(bytes));
        }
        3 => {
            let [one, other] = two(&mut input);
            let mut bytes = inner(one);
            mutation::apply(&mut input, &mut bytes, &inner(other));
            assert_one_encoding(&bytes);
        }
        _ => assert_only_the_chain(&mut input),
    }
}

fn two(input: &mut Unstructured<'_>) -> [&'static SignedRecord; 2] {
    [0; 2].map(|_: u8| &CHAIN.records[usize::from(number(input)) % CHAIN.records.len()])
}

fn inner(signed: &SignedRecord) -> Vec<u8> {
    let envelope: Envelope =
        ciborium::from_reader(signed.as_bytes()).expect("the vector is an envelope");
    envelope.record.into_vec()
}

fn assert_only_signed(signed: &SignedRecord) {
    let is_known = CHAIN.records.contains(signed);
    assert_eq!(signed.verify(&CHAIN.key.public()).is_ok(), is_known);
    if let Ok(record) = signed.read_unverified() {
        assert!(signed.as_bytes().len() <= SignedRecord::MAX_LEN);
        assert_eq!(inner(signed), cbor(&record));
    }
}

fn assert_one_encoding(record: &[u8]) {
    let signed = sealed(record, &CHAIN.key);
    if let Ok(record) = signed.verify(&CHAIN.key.public()) {
        assert_is_made_again(&record, &signed);
    }
}

fn sealed(record: &[u8], key: &SigningKey) -> SignedRecord {
    let signature = key.sign(b"record 1", record);
    SignedRecord(cbor(&Envelope {
        record: ByteBuf::from(record),
        signature: ByteBuf::from(signature),
    }))
}

/// A door that stands where the record says makes the same one, byte for byte.
fn assert_is_made_again(record: &Record, signed: &SignedRecord) {
    if record.seq == u64::MAX {
        return;
    }
    let mut door = DoorChain::resume(ChainPosition {
        building: record.building,
        door: record.door,
        next_seq: record.seq,
        last_hash: record.previous,
    });
    let again = door.append(&CHAIN.key, record.at_ms, record.event.clone());
    assert_eq!(again.as_ref(), Ok(signed));
    assert_eq!(door.position().last_hash, signed.hash());
}

/// A run of some of the chain's records, in the order that the input tells.
fn assert_only_the_chain(input: &mut Unstructured<'_>) {
    let count = CHAIN.records.len();
    let start = usize::from(number(input)) % count;
    let mut run = Vec::new();
    while !input.is_empty() && run.len() < 32 {
        run.push(usize::from(number(input)) % count);
    }
    let first = CHAIN.records[0].verify(&CHAIN.key.public());
    let first = first.expect("the vector is signed");
    let before = start.checked_sub(1).map(|at| CHAIN.records[at].hash());
    let from = ChainPosition {
        building: first.building,
        door: first.door,
        next_seq: start as u64 + 1,
        last_hash: before.unwrap_or(Hash32::ZERO),
    };
    let records: Vec<_> = run.iter().map(|at| CHAIN.records[*at].clone()).collect();
    let is_the_chain = run.iter().copied().eq(start..start + run.len());
    let verified = verify_run(&records, &CHAIN.key.public(), from);
    assert_eq!(verified.is_ok(), is_the_chain);
    if let Ok(position) = verified {
        assert_eq!(position.last_seq(), (start + run.len()) as u64);
        let last = records.last().map_or(from.last_hash, SignedRecord::hash);
        assert_eq!(position.last_hash, last);
    }
}
