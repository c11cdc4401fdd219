//! The page of a pass in Chromium.

use std::process::Stdio;

use hub_api::MadePass;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::passes::{for_aunt_may, path_of};
use crate::support::TestHub;

/// The hub's routes without TLS, as a web server in front of it hands them on: no browser knows Ed25519 certificates.
async fn in_front_of(hub: &TestHub) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = hub::http::App::new(hub.hub().clone(), Vec::new(), CancellationToken::new());
    let router = app.unwrap().router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// The document that Chromium makes of a pass's page, and what its console says of it.
async fn shown(origin: &str, made: &MadePass) -> String {
    let profile = TempDir::new().unwrap();
    let output = Command::new("/usr/bin/chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .args(["--disable-background-networking", "--enable-logging=stderr"])
        .args(["--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("{origin}{}", path_of(made)))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("`cargo xtask setup` installs Chromium");
    let console = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = console.lines().filter(|line| line.contains("CONSOLE"));
    said.collect::<String>() + &String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_shows_a_pass_with_its_own_script_until_it_is_revoked() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let origin = in_front_of(&hub).await;
    let made = maya.client.make_pass(&for_aunt_may(&hub, &elm)).await;
    let made = made.unwrap();
    let page = shown(&origin, &made).await;
    for said in [made.code.as_str(), "Copy the code", "It ends in 1 hour"] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    assert!(!page.contains("CONSOLE"), "{page}");
    maya.client.revoke_pass(made.pass.id).await.unwrap();
    let page = shown(&origin, &made).await;
    assert!(page.contains("There is nothing here"), "{page}");
    for gone in [made.code.as_str(), "12 Elm Street", "Lobby"] {
        assert!(!page.contains(gone), "{gone} is still in {page}");
    }
}
