use access::BuildingId;
use audit::Hash32;
use audit::log::{
    Checkpoint, CheckpointError, LogKey, LogPublicKey, SignedCheckpoint, verifier_key,
};
use proptest::prelude::*;
use signed_note::{Note, StandardVerifier, VerifierList};

use super::world::BUILDING;

const CHECKPOINT: Checkpoint = Checkpoint {
    building: BUILDING,
    size: 10,
    root: Hash32([3; 32]),
};

fn key() -> LogKey {
    LogKey::from_seed([4; 32])
}

#[test]
fn a_checkpoint_comes_back_as_it_was_signed() {
    let signed = CHECKPOINT.sign(&key()).unwrap();
    assert_eq!(signed.verify(BUILDING, key().public()), Ok(CHECKPOINT));
    assert_eq!(signed.to_string().parse(), Ok(signed));
}

#[test]
fn a_checkpoint_names_the_log_its_size_and_its_root() {
    let signed = CHECKPOINT.sign(&key()).unwrap().0;
    let lines: Vec<_> = signed.lines().collect();
    let origin = format!("vestibule/building/{BUILDING}");
    let root = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";
    assert_eq!(lines[..4], [&*origin, "10", root, ""]);
    assert!(lines[4].starts_with(&format!("— {origin} ")));
}

#[test]
fn any_reader_of_signed_notes_can_check_it() {
    let signed = CHECKPOINT.sign(&key()).unwrap();
    let reader = StandardVerifier::new(&verifier_key(BUILDING, key().public()).unwrap()).unwrap();
    let note = Note::from_bytes(signed.0.as_bytes()).unwrap();
    assert!(
        note.verify(&VerifierList::new(vec![Box::new(reader)]))
            .is_ok()
    );
}

#[test]
fn a_checkpoint_of_another_building_key_or_text_is_refused() {
    let signed = CHECKPOINT.sign(&key()).unwrap();
    let other_building = BuildingId::from_entropy([0xb2; 16]);
    assert_eq!(
        signed.verify(other_building, key().public()),
        Err(CheckpointError::WrongBuilding)
    );
    let other_key = LogKey::from_seed([5; 32]).public();
    assert_eq!(
        signed.verify(BUILDING, other_key),
        Err(CheckpointError::BadSignature)
    );
    let no_key = LogPublicKey([0xff; 32]);
    assert_eq!(
        signed.verify(BUILDING, no_key),
        Err(CheckpointError::BadSignature)
    );
    let grown = SignedCheckpoint(signed.0.replacen("\n10\n", "\n11\n", 1));
    assert_eq!(
        grown.verify(BUILDING, key().public()),
        Err(CheckpointError::BadSignature)
    );
    let nonsense = SignedCheckpoint("nonsense".into());
    assert_eq!(
        nonsense.verify(BUILDING, key().public()),
        Err(CheckpointError::Malformed)
    );
    assert!("nonsense".parse::<SignedCheckpoint>().is_err());
}

proptest! {
    #[test]
    fn any_text_is_no_checkpoint(text in "\\PC{0,200}") {
        let checkpoint = SignedCheckpoint(text);
        prop_assert!(checkpoint.verify(BUILDING, key().public()).is_err());
    }
}
