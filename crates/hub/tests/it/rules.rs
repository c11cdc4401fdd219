//! What a manager rules for doors: it is in the next bundle, and residents' apps hear of it.

use std::time::Duration;

use access::{Bundle, GrantId, HolderClass, Hours, Lockdown, Unfilmed};
use audit::{Event as Recorded, LinkKind, Person};
use hub::store::{Code, CodeHash, GrantSubject, NewGrant};
use hub_api::{DoorAlert, Event, Outcome, Topic};

use crate::support::{Elm, TestDoor, TestHub, next_news, open_events, random16, random32};

const WORKDAYS: Hours = Hours {
    class: HolderClass::Courier,
    days: 0b001_1111,
    from_min: 480,
    to_min: 1200,
};

async fn bundle(hub: &TestHub, elm: &Elm) -> Bundle {
    hub.hub().refresh_bundles().await.unwrap();
    let newest = hub.store().bundle(elm.building.id).await.unwrap().unwrap();
    newest.signed.verify(&elm.building.key).unwrap()
}

fn code(hub: &TestHub, elm: &Elm, single_use: bool) -> NewGrant {
    let now = hub.clock.now_s();
    NewGrant {
        id: GrantId::from_entropy(random16()),
        building: elm.building.id,
        subject: GrantSubject::Code(Code {
            class: HolderClass::Guest,
            name: Some("Plumber Ruiz".into()),
            device: None,
            hash: CodeHash {
                bytes: random32(),
                key: None,
            },
            single_use,
            used_at: None,
            endorsement: None,
        }),
        doors: vec![elm.lobby],
        not_before: now,
        not_after: Some(now + 3600),
    }
}

fn by_keypad(door: &mut TestDoor, grant: GrantId) -> audit::SignedRecord {
    door.record(Recorded::Entry(audit::Entry {
        person: Person::Guest { grant },
        link: LinkKind::Keypad,
        clip: None,
    }))
}

#[tokio::test]
async fn what_is_ruled_for_a_door_is_in_the_bundle_that_a_change_publishes() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let before = bundle(&hub, &elm).await;
    let lobby = before.door(elm.lobby).unwrap();
    assert_eq!((lobby.hours.len(), lobby.lockdown), (0, Lockdown::Off));
    assert_eq!(lobby.unfilmed, Unfilmed::Flag);
    let store = hub.store();
    store
        .replace_hours(elm.lobby, Some(HolderClass::Courier), &[WORKDAYS])
        .await
        .unwrap();
    let everybody = Lockdown::Everyone;
    store.set_lockdown(&[elm.lobby], everybody).await.unwrap();
    store.set_held_open(elm.lobby, 90).await.unwrap();
    let refuse = Unfilmed::Refuse;
    store.set_unfilmed(elm.lobby, refuse).await.unwrap();
    let zone = "Europe/Berlin";
    store.set_time_zone(elm.building.id, zone).await.unwrap();
    let after = bundle(&hub, &elm).await;
    let lobby = after.door(elm.lobby).unwrap();
    assert_eq!(lobby.hours, [WORKDAYS]);
    assert_eq!((lobby.lockdown, lobby.held_open_s), (everybody, 90));
    assert_eq!(lobby.unfilmed, refuse);
    let apartment = after.door(elm.apartment).unwrap();
    assert_eq!(
        (apartment.lockdown, apartment.unfilmed),
        (Lockdown::Off, Unfilmed::Flag)
    );
    assert_eq!(after.time_zone, zone);
    assert!(after.version > before.version);
    assert_eq!(after.code_salt, before.code_salt);
}

#[tokio::test]
async fn residents_hear_which_door_leads_into_the_package_room_and_doors_need_not() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let _door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let before = bundle(&hub, &elm).await;
    let mut events = open_events(&maya.client).await;
    assert!(!maya.client.doors().await.unwrap()[0].package_room);
    let set = async |package_room| {
        let set = hub
            .hub()
            .set_package_room(elm.building.id, elm.lobby, package_room)
            .await;
        set.unwrap();
    };
    for package_room in [true, false] {
        set(package_room).await;
        // Said again, it is no news.
        set(package_room).await;
        let Event::Refresh(refresh) = next_news(&mut events).await else {
            panic!("not stale")
        };
        assert_eq!(refresh.what, Topic::Doors);
        let told = maya.client.doors().await.unwrap();
        assert_eq!(told[0].package_room, package_room);
    }
    assert_eq!(bundle(&hub, &elm).await.version, before.version);
    let news = tokio::time::timeout(Duration::from_millis(300), next_news(&mut events));
    assert!(news.await.is_err(), "the same is told again");
}

#[tokio::test]
async fn two_buildings_have_two_salts_and_no_default_one() {
    let hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("Oak").await);
    let (elm, oak) = (bundle(&hub, &elm).await, bundle(&hub, &oak).await);
    assert_ne!(elm.code_salt, oak.code_salt);
    assert_ne!(*elm.code_salt, [0; 16]);
}

#[tokio::test]
async fn a_code_is_in_the_bundle_until_it_is_revoked_or_over() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let (kept, revoked) = (code(&hub, &elm, false), code(&hub, &elm, false));
    for grant in [&kept, &revoked] {
        hub.store().add_grant(grant).await.unwrap();
    }
    let codes = bundle(&hub, &elm).await.codes;
    assert_eq!(codes.len(), 2);
    let listed = codes.iter().find(|it| it.grant == kept.id).unwrap();
    let GrantSubject::Code(Code { hash, .. }) = &kept.subject else {
        panic!("not a code")
    };
    assert_eq!(*listed.hash, hash.bytes);
    assert_eq!((&listed.doors, listed.single_use), (&kept.doors, false));
    hub.store()
        .revoke(revoked.id, hub.clock.now_s())
        .await
        .unwrap();
    let after = bundle(&hub, &elm).await;
    let ids: Vec<_> = after.codes.iter().map(|it| it.grant).collect();
    assert_eq!(ids, [kept.id]);
    assert!(
        !after.revoked.contains(&revoked.id),
        "no credential is left of it"
    );
    hub.clock.advance(3601);
    assert_eq!(bundle(&hub, &elm).await.codes, []);
}

#[tokio::test]
async fn a_single_use_code_leaves_the_bundle_once_its_entry_is_here() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let (once, often) = (code(&hub, &elm, true), code(&hub, &elm, false));
    for grant in [&once, &often] {
        hub.store().add_grant(grant).await.unwrap();
    }
    let refused = door.denied(
        access::DenyReason::LockedDown,
        Some(HolderClass::Guest),
        Some(once.id),
    );
    door.put(&[refused]).await.unwrap();
    assert_eq!(bundle(&hub, &elm).await.codes.len(), 2);
    let entries = [
        by_keypad(&mut door, once.id),
        by_keypad(&mut door, often.id),
    ];
    door.put(&entries).await.unwrap();
    let left = bundle(&hub, &elm).await.codes;
    let ids: Vec<_> = left.iter().map(|it| it.grant).collect();
    assert_eq!(ids, [often.id]);
}

#[tokio::test]
async fn another_buildings_door_uses_up_no_code() {
    let hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("Oak").await);
    let mut strange = hub.enrol_door(&oak, oak.lobby).await;
    let once = code(&hub, &elm, true);
    hub.store().add_grant(&once).await.unwrap();
    let entry = by_keypad(&mut strange, once.id);
    strange.put(&[entry]).await.unwrap();
    assert_eq!(bundle(&hub, &elm).await.codes.len(), 1);
}

#[tokio::test]
async fn an_entry_by_keypad_names_the_codes_user_and_says_so() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let grant = code(&hub, &elm, false);
    hub.store().add_grant(&grant).await.unwrap();
    let records = [by_keypad(&mut door, grant.id), door.courier(&elm, None)];
    door.put(&records).await.unwrap();
    let page = maya.client.entries(None, 10).await.unwrap();
    let [courier, guest] = page.entries.as_slice() else {
        panic!("not two entries")
    };
    assert_eq!(guest.guest_name.as_deref(), Some("Plumber Ruiz"));
    assert_eq!(guest.link, Some(LinkKind::Keypad));
    assert_eq!(courier.link, Some(LinkKind::Bluetooth));
}

#[tokio::test]
async fn a_lockdown_makes_apps_fetch_doors_again_but_no_credentials() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    hub.hub().refresh_bundles().await.unwrap();
    let mut events = open_events(&maya.client).await;
    let store = hub.store();
    let hours = [WORKDAYS];
    store.replace_hours(elm.lobby, None, &hours).await.unwrap();
    let level = Lockdown::Visitors;
    store.set_lockdown(&[elm.lobby], level).await.unwrap();
    hub.hub().refresh_bundles().await.unwrap();
    hub.add_door(elm.building.id, "Garage", None).await;
    let mut topics = Vec::new();
    while !topics.contains(&Topic::Credentials) {
        let Event::Refresh(refresh) = next_news(&mut events).await else {
            panic!("not stale")
        };
        topics.push(refresh.what);
    }
    // The rules' own refresh came before, without credentials; the new door's brought both.
    let (last, before) = topics.split_last().unwrap();
    assert_eq!(*last, Topic::Credentials);
    assert!(
        before.len() >= 2 && before.iter().all(|it| *it == Topic::Doors),
        "{topics:?}"
    );
    let doors = maya.client.doors().await.unwrap();
    let lobby = doors.iter().find(|door| door.id == elm.lobby).unwrap();
    assert_eq!(
        (lobby.hours.as_slice(), lobby.lockdown),
        (&hours[..], level)
    );
}

#[tokio::test]
async fn alerts_are_stored_listed_and_pushed_exactly_once() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open_events(&maya.client).await;
    let lockdown = Lockdown::Visitors;
    let records: Vec<_> = [
        Recorded::Forced,
        Recorded::HeldOpen { after_s: 30 },
        Recorded::Closed,
        Recorded::Lockdown { lockdown },
        Recorded::ClockUnknown,
        Recorded::ClockKnown,
        Recorded::CameraImpaired {
            why: "camera_black".into(),
        },
        Recorded::CameraWell,
    ]
    .into_iter()
    .map(|event| door.record(event))
    .collect();
    door.put(&records[..4]).await.unwrap();
    // Sent again whole, as after a lost answer.
    door.put(&records).await.unwrap();
    let last = door.courier(&elm, None);
    door.put(&[last]).await.unwrap();
    let expected = [
        DoorAlert::Forced,
        DoorAlert::HeldOpen { after_s: 30 },
        DoorAlert::Closed,
        DoorAlert::Lockdown { lockdown },
        DoorAlert::ClockUnknown,
        DoorAlert::ClockKnown,
        DoorAlert::CameraImpaired,
        DoorAlert::CameraWell,
    ]
    .map(|alert| Outcome::Alert { alert });
    for outcome in expected.into_iter().chain([Outcome::Entered]) {
        let Event::Entry(entry) = next_news(&mut events).await else {
            panic!("not an entry")
        };
        assert_eq!((entry.door, entry.outcome), (elm.lobby, outcome));
    }
    let first = maya.client.entries(None, 5).await.unwrap();
    let second = maya.client.entries(first.next, 5).await.unwrap();
    let listed = first.entries.iter().chain(&second.entries);
    let mut listed: Vec<_> = listed.map(|entry| entry.outcome).collect();
    listed.reverse();
    assert_eq!(listed[..8], expected);
    assert_eq!((listed.len(), second.next), (9, None));
}

#[tokio::test]
async fn an_apartments_alerts_are_its_residents_own_business() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut apartment = hub.enrol_door(&elm, elm.apartment).await;
    let (maya, noor) = (
        hub.enrol_resident(&elm).await,
        hub.enrol_neighbour(&elm).await,
    );
    let forced = apartment.record(Recorded::Forced);
    apartment.put(&[forced]).await.unwrap();
    assert_eq!(
        maya.client.entries(None, 10).await.unwrap().entries.len(),
        1
    );
    assert_eq!(noor.client.entries(None, 10).await.unwrap().entries, []);
}

#[tokio::test]
async fn nothing_tells_of_a_residents_coming_and_going() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let resident = door.entry(Person::Resident, None);
    let stuck = door.record(Recorded::NotMoved { entry_seq: 1 });
    let exit = door.record(Recorded::Exit);
    door.put(&[resident, stuck, exit]).await.unwrap();
    assert_eq!(maya.client.entries(None, 10).await.unwrap().entries, []);
    let courier = door.courier(&elm, None);
    let stuck = door.record(Recorded::NotMoved { entry_seq: 4 });
    door.put(&[courier, stuck]).await.unwrap();
    let entries = maya.client.entries(None, 10).await.unwrap().entries;
    let shown: Vec<_> = entries.iter().map(|it| (it.seq, it.outcome)).collect();
    let alert = DoorAlert::NotMoved;
    assert_eq!(
        shown,
        [(5, Outcome::Alert { alert }), (4, Outcome::Entered)]
    );
}
