use access::{
    BuildingId, BuildingKey, Bundle, BundleError, DenyReason, DoorPolicy, GrantId, SignedBundle,
};

use super::world::*;

fn signed() -> SignedBundle {
    SignedBundle::sign(&bundle(), &building_key()).unwrap()
}

#[test]
fn a_bundle_comes_back_as_it_was_signed() {
    assert_eq!(signed().verify(&building_key().public()), Ok(bundle()));
    assert_eq!(signed(), signed());
}

#[test]
fn a_forged_bundle_is_refused() {
    let forged = SignedBundle::sign(&bundle(), &BuildingKey::from_seed([9; 32])).unwrap();
    assert_eq!(
        forged.verify(&building_key().public()),
        Err(BundleError::BadSignature)
    );
}

#[test]
fn a_bundle_with_any_bit_changed_is_refused() {
    let key = building_key().public();
    for bit in 0..signed().0.len() * 8 {
        let mut changed = signed();
        changed.0[bit / 8] ^= 1 << (bit % 8);
        assert!(changed.verify(&key).is_err(), "bit {bit}");
    }
}

#[test]
fn a_signature_for_another_purpose_is_none_for_a_bundle() {
    #[derive(serde::Serialize)]
    struct Envelope {
        bundle: serde_bytes::ByteBuf,
        signature: serde_bytes::ByteBuf,
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&bundle(), &mut bytes).unwrap();
    for (domain, is_right) in [(&b"bundle 1"[..], true), (b"bundle 2", false), (b"", false)] {
        let signature = building_key().sign(domain, &bytes).to_vec().into();
        let envelope = Envelope {
            bundle: bytes.clone().into(),
            signature,
        };
        let mut sent = Vec::new();
        ciborium::into_writer(&envelope, &mut sent).unwrap();
        let verified = SignedBundle(sent).verify(&building_key().public());
        assert_eq!(verified.is_ok(), is_right);
    }
}

#[test]
fn bytes_after_a_bundle_and_bundles_beyond_any_size_are_refused() {
    let mut longer = signed();
    longer.0.push(0);
    assert_eq!(
        longer.verify(&building_key().public()),
        Err(BundleError::Malformed)
    );
    let huge = SignedBundle(vec![0; SignedBundle::MAX_LEN + 1]);
    assert_eq!(
        huge.verify(&building_key().public()),
        Err(BundleError::TooLarge)
    );
    let mut many = bundle();
    many.revoked = vec![GRANT; Bundle::MAX_REVOKED + 1];
    assert_eq!(
        SignedBundle::sign(&many, &building_key()),
        Err(BundleError::TooLarge)
    );
    let mut twice = bundle();
    twice.doors.push(twice.doors[0].clone());
    assert_eq!(
        SignedBundle::sign(&twice, &building_key()),
        Err(BundleError::Malformed)
    );
}

#[test]
fn a_door_never_goes_back_to_an_older_bundle() {
    let mut door = policy(ENTRANCE);
    let at = |version| Bundle {
        version,
        revoked: vec![GRANT],
        ..bundle()
    };
    assert_eq!(door.replace(at(5)), Ok(()));
    let rolled_back = BundleError::RolledBack {
        current: 5,
        offered: 4,
    };
    assert_eq!(door.replace(bundle()), Err(rolled_back));
    assert_eq!(door.bundle().version, 5);
    let decision = door.decide(&resident().0, holder(), NOON);
    assert_denied(&decision, DenyReason::Revoked);
}

#[test]
fn the_same_bundle_again_is_fine_and_a_different_one_of_its_version_is_not() {
    let mut door = policy(ENTRANCE);
    assert_eq!(door.replace(bundle()), Ok(()));
    let other = Bundle {
        revoked: vec![GrantId::from_entropy([0xa9; 16])],
        ..bundle()
    };
    assert_eq!(door.replace(other), Err(BundleError::Forked { version: 4 }));
    assert_eq!(door.bundle(), &bundle());
}

#[test]
fn another_buildings_bundle_is_refused_even_under_the_same_key() {
    let mut door = policy(ENTRANCE);
    let other = BuildingId::from_entropy([0xb2; 16]);
    let theirs = Bundle {
        building: other,
        version: 9,
        ..bundle()
    };
    assert_eq!(door.replace(theirs), Err(BundleError::WrongBuilding));
    assert_eq!(door.bundle(), &bundle());
}

#[test]
fn a_bundle_that_contradicts_itself_is_never_used() {
    let mut twice = bundle();
    twice.carriers.push(twice.carriers[0].clone());
    let refused = DoorPolicy::new(building_key().public(), ENTRANCE, twice.clone());
    assert_eq!(refused.unwrap_err(), BundleError::Malformed);
    assert_eq!(policy(ENTRANCE).replace(twice), Err(BundleError::Malformed));
}

#[test]
fn viewers_are_told_by_door() {
    let mut bundle = bundle();
    let viewer = |n: u8, doors: &[access::DoorId]| access::Viewer {
        device: access::DeviceId::from_entropy([n; 16]),
        key: access::ViewerPublicKey([n; 32]),
        doors: doors.to_vec(),
    };
    bundle.viewers = vec![viewer(1, &[ENTRANCE]), viewer(2, &[ENTRANCE, PARCELS])];
    assert_eq!(bundle.viewers_of(ENTRANCE).count(), 2);
    assert_eq!(bundle.viewers_of(PARCELS).count(), 1);
    assert_eq!(bundle.viewers_of(APARTMENT).count(), 0);
}
