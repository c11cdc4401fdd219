//! What the app shows and saves of what is held about its resident.

use std::fs;

use access::{DeviceId, DoorId, DoorKind, HolderPublicKey, ResidentRecords, ViewerPublicKey};
use hub_api::{
    DeviceInfo, DoorPolicy, HeldDevice, Kept, MyData, OthersWatched, Policy, Watch, WatchDay,
    WatchPage,
};
use resident::ui::{ActivityKind, ErrorCode, Pass, PassDraft, UiEvent};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::building::{BUILDING, DEVICE, GRANT, LOBBY, RESIDENT, credential};
use crate::door::FakeDoor;
use crate::following::{courier, following, settled};
use crate::passes::for_jonas;
use crate::world::{App, World};

const TABLET: DeviceId = DeviceId::from_entropy([0x33; 16]);
const STRANGER: DeviceId = DeviceId::from_entropy([0x77; 16]);

pub(crate) fn policy() -> Policy {
    let of = |door: DoorId, kind, viewers| DoorPolicy {
        door,
        name: "Lobby".to_owned(),
        kind,
        camera: true,
        viewers,
        strangers: 0,
    };
    Policy {
        resident_records: ResidentRecords::Unnamed,
        kept: Kept {
            clips_s: 5 * 3600,
            clips_bytes: 1 << 30,
            held_clips: 2,
            events_s: 7 * 24 * 3600,
            ended_passes_s: 30 * 24 * 3600,
            credential_s: 7 * 24 * 3600,
        },
        doors: vec![of(LOBBY, DoorKind::Common, 9)],
    }
}

pub(crate) fn devices() -> Vec<DeviceInfo> {
    let of = |id, name: &str, this| DeviceInfo {
        id,
        name: name.to_owned(),
        enrolled_at: 1_750_000_000,
        seen_on: Some("2026-05-12".to_owned()),
        this,
    };
    vec![of(DEVICE, "laptop", true), of(TABLET, "tablet", false)]
}

pub(crate) fn watches() -> WatchPage {
    let by = |device| Watch {
        door: LOBBY,
        device,
        from_ms: 1_000,
        until_ms: Some(2_000),
    };
    let day = WatchDay {
        date: "2026-05-12".to_owned(),
        own: vec![by(TABLET), by(DEVICE)],
        strangers: vec![by(STRANGER)],
        others: vec![OthersWatched {
            door: LOBBY,
            times: 3,
        }],
    };
    WatchPage {
        days: vec![day],
        next: Some("2026-05-06".to_owned()),
    }
}

pub(crate) fn my_data() -> MyData {
    let held = |info| HeldDevice {
        info,
        removed: false,
        grant: GRANT,
        holder_key: HolderPublicKey([5; 32]),
        viewer_key: ViewerPublicKey([6; 32]),
        woken_at: None,
    };
    MyData {
        resident: RESIDENT,
        name: "Robin".to_owned(),
        unit: "3B".to_owned(),
        building: BUILDING,
        building_name: "Elm".to_owned(),
        resident_records: ResidentRecords::Unnamed,
        devices: devices().into_iter().map(held).collect(),
        open_invites: 0,
        passes: Vec::new(),
        own_codes: Vec::new(),
        watches: Vec::new(),
        named_entries: Vec::new(),
    }
}

async fn make_pass(app: &App, label: &str) -> Pass {
    let draft = PassDraft {
        label: label.to_owned(),
        ..for_jonas()
    };
    app.controller.make_pass(draft).await.unwrap()
}

async fn saved(app: &App, folder: &TempDir) -> (String, Value) {
    let folder = folder.path().to_owned();
    let path = app.controller.export_data(folder).await.unwrap().path;
    let text = fs::read_to_string(&path).unwrap();
    (text.clone(), serde_json::from_str(&text).unwrap())
}

#[tokio::test(start_paused = true)]
async fn the_policy_is_the_hubs_own() {
    let world = World::new();
    let app = world.enrolled().await;
    let shown = app.controller.privacy_policy().await.unwrap();
    assert_eq!((shown.clips_s, shown.held_clips), (5 * 3600, 2));
    assert_eq!((shown.doors[0].viewers, shown.doors[0].camera), (9, true));
    world.hub.stop();
    let error = app.controller.privacy_policy().await.unwrap_err();
    assert_eq!(
        (error.code, error.retryable),
        (ErrorCode::HubUnreachable, true)
    );
}

#[tokio::test(start_paused = true)]
async fn own_watches_say_by_which_device_and_others_only_how_often() {
    let world = World::new();
    let app = world.enrolled().await;
    let page = app.controller.watched(None).await.unwrap();
    let day = &page.days[0];
    let own: Vec<_> = day
        .own
        .iter()
        .map(|it| (it.device_name.as_deref(), it.this_device))
        .collect();
    assert_eq!(own, [(Some("tablet"), false), (Some("laptop"), true)]);
    assert_eq!(day.strangers[0].device_name, None);
    assert_eq!(
        (day.others[0].door_name.as_str(), day.others[0].times),
        ("Lobby", 3)
    );
    let older = app.controller.watched(page.next).await.unwrap();
    assert_eq!(older.days, []);
}

#[tokio::test(start_paused = true)]
async fn a_device_is_removed_and_one_that_is_not_theirs_is_not() {
    let world = World::new();
    let app = world.enrolled().await;
    assert_eq!(app.controller.devices().await.unwrap().len(), 2);
    let remove = async |id: String| app.controller.remove_device(&id).await;
    remove(TABLET.to_string()).await.unwrap();
    let left = app.controller.devices().await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(left[0].this_device);
    for id in [STRANGER.to_string(), "no id".to_owned()] {
        assert_eq!(remove(id).await.unwrap_err().code, ErrorCode::DeviceUnknown);
    }
}

#[tokio::test(start_paused = true)]
async fn a_saved_file_holds_both_halves_and_no_secret() {
    let world = World::new();
    let _door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.unlock(LOBBY).await;
    let folder = TempDir::new().unwrap();
    let (text, data) = saved(&app, &folder).await;
    assert_eq!(data["at_the_building"]["name"], "Robin");
    assert_eq!(data["at_the_building"]["devices"][1]["name"], "tablet");
    let here = &data["on_this_device"];
    assert_eq!(here["own_unlocks"][0]["door"], LOBBY.to_string());
    assert_eq!(here["doors"].as_array().unwrap().len(), 2);
    assert_eq!(here["credentials"].as_array().unwrap().len(), 2);
    let (_, holder, _) = world.hub.state().registered.unwrap();
    let secret = credential(holder, vec![LOBBY]).credential;
    let secret = access::base64url::encode(secret.as_bytes());
    assert!(!text.contains(&secret[..40]), "a credential is in the file");
    for file in fs::read_dir(world.folder.path().join("app/keys")).unwrap() {
        let key = fs::read(file.unwrap().path()).unwrap();
        let key = String::from_utf8_lossy(&key).into_owned();
        assert!(!text.contains(key.trim()), "a key is in the file");
    }
}

#[tokio::test(start_paused = true)]
async fn a_saved_file_holds_own_passes_code_and_deliveries_and_not_what_opens_a_door() {
    let world = World::new();
    let app = following(&world).await;
    let ended = make_pass(&app, "Aunt May").await;
    app.controller.revoke_pass(&ended.id).await.unwrap();
    let open = make_pass(&app, "Jonas").await;
    app.controller.make_own_code().await.unwrap();
    for id in 1..=2 {
        world.hub.push_entry(courier(id));
    }
    settled().await;
    let first = ["entry-1".to_owned()];
    app.controller.set_collected(&first, true).unwrap();
    // Of what the hub names no more, the device still says what past entries are called.
    world.hub.state().passes.remove(0);
    app.controller.passes().await.unwrap();

    let (text, data) = saved(&app, &TempDir::new().unwrap()).await;
    let here = &data["on_this_device"];
    let mut passes = here["passes"].as_array().unwrap().clone();
    passes.sort_by_key(|pass| pass["label"].to_string());
    let named: Vec<_> = passes
        .iter()
        .map(|it| (&it["label"], &it["state"]))
        .collect();
    let expected = [("Aunt May", "revoked"), ("Jonas", "good")];
    let expected = expected.map(|(label, state)| (json!(label), json!(state)));
    assert_eq!(
        named,
        expected.each_ref().map(|(label, state)| (label, state))
    );
    for pass in &passes {
        assert_eq!(pass["doors"], json!([LOBBY]));
        assert_eq!(
            (&pass["kind"], &pass["uses"]),
            (&json!("guest"), &json!("several"))
        );
        assert_eq!(pass["not_after"], open.until_ms / 1000);
        let mut fields: Vec<_> = pass.as_object().unwrap().keys().collect();
        fields.sort_unstable();
        let known = "doors id kind label not_after not_before state uses";
        assert_eq!(fields, known.split(' ').collect::<Vec<_>>());
    }
    assert_eq!(here["own_code"]["doors"], json!([LOBBY]));
    let deliveries = here["deliveries"].as_array().unwrap();
    let told = |at: usize, field: &str| deliveries[at][field].clone();
    assert_eq!((told(0, "entry"), told(1, "entry")), (json!(2), json!(1)));
    assert_eq!(
        (told(0, "at_ms"), told(0, "door")),
        (json!(courier(2).at_ms), json!(LOBBY))
    );
    assert!(told(0, "collected_ms").is_null() && told(1, "collected_ms").is_u64());

    let shown = open.shown.unwrap();
    let link = shown.link.unwrap();
    for secret in [&shown.code, &link.url, &link.qr_svg, crate::hub::CODE] {
        assert!(!text.contains(secret), "{secret} is in the file");
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_hub_no_half_of_it_is_saved() {
    let world = World::new();
    let app = world.enrolled().await;
    world.hub.stop();
    let folder = TempDir::new().unwrap();
    let saved = app.controller.export_data(folder.path().to_owned()).await;
    assert_eq!(saved.unwrap_err().code, ErrorCode::HubUnreachable);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn own_history_is_deleted_and_what_others_did_stays() {
    let world = World::new();
    let _door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.unlock(LOBBY).await;
    world.hub.push_entry(courier(7));
    app.seen
        .until("the entry", |seen| {
            let is_added = |event: &UiEvent| matches!(event, UiEvent::ActivityAdded(_));
            seen.events().iter().filter(|event| is_added(event)).count() == 2
        })
        .await;
    app.controller.forget_own_unlocks().unwrap();
    let left = app.activity().await;
    assert_eq!(left.len(), 1);
    assert!(matches!(left[0].kind, ActivityKind::Entry { .. }));
}

#[tokio::test(start_paused = true)]
async fn who_is_forgotten_everywhere_has_left_the_building() {
    let world = World::new();
    let app = world.enrolled().await;
    assert!(!app.controller.forget_everywhere().await.unwrap());
    assert_eq!(world.hub.state().forgot, Some(RESIDENT));
    assert_eq!(app.snapshot().enrolled, None);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_forgotten_at_the_hub_stays_enrolled() {
    let world = World::new();
    let app = world.enrolled().await;
    world.hub.stop();
    let error = app.controller.forget_everywhere().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::HubUnreachable);
    assert!(app.snapshot().enrolled.is_some());
}

#[tokio::test(start_paused = true)]
async fn who_leaves_is_off_the_buildings_list_and_leaves_without_the_hub_too() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.forget().await.unwrap();
    assert_eq!(world.hub.state().removed, [DEVICE]);

    let world = World::new();
    let app = world.enrolled().await;
    world.hub.stop();
    app.controller.forget().await.unwrap();
    assert_eq!(app.snapshot().enrolled, None);
}
