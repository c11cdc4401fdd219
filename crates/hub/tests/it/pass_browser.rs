//! The page of a pass in Chromium, over the hub's own TLS.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use hub_api::MadePass;
use tempfile::TempDir;
use tokio::process::Command;

use crate::certificates::{browsers_certificate, key_hash};
use crate::passes::{for_aunt_may, path_of};
use crate::support::TestHub;

/// What Chromium is to do once the page stands.
enum Do<'a> {
    /// Print the document that it made of the page, and what its console says of it.
    Print,
    /// Take a picture of this size, in the dark where it says so.
    Picture(&'a Path, (u32, u32), bool),
}

/// Has Chromium open the page of a pass, whose certificate it knows by its key.
async fn browse(hub: &TestHub, made: &MadePass, what: Do<'_>) -> String {
    let profile = TempDir::new().unwrap();
    let mut chromium = Command::new("/usr/bin/chromium");
    chromium
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .args(["--disable-background-networking", "--enable-logging=stderr"])
        .arg("--virtual-time-budget=2000")
        .arg(format!(
            "--ignore-certificate-errors-spki-list={}",
            spki(hub)
        ))
        .arg(format!("--user-data-dir={}", profile.path().display()));
    match what {
        Do::Print => chromium.arg("--dump-dom"),
        Do::Picture(path, (width, height), dark) => chromium
            .args(dark.then_some("--blink-settings=preferredColorScheme=0"))
            .arg("--hide-scrollbars")
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--screenshot={}", path.display())),
    };
    let output = chromium
        .arg(hub.url().join(path_of(made)).unwrap().as_str())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("`cargo xtask setup` installs Chromium");
    let console = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = console.lines().filter(|line| line.contains("CONSOLE"));
    said.collect::<String>() + &String::from_utf8(output.stdout).unwrap()
}

/// The browsers' key as Chromium's command line takes it: SHA-256 in plain base64.
fn spki(hub: &TestHub) -> String {
    let hash = key_hash(&browsers_certificate(hub)).to_string();
    hash.replace('-', "+").replace('_', "/") + "="
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_shows_a_pass_with_its_own_script_until_it_is_revoked() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let made = maya.client.make_pass(&for_aunt_may(&hub, &elm)).await;
    let made = made.unwrap();
    let page = browse(&hub, &made, Do::Print).await;
    for said in [made.code.as_str(), "Copy the code", "It ends in 1 hour"] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    assert!(!page.contains("CONSOLE"), "{page}");
    maya.client.revoke_pass(made.pass.id).await.unwrap();
    let page = browse(&hub, &made, Do::Print).await;
    assert!(page.contains("There is nothing here"), "{page}");
    for gone in [made.code.as_str(), "12 Elm Street", "Lobby"] {
        assert!(!page.contains(gone), "{gone} is still in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_pass_has_pictures_for_people_to_look_at() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let made = maya.client.make_pass(&for_aunt_may(&hub, &elm)).await;
    let made = made.unwrap();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots/pass");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, size, dark) in [
        ("phone-light", (360, 740), false),
        ("phone-dark", (360, 740), true),
        ("laptop-light", (1440, 900), false),
        ("laptop-dark", (1440, 900), true),
    ] {
        let picture = folder.join(format!("{name}.png"));
        browse(&hub, &made, Do::Picture(&picture, size, dark)).await;
        assert!(std::fs::metadata(&picture).unwrap().len() > 5_000, "{name}");
    }
    maya.client.revoke_pass(made.pass.id).await.unwrap();
    let picture = folder.join("ended-phone-light.png");
    browse(&hub, &made, Do::Picture(&picture, (360, 740), false)).await;
    assert!(picture.exists());
}
