use access::{BuildingKey, HolderPublicKey};

use super::*;

const BUILDING: BuildingId = BuildingId::from_entropy([1; 16]);
const DOOR: DoorId = DoorId::from_entropy([2; 16]);

const ASKED: Asked = Asked {
    link: LinkKind::Stream,
    filming: false,
};

fn building_key() -> BuildingKey {
    BuildingKey::from_seed([3; 32])
}

fn bundle(version: u64) -> Bundle {
    Bundle {
        version,
        issued_at: 1_000 + version,
        ..Bundle::empty(BUILDING)
    }
}

fn signed(bundle: &Bundle) -> SignedBundle {
    SignedBundle::sign(bundle, &building_key()).unwrap()
}

fn gate() -> SharedGate {
    SharedGate::new(BUILDING, building_key().public(), DOOR, Clock::start()).unwrap()
}

#[test]
fn a_door_is_not_ready_before_its_first_bundle() {
    let gate = gate();
    assert!(!gate.is_ready());
    assert_eq!(gate.version(), None);
    let first = gate.check(&signed(&bundle(1))).unwrap().unwrap();
    assert!(!gate.is_ready(), "checking installs nothing");
    gate.install(first).unwrap();
    assert_eq!((gate.is_ready(), gate.version()), (true, Some(1)));
}

#[test]
fn nobodys_attempts_are_counted_before_the_first_bundle() {
    let gate = gate();
    let holder = HolderPublicKey([7; 32]);
    let now = Clock::start().now();
    let deny = |gate: &mut Gate| {
        let decision = gate.decide(b"no credential", holder, now);
        assert!(decision.deny_reason().is_some());
        gate.attempts.len()
    };
    assert_eq!(gate.with(ASKED, deny), (1, false));
    gate.install(bundle(1)).unwrap();
    assert_eq!(gate.with(ASKED, |gate| gate.attempts.len()), (0, true));
    assert_eq!(gate.with(ASKED, deny), (1, true));
}

#[test]
fn a_bundle_is_never_rolled_back() {
    let gate = gate();
    gate.install(bundle(7)).unwrap();
    assert_eq!(gate.check(&signed(&bundle(7))), Ok(None));
    let older = gate.check(&signed(&bundle(6)));
    assert!(matches!(
        older,
        Err(BundleRefused::Bundle(BundleError::RolledBack { .. }))
    ));
    assert!(gate.install(bundle(6)).is_err());
    assert_eq!(gate.version(), Some(7));
}

#[test]
fn a_bundle_of_another_key_or_building_is_refused() {
    let gate = gate();
    let forged = SignedBundle::sign(&bundle(1), &BuildingKey::from_seed([9; 32])).unwrap();
    let refused = gate.check(&forged);
    assert_eq!(
        refused,
        Err(BundleRefused::Bundle(BundleError::BadSignature))
    );
    let elsewhere = Bundle {
        building: BuildingId::from_entropy([8; 16]),
        ..bundle(1)
    };
    assert_eq!(
        gate.check(&signed(&elsewhere)),
        Err(BundleRefused::WrongBuilding)
    );
}

#[test]
fn the_clock_is_never_before_the_bundle_in_use() {
    let clock = Clock::start();
    let gate = SharedGate::new(BUILDING, building_key().public(), DOOR, clock.clone()).unwrap();
    let far = 99_999_999_999;
    let future = Bundle {
        issued_at: far,
        ..bundle(1)
    };
    gate.install(future).unwrap();
    assert_eq!(clock.now().utc_s, far);
}

#[test]
fn the_gate_is_told_when_the_time_is_unknown() {
    let clock = Clock::with_wall(|| 0);
    let gate = SharedGate::new(BUILDING, building_key().public(), DOOR, clock.clone()).unwrap();
    gate.install(bundle(1)).unwrap();
    let known = |gate: &SharedGate| gate.with(ASKED, |gate| gate.policy.is_clock_known()).0;
    assert!(!known(&gate), "the bundle was signed after 1970");
    clock.learn_from_hub(5_000_000);
    assert!(known(&gate));
}
