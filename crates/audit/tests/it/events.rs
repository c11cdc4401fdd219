use access::{CourierVisit, Entrant, HolderClass, ResidentRecords, VisitId};
use audit::{Event, Person, SignedRecord};

use super::world::*;

fn contains(record: &SignedRecord, part: &[u8]) -> bool {
    record.0.windows(part.len()).any(|window| window == part)
}

fn entrant(class: HolderClass) -> Entrant {
    Entrant {
        class,
        grant: GRANT,
        unlock_s: 5,
        courier: None,
    }
}

#[test]
fn every_event_comes_back_as_it_was_recorded() {
    for (record, event) in records().iter().zip(events()) {
        assert_eq!(record.verify(&door_key().public()).unwrap().event, event);
    }
}

#[test]
fn a_residents_record_does_not_say_which_resident() {
    let person = Person::of(&entrant(HolderClass::Resident), ResidentRecords::Unnamed);
    assert_eq!(person, Person::Resident);
    assert!(!person.is_filmed());
    let records = records();
    let (unnamed, named) = (&records[2], &records[3]);
    assert!(!contains(unnamed, GRANT.as_bytes()));
    assert!(contains(named, GRANT.as_bytes()));
}

#[test]
fn a_resident_is_named_only_where_the_building_says_so() {
    let named = Person::of(&entrant(HolderClass::Resident), ResidentRecords::Named);
    assert_eq!(named, Person::NamedResident { grant: GRANT });
    assert!(!named.is_filmed());
}

#[test]
fn guests_staff_and_couriers_are_named_and_filmed_whatever_the_rule() {
    let courier_visit = CourierVisit {
        carrier: access::CarrierId::from_entropy([0xc1; 16]),
        driver: DRIVER.into(),
        visit: VisitId::from_entropy([0xe1; 16]),
    };
    let mut courier_entrant = entrant(HolderClass::Courier);
    courier_entrant.courier = Some(courier_visit);
    for rule in [ResidentRecords::Unnamed, ResidentRecords::Named] {
        let people = [
            (entrant(HolderClass::Guest), Person::Guest { grant: GRANT }),
            (entrant(HolderClass::Staff), Person::Staff { grant: GRANT }),
            (courier_entrant.clone(), courier()),
        ];
        for (entrant, person) in people {
            assert_eq!(Person::of(&entrant, rule), person);
            assert_eq!(person.class(), entrant.class);
            assert!(person.is_filmed());
        }
    }
}

#[test]
fn no_name_reaches_a_log_line() {
    assert!(!format!("{:?}", events()).contains(DRIVER));
}

#[test]
fn an_event_reads_well_in_json() {
    let json = serde_json::to_value(entry(courier())).unwrap();
    assert_eq!(json["entry"]["person"]["courier"]["driver"], DRIVER);
    assert_eq!(json["entry"]["link"], "bluetooth");
    let back: Event = serde_json::from_value(json).unwrap();
    assert_eq!(back, entry(courier()));
}
