//! The program, as an operator and a script use it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::TestHub;

pub(crate) struct Program {
    dir: TempDir,
}

impl Program {
    pub(crate) fn init() -> Self {
        let program = Self {
            dir: TempDir::new().unwrap(),
        };
        program.json(&[
            "init",
            "--name",
            "Elm hub",
            "--public-url",
            "https://hub.elm.example",
        ]);
        program
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_vestibule-hub"))
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn id(&self, arguments: &[&str]) -> String {
        self.json(arguments)["id"].as_str().unwrap().to_owned()
    }

    /// What a command says when it fails, with this folder's path left out.
    pub(crate) fn failure(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?} did not fail");
        let text = String::from_utf8(output.stderr).unwrap();
        let canonical = self.dir.path().canonicalize().unwrap();
        text.replace(&*canonical.to_string_lossy(), "DIR")
            .trim()
            .to_owned()
    }

    /// 12 Elm Street with its people.
    pub(crate) fn furnish(&self) {
        self.id(&["building", "add", "--name", "12 Elm Street"]);
        self.id(&["unit", "add", "--name", "3B"]);
        self.id(&["door", "add", "--name", "Lobby", "--kind", "common"]);
        self.id(&[
            "door", "add", "--name", "Flat 3B", "--kind", "unit", "--unit", "3B",
        ]);
        self.id(&["resident", "add", "--name", "Maya", "--unit", "3B"]);
        self.id(&["carrier", "add", "--name", "Northline"]);
    }
}

#[test]
fn a_building_is_set_up_from_nothing_by_names_alone() {
    let hub = Program::init();
    hub.furnish();
    let grant = hub.id(&[
        "grant",
        "carrier",
        "--carrier",
        "Northline",
        "--door",
        "Lobby",
    ]);
    for whom in [
        ["resident", "Maya"],
        ["door", "Lobby"],
        ["carrier", "Northline"],
    ] {
        let invite = hub.json(&["invite", whom[0], whom[1]]);
        let link = hub_api::Invite::parse(invite["link"].as_str().unwrap()).unwrap();
        assert_eq!(link.hub.as_str(), "https://hub.elm.example/");
    }
    let doors = hub.json(&["door", "list"]);
    assert_eq!(doors.as_array().unwrap().len(), 2);
    assert_eq!(doors[0]["enrolled"], false);
    let week_s = 7 * 24 * 3600;
    let listed = &hub.json(&["grant", "list"])[0];
    assert_eq!(listed["offline_left_s"], week_s);
    assert_eq!(listed["lives_offline"], "7 days");
    let revoked = hub.json(&["revoke", &grant]);
    assert_eq!(revoked["grant"], grant.as_str());
    assert_eq!(revoked["offline_longest_s"], week_s);
    assert_eq!(hub.json(&["grant", "list"])[0]["revoked"], true);
    let told = String::from_utf8(hub.run(&["revoke", &grant]).stdout).unwrap();
    assert!(
        told.contains("ends by itself: in 7 days at the latest"),
        "{told}"
    );
    let table = String::from_utf8(hub.run(&["grant", "list"]).stdout).unwrap();
    assert!(
        table.contains("lives_offline") && table.contains("7 days"),
        "{table}"
    );
    assert_eq!(hub.json(&["audit", "show"]), serde_json::json!([]));
}

#[test]
fn a_guest_gets_a_credential_for_the_own_key() {
    let hub = Program::init();
    hub.furnish();
    let key = access::HolderPublicKey(access::x25519_public(&[7; 32])).to_string();
    let guest = [
        "grant", "guest", "--name", "Aunt May", "--holder", &key, "--door", "Lobby",
    ];
    let granted = hub.json(&guest);
    let credential = access::base64url::decode(granted["credential"].as_str().unwrap()).unwrap();
    let building = &hub.json(&["building", "list"])[0];
    let building_key = building["key"].as_str().unwrap().parse().unwrap();
    let claims = access::read_claims(&access::Credential(credential), &building_key).unwrap();
    assert_eq!(claims.class, access::HolderClass::Guest);
    assert_eq!(claims.grant.to_string(), granted["id"].as_str().unwrap());
    assert_eq!(Some(claims.not_after), granted["not_after"].as_u64());
}

#[test]
fn a_mistake_is_answered_with_what_why_and_what_next() {
    let hub = Program::init();
    let said = |arguments: &[&str]| hub.failure(arguments);
    let mut text = vec![
        said(&["unit", "add", "--name", "3B"]),
        said(&["init", "--name", "Again"]),
    ];
    hub.furnish();
    text.extend([
        said(&["door", "add", "--name", "Lobby", "--kind", "common"]),
        said(&[
            "door", "add", "--name", "X", "--kind", "common", "--unit", "3B",
        ]),
        said(&["invite", "carrier", "Northline"]),
        said(&[
            "grant",
            "carrier",
            "--carrier",
            "Northline",
            "--door",
            "Flat 3B",
        ]),
        said(&["invite", "resident", "Nobody"]),
        said(&["revoke", "67e55044-10b1-426f-9247-bb680e5fe0c8"]),
        said(&["building", "add", "--name", "12 Elm Street"]),
    ]);
    let id = hub.json(&["carrier", "list"])[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(text.join("\n").replace(&id, "CARRIER"), @"
    vestibule-hub: this hub has no building yet: add one with `building add --name NAME`
    vestibule-hub: DIR/data already holds a hub. Choose another folder, or go on with: vestibule-hub serve --data DIR/data
    vestibule-hub: there is a door called 'Lobby' already: choose another name
    vestibule-hub: a common door leads into no unit: leave out --unit
    vestibule-hub: Northline is granted no door yet, so it could not enrol. First: vestibule-hub grant carrier --carrier CARRIER --door DOOR
    vestibule-hub: 'Flat 3B' leads into a unit: a carrier never opens one. Grant common doors only.
    vestibule-hub: there is no resident 'Nobody' here: see `resident list`
    vestibule-hub: there is no grant 67e55044-10b1-426f-9247-bb680e5fe0c8: see `grant list`
    vestibule-hub: there is a building called '12 Elm Street' already: choose another name
    ");
}

#[test]
fn a_carrier_has_one_grant_a_building_at_a_time() {
    let hub = Program::init();
    hub.furnish();
    hub.id(&["door", "add", "--name", "Garage", "--kind", "common"]);
    let grant = |door| ["grant", "carrier", "--carrier", "Northline", "--door", door];
    let first = hub.id(&grant("Lobby"));
    let failure = hub.failure(&grant("Garage"));
    assert!(
        failure.contains("Northline is granted Lobby already"),
        "{failure}"
    );
    assert!(failure.contains(&format!("revoke {first}")), "{failure}");
    hub.json(&["revoke", &first]);
    hub.id(&grant("Garage"));
}

#[test]
fn who_moves_out_leaves_no_open_invite_behind() {
    let hub = Program::init();
    hub.furnish();
    hub.json(&["invite", "resident", "Maya"]);
    let revoke = || hub.json(&["resident", "revoke", "Maya"]);
    let (first, again) = (revoke(), revoke());
    assert_eq!(
        (&first["devices"], &first["invites"]),
        (&0.into(), &1.into())
    );
    assert_eq!(again["invites"], 0);
}

#[test]
fn a_folder_that_is_no_hub_is_said_to_be_none() {
    let hub = Program {
        dir: TempDir::new().unwrap(),
    };
    let failure = hub.failure(&["building", "list"]);
    assert!(
        failure.contains("is not a hub's data folder. Make one with"),
        "{failure}"
    );
    let output = hub.run(&["building", "list", "--json"]);
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(error["error"].as_str().unwrap().contains("init"));
}

#[test]
fn secrets_are_for_the_hubs_user_only_and_differ_between_hubs() {
    let (one, two) = (Program::init(), Program::init());
    one.furnish();
    let keys = files(&one.data().join("keys"));
    assert_eq!(keys.len(), 5, "{keys:?}");
    for path in keys.iter().chain([
        &one.data().join("hub.sqlite3"),
        &one.data().join("hub.toml"),
    ]) {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path:?}");
    }
    for name in ["tls.key", "token.key", "log.key"] {
        let read = |hub: &Program| std::fs::read(hub.data().join("keys").join(name)).unwrap();
        assert_ne!(read(&one), read(&two), "{name}");
    }
}

#[test]
fn a_qr_code_comes_with_the_link() {
    let hub = Program::init();
    hub.furnish();
    let output = hub.run(&["invite", "door", "Lobby", "--qr"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains('█') && text.contains("vestibule://enrol?hub=https://hub.elm.example&key=")
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn settings_that_cannot_work_are_told_with_what_would_be_right() {
    let hub = Program::init();
    let file = hub.data().join("hub.toml");
    let whole = std::fs::read_to_string(&file).unwrap();
    let told = |from: &str, to: &str| {
        std::fs::write(&file, whole.replace(from, to)).unwrap();
        hub.failure(&["building", "list"])
    };
    let text = [
        told("clip_quota_mib", "clip_quota_mb"),
        told("clip_retention_h = 72", "clip_retention_h = 0"),
        told(
            "clip_quota_mib = 20480",
            "clip_quota_mib = 20480\n[push]\ncontact = \"manager\"",
        ),
    ];
    insta::assert_snapshot!(text.join("\n"), @r#"
    vestibule-hub: DIR/data/hub.toml is not understood:
    TOML parse error at line 5, column 1
      |
    5 | clip_quota_mb = 20480
      | ^^^^^^^^^^^^^
    unknown field `clip_quota_mb`, expected one of `name`, `public_url`, `pass_url`, `pass_proxies`, `listen`, `clip_retention_h`, `clip_quota_mib`, `tls`, `push`
    Correct that line; docs/install/hub.md lists every setting
    vestibule-hub: DIR/data/hub.toml cannot work: clip_retention_h is 0. Write how many hours clips are kept, from 1 to 8784
    vestibule-hub: DIR/data/hub.toml cannot work: push.contact is no address. Write one such as "mailto:manager@elm.example" or "https://elm.example/"
    "#);
}

#[test]
fn a_hub_whose_database_is_gone_does_not_begin_anew() {
    let hub = Program::init();
    hub.furnish();
    for name in ["hub.sqlite3", "hub.sqlite3-wal", "hub.sqlite3-shm"] {
        let _ = std::fs::remove_file(hub.data().join(name));
    }
    for arguments in [["building", "list"].as_slice(), &["serve"]] {
        let told = hub.failure(arguments);
        assert!(told.contains("hub.sqlite3 is missing"), "{told}");
        assert!(told.contains("Restore the whole folder"), "{told}");
    }
    assert!(!hub.data().join("hub.sqlite3").exists());
}

#[tokio::test]
async fn residents_are_listed_with_their_unit_and_how_many_devices_open_doors() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    for _ in 0..2 {
        hub.enrol_resident(&elm).await;
    }
    let listed = || {
        let output = Command::new(env!("CARGO_BIN_EXE_vestibule-hub"))
            .args(["resident", "list", "--json", "--data"])
            .arg(hub.folder().path())
            .output()
            .unwrap();
        let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = rows.as_array().unwrap();
        let maya = rows.iter().find(|row| row["name"] == "Maya Lindqvist");
        let maya = maya.unwrap();
        (maya["unit_name"].clone(), maya["devices"].clone())
    };
    assert_eq!(listed(), ("3B".into(), 2.into()));
    let now = hub.clock.now_s();
    hub.store().revoke_resident(elm.maya, now).await.unwrap();
    assert_eq!(listed(), ("3B".into(), 0.into()));
}
