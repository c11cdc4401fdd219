use access::{
    Credential, Decision, DoorId, Grant, GrantId, HolderClass, HolderPublicKey, SignedBundle,
    issue, read_claims,
};
use biscuit_auth::builder::BlockBuilder;
use biscuit_auth::{Algorithm, KeyPair};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::raw::{hex, only_doors, token_of, window};
use super::world::*;

proptest! {
    #[test]
    fn any_bytes_are_denied(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(at_entrance(&bytes).deny_reason().is_some());
    }

    #[test]
    fn a_credential_cut_or_spliced_is_denied(
        at in any::<prop::sample::Index>(),
        len in 0_usize..80,
        spliced in vec(any::<u8>(), 0..80),
    ) {
        for credential in [resident().0, driver(&[ENTRANCE]).0] {
            let start = at.index(credential.len());
            let end = (start + len).min(credential.len());
            let mut changed = credential.clone();
            changed.splice(start..end, spliced.iter().copied());
            prop_assume!(changed != credential);
            prop_assert!(at_entrance(&changed).deny_reason().is_some());
        }
    }

    #[test]
    fn whatever_a_holder_appends_and_signs_opens_no_further_door(
        payload in vec(any::<u8>(), 0..200),
        flips in vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let mine = credential(HolderClass::Guest, &[ENTRANCE]);
        let mut narrowing = narrowing_payload(&mine);
        for flip in flips {
            let bit = flip.index(narrowing.len() * 8);
            narrowing[bit / 8] ^= 1 << (bit % 8);
        }
        for payload in [payload, narrowing] {
            let token = with_payload(&mine, payload);
            let decision = policy(PARCELS).decide(&token, holder(), NOON);
            prop_assert!(decision.deny_reason().is_some());
            let _no_panic = at_entrance(&token);
        }
    }

    #[test]
    fn any_bytes_are_no_bundle(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(SignedBundle(bytes).verify(&building_key().public()).is_err());
    }

    #[test]
    fn a_credential_opens_exactly_its_doors_for_exactly_its_holder_in_exactly_its_time(
        grant in grants(),
        key in any::<[u8; 32]>(),
        door in door(),
        presented in prop_oneof![Just(None), any::<[u8; 32]>().prop_map(Some)],
        now in any::<u64>(),
    ) {
        let holder = HolderPublicKey(key);
        let credential = issue(&building_key(), &grant, holder, &mut rng()).unwrap();
        let claims = read_claims(&credential, &building_key().public()).unwrap();
        prop_assert_eq!(&claims.doors, &grant.doors);
        prop_assert_eq!((claims.grant, claims.class), (grant.id, grant.class));
        prop_assert_eq!((claims.not_before, claims.not_after), (grant.not_before, grant.not_after));

        let presented = HolderPublicKey(presented.unwrap_or(key));
        let opening = policy_with(door, |bundle| bundle.doors[0].id = door);
        let should = presented == holder
            && grant.doors.contains(&door)
            && (grant.not_before..=grant.not_after).contains(&now);
        let did = matches!(opening.decide(&credential.0, presented, now), Decision::Allow(_));
        prop_assert_eq!(did, should);
    }
}

/// The bytes of a block that narrows in every way there is.
fn narrowing_payload(credential: &Credential) -> Vec<u8> {
    let code = format!(
        "{} {} check if holder(hex:{});",
        only_doors(&[ENTRANCE, PARCELS]),
        window(),
        hex(holder().as_bytes())
    );
    let next = KeyPair::new_with_rng(Algorithm::Ed25519, &mut rng());
    let block = BlockBuilder::new().code(code).unwrap();
    let token = token_of(credential)
        .append_with_keypair(&next, block)
        .unwrap();
    token.container().to_proto().blocks[0].block.clone()
}

/// The token with a block of these bytes, signed as a holder can sign it.
fn with_payload(credential: &Credential, payload: Vec<u8>) -> Vec<u8> {
    let next = KeyPair::new_with_rng(Algorithm::Ed25519, &mut rng());
    let token = token_of(credential);
    token
        .container()
        .append_serialized(&next, payload, None)
        .unwrap()
        .to_vec()
        .unwrap()
}

fn door() -> impl Strategy<Value = DoorId> {
    (0_u8..4).prop_map(|n| DoorId::from_entropy([n; 16]))
}

fn grants() -> impl Strategy<Value = Grant> {
    let class = prop::sample::select(vec![
        HolderClass::Resident,
        HolderClass::Guest,
        HolderClass::Staff,
    ]);
    let times = (any::<u64>(), any::<u64>());
    (any::<[u8; 16]>(), class, btree_set(door(), 1..4), times).prop_map(
        |(id, class, doors, times)| Grant {
            id: GrantId::from_entropy(id),
            building: BUILDING,
            class,
            doors: doors.into_iter().collect(),
            not_before: times.0.min(times.1),
            not_after: times.0.max(times.1),
        },
    )
}

#[test]
fn a_credential_with_any_bit_changed_is_denied() {
    let door = policy(ENTRANCE);
    for credential in [resident().0, driver(&[ENTRANCE]).0] {
        assert_allowed(&door.decide(&credential, holder(), NOON));
        for bit in 0..credential.len() * 8 {
            let mut changed = credential.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let decision = door.decide(&changed, holder(), NOON);
            assert!(decision.deny_reason().is_some(), "bit {bit} can be changed");
        }
    }
}
