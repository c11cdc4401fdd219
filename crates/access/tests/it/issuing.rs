use access::{
    CarrierKey, Claims, ClaimsError, Credential, DoorId, DoorKind, GrantedDoor, HolderClass,
    IssueError, Visit, issue, issue_carrier, issue_driver, read_claims,
};

use super::world::*;

#[test]
fn a_courier_is_never_issued_a_credential_straight_from_a_grant() {
    let grant = grant(HolderClass::Courier, &[ENTRANCE]);
    let refused = issue(&building_key(), &grant, holder(), &mut rng());
    assert_eq!(refused, Err(IssueError::CourierNeedsCarrier));
}

#[test]
fn a_carrier_is_never_issued_a_unit_door() {
    let mut grant = carrier_grant(&[ENTRANCE]);
    grant.doors.push(GrantedDoor {
        id: APARTMENT,
        kind: DoorKind::Unit,
    });
    let refused = issue_carrier(&building_key(), &grant, &mut rng());
    assert_eq!(refused, Err(IssueError::UnitDoor));
}

#[test]
fn a_credential_names_one_to_sixty_four_doors_each_once() {
    let door = |n: usize| DoorId::from_entropy([u8::try_from(n).unwrap(); 16]);
    let doors = |count: usize| (0..count).map(door).collect::<Vec<_>>();
    let issued = |doors: &[DoorId]| {
        issue(
            &building_key(),
            &grant(HolderClass::Staff, doors),
            holder(),
            &mut rng(),
        )
    };
    assert_eq!(issued(&[]), Err(IssueError::Doors));
    assert_eq!(issued(&[ENTRANCE, ENTRANCE]), Err(IssueError::Doors));
    assert_eq!(issued(&doors(65)), Err(IssueError::Doors));
    let most = issued(&doors(64)).unwrap();
    assert!(most.as_bytes().len() <= Credential::MAX_LEN);
    assert_eq!(
        read_claims(&most, &building_key().public())
            .unwrap()
            .doors
            .len(),
        64
    );
}

#[test]
fn a_carrier_of_thirty_two_doors_can_send_a_driver_to_all_of_them() {
    let doors: Vec<_> = (0..32).map(|n| DoorId::from_entropy([n; 16])).collect();
    let carrier = issue_carrier(&building_key(), &carrier_grant(&doors), &mut rng()).unwrap();
    let building = building_key().public();
    let driver = issue_driver(
        &carrier,
        &building,
        &carrier_key(),
        &visit(&doors),
        &mut rng(),
    )
    .unwrap();
    assert!(driver.as_bytes().len() <= Credential::MAX_LEN);
}

#[test]
fn a_window_that_ends_before_it_begins_is_refused() {
    let mut grant = grant(HolderClass::Guest, &[ENTRANCE]);
    grant.not_after = grant.not_before - 1;
    let refused = issue(&building_key(), &grant, holder(), &mut rng());
    assert_eq!(refused, Err(IssueError::EmptyWindow));
}

#[test]
fn a_visit_cannot_ask_for_more_than_the_carrier_was_granted() {
    let widened = |change: fn(&mut Visit)| {
        let mut visit = visit(&[ENTRANCE]);
        change(&mut visit);
        let building = building_key().public();
        issue_driver(
            &carrier_credential(),
            &building,
            &carrier_key(),
            &visit,
            &mut rng(),
        )
    };
    assert!(widened(|_| ()).is_ok());
    assert_eq!(
        widened(|visit| visit.doors.push(APARTMENT)),
        Err(IssueError::Widens)
    );
    assert_eq!(
        widened(|visit| visit.not_before = FROM - 1),
        Err(IssueError::Widens)
    );
    assert_eq!(
        widened(|visit| visit.not_after = UNTIL + 1),
        Err(IssueError::Widens)
    );
    assert_eq!(widened(|visit| visit.doors.clear()), Err(IssueError::Doors));
    assert_eq!(
        widened(|visit| visit.driver.clear()),
        Err(IssueError::DriverReference)
    );
    assert_eq!(
        widened(|visit| visit.driver = "x".repeat(65)),
        Err(IssueError::DriverReference)
    );
    assert_eq!(
        widened(|visit| visit.driver = "a\nb".into()),
        Err(IssueError::DriverReference)
    );
}

#[test]
fn only_the_carriers_own_key_makes_drivers_of_its_credential() {
    let (building, visit) = (building_key().public(), visit(&[ENTRANCE]));
    let other = CarrierKey::from_seed([9; 32]);
    let refused = issue_driver(&carrier_credential(), &building, &other, &visit, &mut rng());
    assert_eq!(refused, Err(IssueError::CarrierKey));
    let no_carrier = issue_driver(&resident(), &building, &carrier_key(), &visit, &mut rng());
    assert_eq!(no_carrier, Err(IssueError::CarrierCredential));
    let of_driver = issue_driver(
        &driver(&[ENTRANCE]),
        &building,
        &carrier_key(),
        &visit,
        &mut rng(),
    );
    assert_eq!(of_driver, Err(IssueError::CarrierCredential));
}

#[test]
fn claims_say_what_a_credential_is_for() {
    let claims = |credential: &Credential| read_claims(credential, &building_key().public());
    let mut doors = vec![ENTRANCE, PARCELS];
    doors.sort();
    let carrier = Claims {
        grant: GRANT,
        building: BUILDING,
        class: HolderClass::Courier,
        doors,
        carrier: Some(CARRIER),
        visit: None,
        holder: None,
        not_before: FROM,
        not_after: UNTIL,
    };
    assert_eq!(claims(&carrier_credential()), Ok(carrier.clone()));
    let driver_of = |visit: &Visit| {
        let building = building_key().public();
        issue_driver(
            &carrier_credential(),
            &building,
            &carrier_key(),
            visit,
            &mut rng(),
        )
        .unwrap()
    };
    let mut narrow = visit(&[PARCELS]);
    (narrow.not_before, narrow.not_after) = (NOON, NOON + 60);
    let expected = Claims {
        doors: vec![PARCELS],
        visit: Some(VISIT),
        holder: Some(holder()),
        not_before: NOON,
        not_after: NOON + 60,
        ..carrier
    };
    assert_eq!(claims(&driver_of(&narrow)), Ok(expected));
}

#[test]
fn claims_of_another_building_or_of_no_credential_are_not_read() {
    let other = access::BuildingKey::from_seed([9; 32]).public();
    assert_eq!(
        read_claims(&resident(), &other),
        Err(ClaimsError::BadSignature)
    );
    let nonsense = Credential(b"nonsense".to_vec());
    assert_eq!(read_claims(&nonsense, &other), Err(ClaimsError::Malformed));
}

/// 407 bytes is what the protocol has room for in one write of 510.
#[test]
fn a_residents_credential_for_one_door_fits_one_write() {
    let doors = [ENTRANCE, PARCELS];
    let len = |doors: &[DoorId]| credential(HolderClass::Resident, doors).as_bytes().len();
    assert!(len(&doors[..Credential::DOORS_IN_ONE_WRITE]) <= 407);
    assert!(len(&doors[..=Credential::DOORS_IN_ONE_WRITE]) > 407);
}

#[test]
fn the_same_randomness_makes_the_same_credential() {
    assert_eq!(driver(&[ENTRANCE]), driver(&[ENTRANCE]));
}
