use access::{DoorId, SigningKey};
use audit::{
    ChainError, ChainPosition, DoorChain, Event, Hash32, RecordError, SignedRecord, verify_run,
};
use proptest::prelude::*;

use super::world::*;

const START: ChainPosition = ChainPosition::start(BUILDING, DOOR);

fn verify(records: &[SignedRecord]) -> Result<ChainPosition, ChainError> {
    verify_run(records, &door_key().public(), START)
}

#[test]
fn a_doors_records_verify_and_lead_to_where_the_door_stands() {
    let records = records();
    let end = verify(&records).unwrap();
    assert_eq!(end.next_seq, records.len() as u64 + 1);
    assert_eq!(end.last_hash, records.last().unwrap().hash());
    let (first, second) = records.split_at(4);
    let middle = verify(first).unwrap();
    assert_eq!(verify_run(second, &door_key().public(), middle), Ok(end));
    assert_eq!(verify(&[]), Ok(START));
}

#[test]
fn a_door_that_restarts_goes_on_where_its_durable_records_end() {
    let mut records = records();
    let position = verify(&records).unwrap();
    let mut chain = DoorChain::resume(position);
    let started = Event::Started {
        version: "0.1.1".into(),
    };
    records.push(chain.append(&door_key(), 1, started).unwrap());
    assert_eq!(verify(&records), Ok(chain.position()));
}

#[test]
fn a_record_left_out_is_a_gap() {
    let mut records = records();
    records.remove(2);
    assert_eq!(
        verify(&records),
        Err(ChainError::Gap {
            expected_seq: 3,
            found_seq: 4
        })
    );
}

#[test]
fn a_record_sent_twice_was_already_passed() {
    let mut records = records();
    records.insert(3, records[2].clone());
    assert_eq!(
        verify(&records),
        Err(ChainError::Repeated {
            expected_seq: 4,
            found_seq: 3
        })
    );
}

#[test]
fn a_door_rolled_back_to_an_older_disk_is_a_fork() {
    let records = records();
    let mut restored = DoorChain::resume(verify(&records[..4]).unwrap());
    let other = Event::Started {
        version: "0.1.0".into(),
    };
    let fifth = restored.append(&door_key(), 9, other.clone()).unwrap();
    let sixth = restored.append(&door_key(), 9, other).unwrap();
    let known = verify(&records[..5]).unwrap();
    let found = verify_run(&[sixth], &door_key().public(), known);
    assert_eq!(found, Err(ChainError::Fork { seq: 6 }));
    let found = verify_run(&[fifth], &door_key().public(), known);
    assert_eq!(
        found,
        Err(ChainError::Repeated {
            expected_seq: 6,
            found_seq: 5
        })
    );
}

#[test]
fn another_doors_record_is_told_from_a_forged_one() {
    let other_door = DoorId::from_entropy([0xd2; 16]);
    let started = || Event::Started {
        version: "0.1.0".into(),
    };
    let theirs = DoorChain::start(BUILDING, other_door).append(&door_key(), 1, started());
    assert_eq!(
        verify(&[theirs.unwrap()]),
        Err(ChainError::WrongDoor { seq: 1 })
    );
    let other_key = SigningKey::from_seed([9; 32]);
    let forged = DoorChain::start(BUILDING, DOOR).append(&other_key, 1, started());
    assert_eq!(
        verify(&[forged.unwrap()]),
        Err(ChainError::BadSignature { expected_seq: 1 })
    );
}

#[test]
fn the_first_record_at_fault_is_blamed() {
    let mut records = records();
    records[6] = SignedRecord(b"nonsense".to_vec());
    records[8].0.push(0);
    assert_eq!(
        verify(&records),
        Err(ChainError::Malformed { expected_seq: 7 })
    );
}

#[test]
fn a_record_with_any_bit_changed_is_refused() {
    let record = &records()[6];
    let key = door_key().public();
    record.verify(&key).unwrap();
    for bit in 0..record.0.len() * 8 {
        let mut changed = record.clone();
        changed.0[bit / 8] ^= 1 << (bit % 8);
        assert!(changed.verify(&key).is_err(), "bit {bit}");
    }
}

#[test]
fn a_record_has_one_encoding() {
    let record = &records()[0];
    let mut longer = record.clone();
    longer.0.push(0xf6);
    assert_eq!(
        longer.verify(&door_key().public()),
        Err(RecordError::Malformed)
    );
    // The same two fields, but the map's length written in two bytes.
    assert_eq!(record.0[0], 0xa2);
    let mut wordy = record.clone();
    wordy.0.splice(0..1, [0xb8, 0x02]);
    assert_eq!(
        wordy.verify(&door_key().public()),
        Err(RecordError::Malformed)
    );
    let huge = SignedRecord(vec![0; SignedRecord::MAX_LEN + 1]);
    assert_eq!(
        huge.verify(&door_key().public()),
        Err(RecordError::TooLarge)
    );
}

#[test]
fn a_hash_tells_nothing_to_who_cannot_sign() {
    let event = || Event::Started {
        version: "0.1.0".into(),
    };
    let signed = |seed| {
        let key = SigningKey::from_seed([seed; 32]);
        DoorChain::start(BUILDING, DOOR)
            .append(&key, 1, event())
            .unwrap()
    };
    let (one, other) = (signed(1), signed(2));
    assert_eq!(one.read_unverified(), other.read_unverified());
    assert_ne!(one.hash(), other.hash());
}

#[test]
fn a_record_that_cannot_be_made_does_not_move_the_chain() {
    let mut chain = DoorChain::start(BUILDING, DOOR);
    let long = Event::Unfilmed {
        entry_seq: 1,
        why: "x".repeat(Event::MAX_TEXT_LEN + 1),
    };
    assert_eq!(
        chain.append(&door_key(), 1, long),
        Err(RecordError::TooLarge)
    );
    assert_eq!(chain.position(), START);
}

#[test]
fn a_chain_at_its_very_end_makes_no_further_record() {
    let last = ChainPosition {
        next_seq: u64::MAX,
        last_hash: Hash32::ZERO,
        ..START
    };
    let mut chain = DoorChain::resume(last);
    let started = Event::Started {
        version: "0.1.0".into(),
    };
    assert!(chain.append(&door_key(), 1, started).is_err());
    assert_eq!(chain.position(), last);
}

proptest! {
    #[test]
    fn any_bytes_are_no_record(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verify(&[SignedRecord(bytes)]).is_err());
    }

    #[test]
    fn a_run_shuffled_or_thinned_never_verifies(
        order in Just((0..10_usize).collect::<Vec<_>>()).prop_shuffle(),
        len in 1_usize..=10,
    ) {
        let records = records();
        let run: Vec<_> = order[..len].iter().map(|at| records[*at].clone()).collect();
        let is_a_beginning = order[..len].iter().copied().eq(0..len);
        prop_assert_eq!(verify(&run).is_ok(), is_a_beginning);
    }
}

#[test]
fn a_door_that_signs_a_longer_text_than_a_record_carries_is_not_believed() {
    let key = door_key();
    let mut record = records()[0].verify(&key.public()).unwrap();
    let signed = |record: &audit::Record| {
        let record = cbor(record);
        let signature = key.sign(b"record 1", &record);
        SignedRecord(cbor(&std::collections::BTreeMap::from([
            ("record", serde_bytes::ByteBuf::from(record)),
            ("signature", serde_bytes::ByteBuf::from(signature)),
        ])))
    };
    let longest = "x".repeat(Event::MAX_TEXT_LEN);
    let longer = format!("{longest}x");
    record.event = Event::Started { version: longest };
    assert!(signed(&record).verify(&key.public()).is_ok());
    record.event = Event::Started { version: longer };
    assert_eq!(
        signed(&record).verify(&key.public()),
        Err(RecordError::TooLarge)
    );
}

fn cbor(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
