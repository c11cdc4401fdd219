//! Hours, lockdown and codes, as a manager sets them.

use access::hash_code;
use hub::data::DataFolder;
use hub::store::{Code, Directory as _, GrantSubject};
use serde_json::{Value, json};

use crate::program::Program;

fn words(hub: &Program, arguments: &[&str]) -> String {
    let output = hub.run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn furnished() -> Program {
    let hub = Program::init();
    hub.furnish();
    hub
}

#[test]
fn a_door_has_the_hours_that_were_set_added_and_cleared() {
    let hub = furnished();
    words(&hub, &["building", "time-zone", "europe/berlin"]);
    assert_eq!(
        hub.json(&["building", "list"])[0]["time_zone"],
        "Europe/Berlin"
    );
    let hours = |verb: &str, more: &[&str]| {
        let door = ["door", "hours", verb, "Lobby", "--class", "courier"];
        words(&hub, &[&door[..], more].concat())
    };
    hours("set", &["--from", "09:00", "--to", "10:00"]);
    let said = hours(
        "set",
        &["--days", "mon-fri", "--from", "08:00", "--to", "20:00"],
    );
    assert!(said.starts_with(
        "Couriers may pass Lobby mon-fri 08:00-20:00, Europe/Berlin time. Doors that are online"
    ));
    hours(
        "add",
        &["--days", "sat", "--from", "22:00", "--to", "06:00"],
    );
    hours(
        "add",
        &["--days", "sat", "--from", "22:00", "--to", "06:00"],
    );
    let guests = ["door", "hours", "set", "Lobby", "--class", "guest"];
    words(
        &hub,
        &[&guests[..], &["--from", "00:00", "--to", "24:00"]].concat(),
    );
    let listed = || {
        let rows = hub.json(&["door", "hours", "list", "Lobby"]);
        let told = |row: &Value| format!("{} {}", row["class"], row["hours"]).replace('"', "");
        rows.as_array()
            .unwrap()
            .iter()
            .map(told)
            .collect::<Vec<_>>()
    };
    let all = [
        "courier mon-fri 08:00-20:00",
        "courier sat 22:00-06:00",
        "guest mon-sun 00:00-24:00",
    ];
    assert_eq!(listed(), all);
    words(
        &hub,
        &["door", "hours", "clear", "Lobby", "--class", "courier"],
    );
    assert_eq!(listed(), all[2..]);
    words(&hub, &["door", "hours", "clear", "Lobby"]);
    assert_eq!(listed().len(), 0);
    assert_eq!(
        hub.json(&["door", "set", "Lobby", "--held-open-s", "45"])["held_open_s"],
        45
    );
}

#[test]
fn a_door_refuses_couriers_whom_it_would_not_film_once_that_is_set() {
    let hub = furnished();
    let rules = || {
        let doors = hub.json(&["door", "list"]);
        let of = |door: &Value| {
            let rule = |name: &str| door[name].to_string().replace('"', "");
            format!("{} {}", rule("unfilmed"), rule("held_open_s"))
        };
        let doors = doors.as_array().unwrap().iter();
        doors.map(of).collect::<Vec<_>>()
    };
    let set = |rule| ["door", "set", "Lobby", "--unfilmed", rule];
    assert_eq!(rules(), ["flag 30", "flag 30"]);
    let said = words(&hub, &set("refuse"));
    insta::assert_snapshot!(said, @"Lobby lets couriers in only while its camera is recording. It has not told of a camera: without one, no courier gets in. Doors that are online know within a second, others with their next bundle.");
    assert_eq!(rules(), ["flag 30", "refuse 30"]);
    assert!(words(&hub, &["door", "list"]).contains("refuse"));
    let both = [&set("flag")[..], &["--held-open-s", "45"]].concat();
    assert_eq!(hub.json(&both)["unfilmed"], "flag");
    assert_eq!(rules(), ["flag 30", "flag 45"]);
    let unit = hub.failure(&["door", "set", "Flat 3B", "--unfilmed", "refuse"]);
    assert!(unit.contains("couriers never open it"), "{unit}");
    let nothing = hub.failure(&["door", "set", "Lobby"]);
    assert!(nothing.contains("--unfilmed"), "{nothing}");
    assert_eq!(rules(), ["flag 30", "flag 45"]);
}

#[test]
fn the_manager_says_which_door_leads_into_the_package_room() {
    let hub = furnished();
    let rooms = || {
        let doors = hub.json(&["door", "list"]);
        let doors = doors.as_array().unwrap().iter();
        let rooms = doors.filter(|door| door["package_room"] == true);
        rooms
            .map(|door| door["name"].to_string())
            .collect::<String>()
    };
    let parcels = [
        "door",
        "add",
        "--name",
        "Parcels",
        "--kind",
        "common",
        "--package-room",
    ];
    hub.id(&parcels);
    assert_eq!(rooms(), r#""Parcels""#);
    let set = |door, answer| ["door", "set", door, "--package-room", answer];
    let said = words(&hub, &set("Lobby", "yes"));
    insta::assert_snapshot!(said, @"Lobby leads into the package room: residents are told that deliveries are left there.");
    assert_eq!(rooms(), r#""Lobby""Parcels""#);
    let said = words(&hub, &set("Parcels", "no"));
    insta::assert_snapshot!(said, @"Parcels leads into no package room.");
    let both = [&set("Lobby", "no")[..], &["--held-open-s", "45"]].concat();
    let said = words(&hub, &both);
    insta::assert_snapshot!(said, @"Lobby may stand open for 45 s before that is reported. Doors that are online know within a second, others with their next bundle. Lobby leads into no package room.");
    assert_eq!(rooms(), "");
    let unit = hub.failure(&set("Flat 3B", "yes"));
    assert!(unit.contains("leads into a unit"), "{unit}");
    let flat = [
        "door", "add", "--name", "Flat 4", "--kind", "unit", "--unit", "3B",
    ];
    let unit = hub.failure(&[&flat[..], &["--package-room"]].concat());
    assert!(unit.contains("leads into a unit"), "{unit}");
    words(&hub, &set("Flat 3B", "no"));
}

#[test]
fn a_lockdown_is_at_the_doors_that_were_named_until_it_is_stopped() {
    let hub = furnished();
    let shown = || {
        let doors = hub.json(&["lockdown", "show"]);
        let level = |door: &Value| door["lockdown"].as_str().unwrap().to_owned();
        doors
            .as_array()
            .unwrap()
            .iter()
            .map(level)
            .collect::<Vec<_>>()
    };
    words(&hub, &["lockdown", "start", "--door", "Lobby"]);
    assert_eq!(shown(), ["off", "visitors"]);
    let said = words(
        &hub,
        &["lockdown", "start", "--door", "all", "--level", "everyone"],
    );
    assert!(said.starts_with("In lockdown, closed to everybody but staff: Flat 3B, Lobby."));
    assert_eq!(shown(), ["everyone", "everyone"]);
    words(&hub, &["lockdown", "stop", "--door", "Flat 3B"]);
    assert_eq!(shown(), ["off", "everyone"]);
    words(&hub, &["lockdown", "stop", "--door", "all"]);
    assert_eq!(shown(), ["off", "off"]);
}

#[tokio::test]
async fn a_code_is_told_once_and_kept_only_as_its_slow_hash() {
    let hub = furnished();
    let guest = [
        "code",
        "add",
        "--name",
        "Plumber Ruiz",
        "--class",
        "guest",
        "--door",
        "Lobby",
    ];
    let made = hub.json(&[&guest[..], &["--once"]].concat());
    let code = made["code"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()));
    assert_eq!(made["single_use"], true);
    let valid_s = made["not_after"].as_u64().unwrap() - made["not_before"].as_u64().unwrap();
    assert_eq!(valid_s, 24 * 3600);

    let folder = DataFolder::open(&hub.data()).unwrap();
    let store = folder.open_store().unwrap();
    let building = store.buildings().await.unwrap().remove(0).id;
    let salt = hub::store::Rules::code_salt(&store, building, [0; 16])
        .await
        .unwrap();
    let kept = store.grants_of(building).await.unwrap().remove(0).grant;
    let GrantSubject::Code(Code { hash, .. }) = kept.subject else {
        panic!("not a code")
    };
    let key = folder.code_key(building).unwrap();
    assert_eq!(hash.key, Some(key.id()));
    assert_eq!(hash.bytes, hash_code(code, &salt, Some(&key)).unwrap());
    assert_eq!(format!("{hash:?}"), "CodeHash");

    let listed = hub.json(&["code", "list"]);
    let told = words(&hub, &["code", "list"]) + &words(&hub, &["grant", "list"]);
    assert!(!told.contains(code) && !listed.to_string().contains(code));
    assert_eq!(
        (&listed[0]["name"], &listed[0]["state"]),
        (&json!("Plumber Ruiz"), &json!("good"))
    );
    words(&hub, &["code", "revoke", "Plumber Ruiz"]);
    assert_eq!(hub.json(&["code", "list"])[0]["state"], "revoked");
    let again = hub.failure(&["code", "revoke", "Plumber Ruiz"]);
    assert!(
        again.contains("there is no code 'Plumber Ruiz' here"),
        "{again}"
    );
}

#[test]
fn a_code_has_its_day_in_the_buildings_time_zone() {
    let hub = furnished();
    words(&hub, &["building", "time-zone", "America/New_York"]);
    let cleaner = [
        "code", "add", "--name", "Cleaner", "--class", "staff", "--door", "Lobby",
    ];
    let year = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .year()
        + 1;
    let (from, until) = (format!("{year}-01-10"), format!("{year}-01-10"));
    let made = hub.json(&[&cleaner[..], &["--from", &from, "--until", &until]].concat());
    let midnight: jiff::Timestamp = format!("{year}-01-10T05:00:00Z").parse().unwrap();
    let first = u64::try_from(midnight.as_second()).unwrap();
    assert_eq!(made["not_before"], first);
    assert_eq!(made["not_after"], first + 86_399);
    assert_eq!(hub.json(&["code", "list"])[0]["state"], "later");
}

#[test]
fn nonsense_is_refused_with_what_why_and_what_next() {
    let hub = furnished();
    let said = |arguments: &[&str]| hub.failure(arguments);
    let hours = |door: &str, class: &str, from: &str, to: &str| {
        let door = ["door", "hours", "set", door, "--class", class];
        said(&[&door[..], &["--from", from, "--to", to]].concat())
    };
    let code = |class: &str, more: &[&str]| {
        let code = [
            "code", "add", "--name", "X", "--class", class, "--door", "Lobby",
        ];
        said(&[&code[..], more].concat())
    };
    let text = [
        hours("Flat 3B", "courier", "08:00", "20:00"),
        hours("Flat 3B", "resident", "08:00", "20:00"),
        hours("Lobby", "guest", "08:00", "08:00"),
        hours("Cellar", "guest", "08:00", "09:00"),
        said(&["building", "time-zone", "Mars/Olympus"]),
        code("resident", &["--once"]),
        code("guest", &["--until", "2020-01-01"]),
        code("guest", &["--from", "2099-01-02", "--until", "2099-01-01"]),
        code("guest", &["--until", "2099-01-01"]),
        code("guest", &["--until", "tomorrow"]),
        said(&["code", "revoke", "Nobody"]),
        said(&["lockdown", "start", "--door", "Cellar"]),
    ];
    insta::assert_snapshot!(text.join("\n"), @r"
    vestibule-hub: 'Flat 3B' leads into a unit: couriers never open it, at no hour. Set hours for common doors.
    vestibule-hub: 'Flat 3B' leads into a unit: who lives there may always go home. Set hours for guests or staff.
    vestibule-hub: hours that end when they begin never let anybody in: for whole days write --from 00:00 --to 24:00; to keep people out, see `lockdown start`
    vestibule-hub: there is no door 'Cellar' here: see `door list`
    vestibule-hub: 'Mars/Olympus' is no time zone that this machine knows: use a name of the IANA database, as Europe/Berlin or America/New_York
    vestibule-hub: a resident's entry is recorded without a name, so nobody can tell that the code was used: leave out --once, or make it a guest's code
    vestibule-hub: the code would be over already: give --until a later time than now
    vestibule-hub: the code would end before it begins: give --until a later time than --from
    vestibule-hub: a code lasts 366 days at most, since codes get around: choose an earlier --until
    vestibule-hub: 'tomorrow' is no day or time: write it as 2026-11-23 or '2026-11-23 14:00'
    vestibule-hub: there is no code 'Nobody' here: see `code list`
    vestibule-hub: there is no door 'Cellar' here: see `door list`
    ");
    let day = [
        "door", "hours", "set", "Lobby", "--class", "courier", "--days", "mo-fr",
    ];
    let day = said(&[&day[..], &["--from", "8:00", "--to", "20:00"]].concat());
    assert!(day.contains("'mo' is no day: write mon, tue"), "{day}");
    let nowhere = said(&["lockdown", "start"]);
    assert!(nowhere.contains("--door <DOOR>"), "{nowhere}");
}
