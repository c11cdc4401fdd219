//! What residents may know of the building and of what it holds of them, and what they can have removed.

use access::{DeviceId, DoorId, GrantId, ResidentRecords, SignedBundle, Viewer};
use access::{ViewerPublicKey, x25519_public};
use audit::{Event, LinkKind, Person};
use hub::store::Bundled;
use hub_api::{
    DeviceInfo, ErrorCode, HeldCode, MadeCode, OthersWatched, PassState, Watch, WatchDay, WatchPage,
};

use crate::own_codes::has_keypad;
use crate::passes::{bundle, for_aunt_may, refusal};
use crate::support::{Elm, Enrolee, TestDoor, TestHub, random16, random32};

const DAY_MS: u64 = 24 * 3600 * 1000;
const CODE_LASTS_S: u64 = 90 * 24 * 3600;

/// Records that a device watches, and that it stops a second later; both are uploaded.
async fn watch(door: &mut TestDoor, device: DeviceId, at_ms: u64) -> Watch {
    door.at(at_ms);
    let began = door.record(Event::LiveStarted { device });
    let started_seq = began.read_unverified().unwrap().seq;
    let ended = door.record(Event::LiveEnded { started_seq });
    door.put(&[began, ended]).await.unwrap();
    Watch {
        door: door.id,
        device,
        from_ms: at_ms,
        until_ms: Some(at_ms + 1000),
    }
}

/// Midnight of today, in UTC as the building's own zone.
fn today_ms(hub: &TestHub) -> u64 {
    hub.clock.now_s() * 1000 / DAY_MS * DAY_MS
}

fn of_others(page: &WatchPage) -> Vec<(&str, Vec<OthersWatched>)> {
    let days = page.days.iter();
    days.map(|day| (day.date.as_str(), day.others.clone()))
        .collect()
}

/// Of the building's database, for what no command can bring about.
fn database(hub: &TestHub) -> rusqlite::Connection {
    rusqlite::Connection::open(hub.folder().path().join("hub.sqlite3")).unwrap()
}

fn make_named(hub: &TestHub) {
    let sql = "UPDATE building SET resident_records = 'named'";
    database(hub).execute(sql, []).unwrap();
}

#[tokio::test]
async fn the_policy_says_what_the_operator_set_and_whom_the_bundle_lets_watch() {
    let hub = TestHub::start_with(|settings| {
        settings.clip_retention_h = 5;
        settings.clip_quota_mib = 3;
    })
    .await;
    let elm = hub.elm().await;
    let (maya, noor) = (
        hub.enrol_resident(&elm).await,
        hub.enrol_neighbour(&elm).await,
    );
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let clip = door.filmed_courier(&elm).await;
    hub.hub().hold_clip(clip.id, "police".into()).await.unwrap();

    let policy = maya.client.policy().await.unwrap();
    assert_eq!(policy.resident_records, ResidentRecords::Unnamed);
    assert_eq!(policy.kept.clips_s, 5 * 3600);
    assert_eq!(policy.kept.clips_bytes, 3 * 1024 * 1024);
    assert_eq!(policy.kept.held_clips, 1);
    let viewers = |door| {
        let policy = policy.doors.iter().find(|it| it.door == door).unwrap();
        (policy.viewers, policy.strangers)
    };
    assert_eq!(viewers(elm.lobby), (2, 0));
    assert_eq!(viewers(elm.apartment), (1, 0));
    let noors = noor.client.policy().await.unwrap();
    assert!(noors.doors.iter().all(|it| it.door != elm.apartment));
}

#[tokio::test]
async fn a_viewer_that_is_no_residents_is_told_to_residents() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let mut altered = bundle(&hub, &elm).await;
    let newest = hub.store().bundle(elm.building.id).await.unwrap().unwrap();
    altered.version = newest.version + 1;
    altered.viewers.push(Viewer {
        device: DeviceId::from_entropy(random16()),
        key: ViewerPublicKey(x25519_public(&random32())),
        doors: vec![elm.lobby],
    });
    let key = hub.folder().building_key(elm.building.id).unwrap();
    let bundled = Bundled {
        version: altered.version,
        // As a host would that does not want the hub to mend it.
        content: newest.content,
        signed: SignedBundle::sign(&altered, &key).unwrap(),
    };
    let store = hub.store();
    let published = store.publish_bundle(elm.building.id, Some(newest.version), &bundled, 0, &[]);
    published.await.unwrap();
    let policy = maya.client.policy().await.unwrap();
    let lobby = policy.doors.iter().find(|it| it.door == elm.lobby).unwrap();
    assert_eq!((lobby.viewers, lobby.strangers), (1, 1));
}

#[tokio::test]
async fn own_watches_are_told_to_the_second_and_a_neighbours_only_by_the_day_once_it_is_over() {
    let (hub, elm, maya, noor) = TestHub::with_neighbours().await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let today = today_ms(&hub);
    let theirs = [
        today - 2 * DAY_MS + 3_600_000,
        today - 2 * DAY_MS + 7_200_000,
        today + 60_000,
    ];
    for at in theirs {
        watch(&mut lobby, noor.device(), at).await;
    }
    let own = watch(&mut lobby, maya.device(), today + 120_000).await;

    let page = maya.client.watches(None).await.unwrap();
    let shown: Vec<_> = page.days.iter().flat_map(|day| day.own.clone()).collect();
    assert_eq!(shown, [own]);
    let times: Vec<_> = of_others(&page)
        .into_iter()
        .flat_map(|it| it.1)
        .map(|it| (it.door, it.times))
        .collect();
    assert_eq!(times, [(elm.lobby, 2)], "{page:?}");
    let text = serde_json::to_string(&page).unwrap();
    assert!(!text.contains(&noor.device().to_string()), "{text}");
    for at in theirs {
        assert!(!text.contains(&at.to_string()), "{text}");
    }

    hub.clock.advance(24 * 3600);
    let page = maya.client.watches(None).await.unwrap();
    let times: u32 = of_others(&page)
        .iter()
        .flat_map(|it| &it.1)
        .map(|it| it.times)
        .sum();
    assert_eq!(times, 3);
}

#[tokio::test]
async fn where_a_page_ends_does_not_tell_that_a_neighbour_watches_now() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let (maya, noor) = (
        hub.enrol_resident(&elm).await,
        hub.enrol_neighbour(&elm).await,
    );
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let today = today_ms(&hub);
    for days_ago in [20, 10] {
        watch(&mut lobby, maya.device(), today - days_ago * DAY_MS).await;
    }
    let before = maya.client.watches(None).await.unwrap();
    watch(&mut lobby, noor.device(), today + 60_000).await;
    assert_eq!(maya.client.watches(None).await.unwrap(), before);
}

#[tokio::test]
async fn a_watch_by_a_device_that_is_no_residents_is_told_to_everybody_at_once() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let oak = hub.building("Oak").await;
    let elsewhere = hub.enrol_resident(&oak).await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let now = today_ms(&hub) + 1000;
    let first = watch(&mut lobby, DeviceId::from_entropy(random16()), now).await;
    let second = watch(&mut lobby, elsewhere.device(), now + 5000).await;
    let WatchPage { days, .. } = maya.client.watches(None).await.unwrap();
    let strangers: Vec<_> = days.into_iter().flat_map(|day| day.strangers).collect();
    assert_eq!(strangers, [second, first]);
}

#[tokio::test]
async fn nobody_learns_of_watches_at_doors_that_are_not_theirs() {
    let (hub, elm, maya, noor) = TestHub::with_neighbours().await;
    let mut apartment = hub.enrol_door(&elm, elm.apartment).await;
    let own = watch(&mut apartment, maya.device(), today_ms(&hub) - DAY_MS).await;
    let page = noor.client.watches(None).await.unwrap();
    assert_eq!(page.days, []);
    let page = maya.client.watches(None).await.unwrap();
    assert_eq!(page.days[0].own, [own]);
}

#[tokio::test]
async fn older_watches_come_page_by_page_and_each_once() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let today = today_ms(&hub);
    let mut made = Vec::new();
    for days_ago in [40, 33, 32, 5, 0] {
        made.push(watch(&mut lobby, maya.device(), today - days_ago * DAY_MS).await);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut before: Option<String> = None;
    let mut pages = 0;
    loop {
        let page = maya.client.watches(before.as_deref()).await.unwrap();
        seen.extend(page.days.into_iter().flat_map(|day| day.own));
        pages += 1;
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!((seen, pages), (made, 3));
    let wrong = maya.client.watches(Some("yesterday")).await;
    assert_eq!(refusal(wrong), Some(ErrorCode::InvalidRequest));
}

#[tokio::test]
async fn a_door_that_starts_anew_has_ended_all_watches() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let now = today_ms(&hub);
    lobby.at(now);
    let device = maya.device();
    let began = lobby.record(Event::LiveStarted { device });
    lobby.put(&[began]).await.unwrap();
    let until = async || maya.client.watches(None).await.unwrap().days[0].own[0].until_ms;
    assert_eq!(until().await, None);
    lobby.at(now + 9000);
    let started = lobby.started();
    lobby.put(&[started]).await.unwrap();
    assert_eq!(until().await, Some(now + 9000));
}

#[tokio::test]
async fn watches_that_were_recorded_before_the_hub_kept_them_apart_are_found_at_its_start() {
    let mut hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let made = watch(&mut lobby, maya.device(), today_ms(&hub)).await;
    hub.stop().await;
    let sql = "DELETE FROM watch;
               INSERT INTO watch_backlog SELECT id, 0 FROM building WHERE log_size > 0;";
    database(&hub).execute_batch(sql).unwrap();
    hub.resume().await;
    let WatchPage { days, .. } = maya.client.watches(None).await.unwrap();
    let [WatchDay { own, .. }] = &days[..] else {
        panic!("{days:?}");
    };
    assert_eq!(own[..], [made]);
    assert_eq!(hub.store().watch_backlog().await.unwrap(), []);
}

async fn named(maya: &Enrolee) -> Vec<DeviceInfo> {
    maya.client.devices().await.unwrap()
}

#[tokio::test]
async fn a_removed_device_is_off_the_list_revoked_at_the_doors_and_watches_no_more() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let (phone, tablet) = (
        hub.enrol_resident(&elm).await,
        hub.enrol_resident(&elm).await,
    );
    let listed = named(&phone).await;
    assert_eq!(listed.len(), 2);
    let own: Vec<_> = listed.iter().filter(|it| it.this).map(|it| it.id).collect();
    assert_eq!(own, [phone.device()]);
    // The other has asked for nothing yet.
    let today = listed.iter().find_map(|it| it.seen_on.as_deref());
    assert!(today.is_some_and(|day| day.len() == 10), "{today:?}");

    phone.client.remove_device(tablet.device()).await.unwrap();
    assert_eq!(named(&phone).await.len(), 1);
    assert_eq!(
        refusal(tablet.client.doors().await),
        Some(ErrorCode::Revoked)
    );
    let bundle = bundle(&hub, &elm).await;
    assert_eq!(bundle.revoked.len(), 1);
    assert!(
        bundle
            .viewers
            .iter()
            .all(|viewer| viewer.device != tablet.device())
    );
    phone.client.remove_device(tablet.device()).await.unwrap();
}

#[tokio::test]
async fn nobody_sees_or_removes_a_device_of_another_resident_or_forgets_them() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let oak = hub.building("Oak").await;
    let maya = hub.enrol_resident(&elm).await;
    let others = [
        hub.enrol_neighbour(&elm).await,
        hub.enrol_resident(&oak).await,
    ];
    for other in &others {
        let listed = named(other).await;
        assert!(listed.iter().all(|it| it.id != maya.device()));
        for device in [maya.device(), DeviceId::from_entropy(random16())] {
            let refused = other.client.remove_device(device).await;
            assert_eq!(refusal(refused), Some(ErrorCode::NotFound));
        }
    }
    let forgotten = others[0].client.forget_resident(elm.maya).await;
    assert_eq!(refusal(forgotten), Some(ErrorCode::NotFound));
    assert!(maya.client.doors().await.is_ok());
    assert_eq!(bundle(&hub, &elm).await.revoked, [] as [GrantId; 0]);
}

#[tokio::test]
async fn my_data_holds_all_of_mine_and_nothing_of_the_neighbours() {
    let (hub, elm, maya, noor) = TestHub::with_neighbours().await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let own = watch(&mut lobby, maya.device(), today_ms(&hub)).await;
    watch(&mut lobby, noor.device(), today_ms(&hub) + 5000).await;
    let pass = maya.client.make_pass(&for_aunt_may(&hub, &elm)).await;
    let pass = pass.unwrap().pass;
    hub.invite(hub::store::Invitee::Resident(elm.maya)).await;

    let data = maya.client.my_data().await.unwrap();
    assert_eq!(
        (data.name.as_str(), data.unit.as_str()),
        ("Maya Lindqvist", "3B")
    );
    assert_eq!(data.passes, [pass]);
    assert_eq!(data.watches, [own]);
    assert_eq!(data.open_invites, 1);
    assert_eq!(data.devices.len(), 1);
    assert_eq!(data.devices[0].info.id, maya.device());
    assert_eq!(data.devices[0].holder_key, maya.holder.public());
    assert_eq!(data.named_entries, []);
    let text = serde_json::to_string(&noor.client.my_data().await.unwrap()).unwrap();
    for secret in ["Lindqvist", "Aunt May", &maya.device().to_string()] {
        assert!(!text.contains(secret), "Noor is told {secret}: {text}");
    }
}

#[tokio::test]
async fn my_data_holds_the_codes_of_my_devices_also_those_that_ended_and_never_their_digits() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    has_keypad(&hub, &elm, elm.lobby, true).await;
    let (phone, tablet, noor) = (
        hub.enrol_resident(&elm).await,
        hub.enrol_resident(&elm).await,
        hub.enrol_neighbour(&elm).await,
    );
    let first = phone.client.make_own_code().await.unwrap();
    hub.clock.advance(3600);
    let second = phone.client.make_own_code().await.unwrap();
    let tablets = tablet.client.make_own_code().await.unwrap();
    let noors = noor.client.make_own_code().await.unwrap();
    has_keypad(&hub, &elm, elm.apartment, true).await;
    phone.client.remove_device(tablet.device()).await.unwrap();

    let data = phone.client.my_data().await.unwrap();
    let held = |made: &MadeCode, of: &Enrolee, doors: Vec<DoorId>, state| HeldCode {
        id: made.own.id,
        device: of.device(),
        doors,
        not_before: made.own.not_after - CODE_LASTS_S,
        not_after: made.own.not_after,
        state,
    };
    let lobby = vec![elm.lobby];
    // By name: Apartment 3B, then Lobby.
    let both = vec![elm.apartment, elm.lobby];
    let expected = [
        held(&tablets, &tablet, lobby.clone(), PassState::Revoked),
        held(&second, &phone, both, PassState::Good),
        held(&first, &phone, lobby, PassState::Revoked),
    ];
    assert_eq!(data.own_codes, expected);
    let text = serde_json::to_string(&data).unwrap();
    for made in [&first, &second, &tablets, &noors] {
        assert!(!text.contains(&made.code), "a code is told");
    }
    assert!(!text.contains(&noors.own.id.to_string()));
}

async fn named_entry(hub: &TestHub, elm: &Elm, door: &mut TestDoor, of: &Enrolee) -> GrantId {
    let devices = hub.store().devices_of(elm.building.id).await.unwrap();
    let device = devices.iter().find(|it| it.id == of.device()).unwrap();
    let grant = device.grant;
    let entry = door.entry(Person::NamedResident { grant }, None);
    door.put(&[entry]).await.unwrap();
    grant
}

#[tokio::test]
async fn where_records_name_residents_my_data_holds_my_entries() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    make_named(&hub);
    let (maya, noor) = (
        hub.enrol_resident(&elm).await,
        hub.enrol_neighbour(&elm).await,
    );
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let grant = named_entry(&hub, &elm, &mut lobby, &maya).await;
    named_entry(&hub, &elm, &mut lobby, &noor).await;
    let entries = maya.client.my_data().await.unwrap().named_entries;
    let told: Vec<_> = entries.iter().map(|it| (it.grant, it.link)).collect();
    assert_eq!(told, [(grant, LinkKind::Bluetooth)]);
}

#[tokio::test]
async fn a_forgotten_resident_leaves_no_name_no_pass_and_no_key_behind_and_the_log_stays_whole() {
    let (hub, elm, maya, noor) = TestHub::with_neighbours().await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    watch(&mut lobby, maya.device(), today_ms(&hub)).await;
    let mut wanted = for_aunt_may(&hub, &elm);
    wanted.label = "Aunt Octavia".into();
    let pass = maya.client.make_pass(&wanted).await.unwrap();
    assert_eq!(pass.pass.state, PassState::Good);

    let forgotten = maya.client.forget_resident(elm.maya).await.unwrap();
    assert_eq!((forgotten.devices, forgotten.passes), (1, 1));
    assert!(!forgotten.name_kept);
    assert_eq!(refusal(maya.client.doors().await), Some(ErrorCode::Revoked));
    let names: Vec<_> = hub.store().residents().await.unwrap();
    assert!(names.iter().all(|it| !it.name.contains("Maya")));
    let residents = hub.store().devices_by(elm.maya).await.unwrap();
    assert!(residents.iter().all(|own| own.device.name.is_empty()));
    assert_eq!(hub.store().passes_in(elm.building.id).await.unwrap(), []);
    let bundle = bundle(&hub, &elm).await;
    assert_eq!((bundle.codes.len(), bundle.viewers.len()), (0, 1));
    assert_eq!(bundle.viewers[0].device, noor.device());
    let report = hub.hub().check_log(elm.building.id, |_| {}).await.unwrap();
    assert_eq!((report.size, report.faults), (2, vec![]));
    assert!(noor.client.doors().await.is_ok());
}

#[tokio::test]
async fn where_records_name_residents_the_name_stays() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    make_named(&hub);
    let maya = hub.enrol_resident(&elm).await;
    assert!(
        maya.client
            .forget_resident(elm.maya)
            .await
            .unwrap()
            .name_kept
    );
    let residents = hub.store().residents().await.unwrap();
    assert!(residents.iter().any(|it| it.name == "Maya Lindqvist"));
}

#[tokio::test]
async fn a_device_is_noted_as_seen_by_the_day_and_no_finer() {
    let (hub, _, maya) = TestHub::with_maya().await;
    let seen = async || named(&maya).await.remove(0).seen_on.unwrap();
    let first = seen().await;
    hub.clock.advance(3 * 24 * 3600);
    let later = seen().await;
    assert!(later > first, "{first} {later}");
}
