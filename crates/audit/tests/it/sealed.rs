//! Records on a phone: opaque, whole, bound to their door, and opened by the hub alone.

use access::{BuildingId, DoorId};
use audit::{
    ChainPosition, DoorChain, Event, RecordsKey, SealedError, SealedRecords, SignedRecord,
    verify_run,
};
use proptest::collection::vec;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::world::{BUILDING, DOOR, DRIVER, door_key, records};

fn hub() -> RecordsKey {
    RecordsKey::from_bytes([4; 32])
}

fn seal(run: &[SignedRecord]) -> SealedRecords {
    SealedRecords::seal(run, &hub().public(), &mut StdRng::seed_from_u64(5)).unwrap()
}

fn started(count: usize) -> Vec<SignedRecord> {
    let mut chain = DoorChain::start(BUILDING, DOOR);
    let version = || "0.1.0".to_owned();
    let append = |at_ms| chain.append(&door_key(), at_ms, Event::Started { version: version() });
    (0..).map(append).take(count).map(Result::unwrap).collect()
}

#[test]
fn the_hub_opens_what_a_door_sealed_and_the_chain_holds() {
    let mut rest = records();
    let mut position = ChainPosition::start(BUILDING, DOOR);
    while !rest.is_empty() {
        let batch = seal(&rest);
        let travelled = SealedRecords::from_bytes(&batch.to_bytes().unwrap()).unwrap();
        assert_eq!(travelled, batch);
        let run = hub().open(&travelled).unwrap();
        assert_eq!(run.as_slice(), &rest[..run.len()]);
        position = verify_run(&run, &door_key().public(), position).unwrap();
        assert_eq!(position.last_seq(), batch.last_seq);
        rest.drain(..run.len());
    }
    assert_eq!(position.last_seq(), records().len() as u64);
}

#[test]
fn every_batch_has_the_same_length_and_shows_nobody() {
    let short = seal(&records()[..1]).to_bytes().unwrap();
    let couriers = seal(&records()[6..]).to_bytes().unwrap();
    let many = seal(&started(500));
    assert_eq!(short.len(), couriers.len());
    assert!(many.last_seq >= 10, "{many:?}");
    assert!(many.to_bytes().unwrap().len() <= 4_000);
    let shown = |word: &[u8]| couriers.windows(word.len()).any(|bytes| bytes == word);
    assert!(!shown(DRIVER.as_bytes()) && !shown(b"courier") && !shown(b"entry"));
    assert!(!format!("{many:?}").contains("ciphertext"));
}

#[test]
fn even_the_longest_records_are_three_to_a_batch() {
    let longest: Vec<_> = (1..=4).map(|_| SignedRecord::MAX_LEN).collect();
    let room = longest.iter().take(3).map(|len| len + 3).sum::<usize>() + 3;
    assert!(room <= 3_584);
}

#[test]
fn another_key_another_door_or_other_numbers_open_nothing() {
    let batch = seal(&records()[..3]);
    let refused = Err(SealedError::NotForThisKey);
    assert_eq!(RecordsKey::from_bytes([9; 32]).open(&batch), refused);
    let elsewhere = BuildingId::from_entropy([0; 16]);
    let other = DoorId::from_entropy([0; 16]);
    let altered = |alter: &dyn Fn(&mut SealedRecords)| {
        let mut forged = batch.clone();
        alter(&mut forged);
        forged
    };
    let forged = [
        altered(&|batch| batch.building = elsewhere),
        altered(&|batch| batch.door = other),
        altered(&|batch| batch.first_seq = 2),
        altered(&|batch| batch.last_seq = 4),
    ];
    for forged in forged {
        assert_eq!(hub().open(&forged), refused, "{forged:?}");
    }
    assert!(hub().open(&batch).is_ok());
}

#[test]
fn only_consecutive_records_of_one_door_are_sealed() {
    let run = records();
    let try_to = |run: &[SignedRecord]| {
        SealedRecords::seal(run, &hub().public(), &mut StdRng::seed_from_u64(5)).unwrap_err()
    };
    assert_eq!(try_to(&[]), SealedError::Empty);
    let holed = [run[0].clone(), run[2].clone()];
    assert_eq!(try_to(&holed), SealedError::NotARun);
    let garbage = [SignedRecord(vec![7; 80])];
    assert_eq!(try_to(&garbage), SealedError::NotARun);
    let mut other = DoorChain::start(BUILDING, DoorId::from_entropy([0; 16]));
    other.append(&door_key(), 1, Event::Exit).unwrap();
    let foreign = other.append(&door_key(), 2, Event::Exit).unwrap();
    assert_eq!(try_to(&[run[0].clone(), foreign]), SealedError::NotARun);
}

#[test]
fn a_key_of_low_order_is_refused() {
    let none = access::RecordsPublicKey([0; 32]);
    let refused = SealedRecords::seal(&records(), &none, &mut StdRng::seed_from_u64(5));
    assert_eq!(refused, Err(SealedError::Key));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_are_no_batch(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(SealedRecords::from_bytes(&bytes).is_err());
    }

    #[test]
    fn one_altered_byte_opens_nothing(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut bytes = seal(&records()[..2]).to_bytes().unwrap();
        *at.get_mut(&mut bytes) ^= 1 << bit;
        let opened = SealedRecords::from_bytes(&bytes).and_then(|batch| hub().open(&batch));
        prop_assert!(opened.is_err());
    }
}
