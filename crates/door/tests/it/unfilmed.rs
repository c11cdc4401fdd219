//! A door that refuses couriers whom it would not film.

use access::{Bundle, DenyReason, GrantId, HolderClass, SignedBundle, Unfilmed};
use audit::{Event, LinkKind};
use door_protocol::Answer;
use simulation::NetworkCamera;

use crate::{
    building::{bundle_with, code, courier, guest, resident},
    clips::{clip_at, filmed_door},
    harness::{Site, TestDoor, until},
};

const REFUSED: Answer = Answer::Denied {
    reason: DenyReason::NotFilmed,
};

fn refusing(version: u64, change: impl FnOnce(&mut Bundle)) -> SignedBundle {
    bundle_with(version, |bundle| {
        bundle.doors[0].unfilmed = Unfilmed::Refuse;
        change(bundle);
    })
}

/// A door that refuses, and has this equipment.
fn refusing_site(equip: impl FnOnce(Site) -> Site) -> Site {
    let site = equip(Site::without_bundle());
    site.hub.publish(1, refusing(1, |_| ()));
    site
}

/// Lets a guest in; whether there is a clip of it.
async fn films(site: &Site, door: &TestDoor) -> bool {
    let seq = door.phone.enter(&guest()).await;
    clip_at(site, seq).is_some()
}

/// Lets guests in until one of them is filmed, or is not.
async fn until_films(site: &Site, door: &TestDoor, wanted: bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(40);
    while films(site, door).await != wanted {
        assert!(std::time::Instant::now() < end, "filming: not {wanted}");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_waits_outside_from_the_camera_going_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut camera = NetworkCamera::plug_in(folder.path(), 1).unwrap();
    let site = refusing_site(|site| site.with_network_camera(&camera));
    let door = filmed_door(&site).await;
    until_films(&site, &door, true).await;
    let seq = door.phone.enter(&courier()).await;
    assert!(clip_at(&site, seq).is_some());

    camera.pull_out().unwrap();
    until_films(&site, &door, false).await;
    assert_eq!(door.phone.unlock(&courier()).await, REFUSED);
    door.phone.enter(&resident()).await;
    assert!(!films(&site, &door).await, "a guest gets in unfilmed");

    camera.plug_in_again().unwrap();
    until_films(&site, &door, true).await;
    let seq = door.phone.enter(&courier()).await;
    assert!(clip_at(&site, seq).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_black_picture_is_a_film_of_black_and_keeps_nobody_out() {
    let site = refusing_site(Site::with_covered_camera);
    let door = filmed_door(&site).await;
    let black = Event::CameraImpaired {
        why: "camera_black".into(),
    };
    until("the black picture is on record", || {
        site.events().contains(&black)
    })
    .await;
    let seq = door.phone.enter(&courier()).await;
    assert!(clip_at(&site, seq).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_without_a_camera_keeps_couriers_out_on_record_until_the_rule_is_another() {
    let site = refusing_site(|site| site);
    let door = site.serve().await;
    assert_eq!(door.phone.unlock(&courier()).await, REFUSED);
    let denied = Event::Denied {
        reason: DenyReason::NotFilmed,
        class: Some(HolderClass::Courier),
        grant: Some(courier().grant),
        link: LinkKind::Stream,
        clip: None,
    };
    site.records_end_with(&denied).await;
    door.phone.enter(&resident()).await;
    assert_eq!(site.strike().into_iter().flatten().count(), 1);

    site.hub.publish(2, bundle_with(2, |_| ()));
    let rule = |unfilmed| Event::FilmingRule { unfilmed };
    site.records_end_with(&rule(Unfilmed::Flag)).await;
    door.phone.enter(&courier()).await;
    let changes = site.events().into_iter();
    let changes = changes.filter(|event| matches!(event, Event::FilmingRule { .. }));
    assert_eq!(
        changes.collect::<Vec<_>>(),
        [rule(Unfilmed::Refuse), rule(Unfilmed::Flag)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_couriers_code_opens_no_door_that_would_not_film_it() {
    let site = Site::without_bundle().with_inputs();
    let codes = vec![
        code(HolderClass::Courier, "120034", 31),
        code(HolderClass::Guest, "0000", 32),
    ];
    site.hub
        .publish(1, refusing(1, |bundle| bundle.codes = codes));
    let _door = site.serve().await;
    site.has_code_key().await;
    site.play("keypad 120034").await;
    let denied = Event::Denied {
        reason: DenyReason::NotFilmed,
        class: Some(HolderClass::Courier),
        grant: Some(GrantId::from_entropy([31; 16])),
        link: LinkKind::Keypad,
        clip: None,
    };
    site.records_end_with(&denied).await;
    site.play("keypad 0000").await;
    until("the guest's code opens", || !site.strike().is_empty()).await;
}
