use audit::log::{
    KnownHashes, Leaf, LogError, MAX_SIZE, append, append_positions, check_consistency,
    check_inclusion, consistency_positions, entry_bundle, inclusion_positions, prove_consistency,
    prove_inclusion, root, root_positions,
};
use audit::{Hash32, SignedRecord};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::world::{Store, leaf, records};

/// RFC 6962, section 2.1, word for word: the other way to the same root.
fn merkle_tree_hash(leaves: &[Leaf]) -> Hash32 {
    let hash = |parts: &[&[u8]]| Hash32(Sha256::digest(parts.concat()).into());
    match leaves {
        [] => hash(&[]),
        [leaf] => hash(&[&[0], &leaf.0]),
        _ => {
            let left = (leaves.len() - 1).ilog2();
            let (left, right) = leaves.split_at(1 << left);
            hash(&[&[1], &merkle_tree_hash(left).0, &merkle_tree_hash(right).0])
        }
    }
}

fn leaves(size: u64) -> Vec<Leaf> {
    (0..size).map(leaf).collect()
}

fn root_of(store: &Store, size: u64) -> Hash32 {
    root(size, &store.read(&root_positions(size).unwrap())).unwrap()
}

fn inclusion(store: &Store, size: u64, at: u64) -> Vec<Hash32> {
    let known = store.read(&inclusion_positions(size, at).unwrap());
    prove_inclusion(size, at, &known).unwrap()
}

fn consistency(store: &Store, old: u64, size: u64) -> Vec<Hash32> {
    let known = store.read(&consistency_positions(old, size).unwrap());
    prove_consistency(old, size, &known).unwrap()
}

#[test]
fn the_root_is_rfc_6962s() {
    let mut store = Store::default();
    for size in 0..=130 {
        assert_eq!(
            root_of(&store, size),
            merkle_tree_hash(&leaves(size)),
            "{size} leaves"
        );
        let growth = store.grow(&[leaf(size)]);
        assert_eq!(growth.root, merkle_tree_hash(&leaves(size + 1)));
    }
}

#[test]
fn every_leaf_is_proven_at_its_place_and_at_no_other() {
    let store = Store::of(41);
    for size in 1..=41 {
        let root = root_of(&store, size);
        for at in 0..size {
            let proof = inclusion(&store, size, at);
            assert_eq!(check_inclusion(&proof, size, root, at, &leaf(at)), Ok(()));
            let other = check_inclusion(&proof, size, root, at, &leaf(at + 1));
            assert_eq!(other, Err(LogError::InvalidProof));
            if size > 1 {
                let moved = check_inclusion(&proof, size, root, (at + 1) % size, &leaf(at));
                assert_eq!(moved, Err(LogError::InvalidProof));
            }
        }
    }
}

#[test]
fn every_older_log_is_proven_a_beginning_of_every_newer_one() {
    let store = Store::of(33);
    for size in 0..=33 {
        for old in 0..=size {
            let proof = consistency(&store, old, size);
            let (old, new) = ((old, root_of(&store, old)), (size, root_of(&store, size)));
            assert_eq!(check_consistency(&proof, old, new), Ok(()));
        }
    }
}

#[test]
fn a_log_that_was_rewritten_is_not_consistent_with_what_it_was() {
    let honest = Store::of(20);
    let mut rewritten = Store::default();
    let mut changed = leaves(24);
    changed[7] = leaf(999);
    rewritten.grow(&changed);
    let old = (20, root_of(&honest, 20));
    let new = (24, root_of(&rewritten, 24));
    let proof = consistency(&rewritten, 20, 24);
    assert_eq!(
        check_consistency(&proof, old, new),
        Err(LogError::InvalidProof)
    );
}

#[test]
fn a_proof_with_a_hash_changed_added_or_left_out_does_not_hold() {
    let store = Store::of(21);
    let proof = inclusion(&store, 21, 9);
    let check = |proof: &[Hash32]| check_inclusion(proof, 21, root_of(&store, 21), 9, &leaf(9));
    assert_eq!(check(&proof), Ok(()));
    for at in 0..proof.len() {
        let mut changed = proof.clone();
        changed[at].0[0] ^= 1;
        assert_eq!(check(&changed), Err(LogError::InvalidProof));
    }
    let longer = [proof.clone(), vec![Hash32::ZERO]].concat();
    assert_eq!(check(&longer), Err(LogError::InvalidProof));
    assert_eq!(check(&proof[1..]), Err(LogError::InvalidProof));
    assert_eq!(check(&[]), Err(LogError::InvalidProof));
}

#[test]
fn what_the_log_does_not_have_is_out_of_range() {
    let range = Err(LogError::OutOfRange);
    assert_eq!(inclusion_positions(3, 3), range);
    assert_eq!(inclusion_positions(0, 0), range);
    assert_eq!(consistency_positions(4, 3), range);
    assert_eq!(append_positions(MAX_SIZE + 1), range);
    assert_eq!(root_positions(u64::MAX), range);
    let zero = Hash32::ZERO;
    assert_eq!(
        check_inclusion(&[], 3, zero, 3, &leaf(3)),
        Err(LogError::OutOfRange)
    );
    assert_eq!(
        check_inclusion(&[], u64::MAX, zero, 3, &leaf(3)),
        Err(LogError::OutOfRange)
    );
    assert_eq!(
        check_consistency(&[], (4, zero), (3, zero)),
        Err(LogError::OutOfRange)
    );
    assert_eq!(
        check_consistency(&[], (0, zero), (3, zero)),
        Err(LogError::InvalidProof)
    );
}

#[test]
fn a_store_that_lacks_a_hash_is_told_which() {
    let store = Store::of(6);
    let positions = append_positions(6).unwrap();
    let known = store.read(&positions[1..]);
    let missing = Err(LogError::MissingHash {
        position: positions[0],
    });
    assert_eq!(append(6, &known, &[leaf(6)]), missing);
    assert!(prove_inclusion(6, 2, &KnownHashes::default()).is_err());
}

#[test]
fn however_large_the_log_few_hashes_are_read_to_add_to_it() {
    assert!(append_positions(MAX_SIZE - 1).unwrap().len() <= 48);
    assert_eq!(append_positions(MAX_SIZE).unwrap().len(), 1);
}

#[test]
fn a_leaf_is_its_records_under_its_salt_alone() {
    let records = records();
    let leaf = Leaf::commit(&records[0], &[1; 32]);
    assert!(leaf.is_of(&records[0], &[1; 32]));
    assert!(!leaf.is_of(&records[0], &[2; 32]));
    assert!(!leaf.is_of(&records[1], &[1; 32]));
}

#[test]
fn erasing_a_record_leaves_every_proof_as_it_was() {
    let records: Vec<SignedRecord> = records();
    let leaves: Vec<_> = records
        .iter()
        .map(|record| Leaf::commit(record, &[5; 32]))
        .collect();
    let mut store = Store::default();
    let root = store.grow(&leaves).root;
    drop(records);
    let size = leaves.len() as u64;
    let proof = inclusion(&store, size, 6);
    assert_eq!(check_inclusion(&proof, size, root, 6, &leaves[6]), Ok(()));
}

#[test]
fn an_entry_bundle_has_each_leaf_after_its_length() {
    let bundle = entry_bundle(&[Leaf([1; 32]), Leaf([2; 32])]);
    assert_eq!(bundle.len(), 68);
    assert_eq!(
        (bundle[..2].to_vec(), bundle[2], bundle[36]),
        (vec![0, 32], 1, 2)
    );
}

proptest! {
    #[test]
    fn in_whatever_runs_the_leaves_come_the_log_is_the_same(
        runs in prop::collection::vec(0_u64..40, 0..8),
    ) {
        let mut store = Store::default();
        for run in &runs {
            let from = store.size;
            store.grow(&(from..from + run).map(leaf).collect::<Vec<_>>());
        }
        let whole = Store::of(runs.iter().sum());
        prop_assert_eq!(store.hashes, whole.hashes);
    }

    #[test]
    fn made_up_proofs_never_hold_and_never_panic(
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash32), 0..70),
        (size, at) in (any::<u64>(), any::<u64>()),
    ) {
        let zero = Hash32::ZERO;
        prop_assert!(check_inclusion(&proof, size, zero, at, &leaf(0)).is_err());
        prop_assert!(check_inclusion(&proof, size % 100, zero, at % 100, &leaf(0)).is_err());
        let old = (at % MAX_SIZE).max(1);
        if old != size % MAX_SIZE {
            prop_assert!(check_consistency(&proof, (old, zero), (size % MAX_SIZE, zero)).is_err());
        }
    }
}
