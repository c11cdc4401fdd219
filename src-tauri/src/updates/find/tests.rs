//! Against an update server on this machine, with a key that is made for each test.

use std::io::Cursor;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign::KeyPair;
use serde_json::{Value, json};
use tauri::App;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use tokio::net::TcpListener;

use super::*;

const PACKAGE: &[u8] = b"the next version of the app";

/// Whoever makes the app, with the place where they publish it.
struct Publisher {
    keys: KeyPair,
    url: String,
}

/// What the announcement says.
struct Announced {
    version: &'static str,
    /// The version that was signed.
    signed: Option<&'static str>,
    signed_by: Signer,
    /// What is served.
    package: &'static [u8],
}

enum Signer {
    Publisher,
    Stranger,
}

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().unwrap()
}

fn signature(announced: &Announced, publisher: &KeyPair) -> String {
    let stranger = keys();
    let KeyPair { pk, sk } = match announced.signed_by {
        Signer::Publisher => publisher,
        Signer::Stranger => &stranger,
    };
    let version = announced.signed.map(|signed| format!("\tversion:{signed}"));
    let comment = format!("timestamp:1\tfile:app{}", version.unwrap_or_default());
    let package = Cursor::new(PACKAGE);
    let signed = minisign::sign(Some(pk), sk, package, Some(&comment), None).unwrap();
    STANDARD.encode(signed.into_string())
}

impl Publisher {
    async fn announcing(announced: Announced) -> Self {
        let keys = keys();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let manifest = json!({
            "version": announced.version,
            "notes_url": "https://vestibule.example/notes",
            "url": format!("{url}/package"),
            "signature": signature(&announced, &keys),
        });
        let package = announced.package;
        let site = Router::new()
            .route("/latest", get(async move || axum::Json(manifest)))
            .route("/package", get(async move || package));
        tokio::spawn(axum::serve(listener, site).into_future());
        Self { keys, url }
    }

    /// The app as it is shipped, but for this publisher's key and address. It is version 0.1.0.
    fn app(&self) -> App<MockRuntime> {
        let key = self.keys.pk.to_box().unwrap().to_string();
        let shipped = json!([format!("{}/latest", self.url)]);
        app(shipped, &STANDARD.encode(key))
    }

    async fn fetched(&self) -> Result<Vec<u8>, ErrorCode> {
        let app = self.app();
        let update = newer(app.handle()).await.unwrap().expect("nothing newer");
        assert_eq!(notes(&update).unwrap(), "https://vestibule.example/notes");
        let fetched = fetch(&update, |_| ()).await;
        fetched.map_err(|error| error.code)
    }
}

fn app(endpoints: Value, key: &str) -> App<MockRuntime> {
    let config: Value = serde_json::from_str(include_str!("../../../tauri.conf.json")).unwrap();
    let mut shipped = config["plugins"]["updater"].clone();
    shipped["endpoints"] = endpoints;
    shipped["pubkey"] = key.into();
    let mut context = mock_context(noop_assets());
    let plugins = &mut context.config_mut().plugins.0;
    plugins.insert("updater".to_owned(), shipped);
    mock_builder()
        .plugin(tauri_plugin_updater::Builder::new().build())
        .build(context)
        .unwrap()
}

#[tokio::test]
async fn a_newer_version_is_found_and_fetched() {
    let publisher = Publisher::announcing(Announced {
        version: "0.2.0",
        signed: Some("0.2.0"),
        signed_by: Signer::Publisher,
        package: PACKAGE,
    })
    .await;
    assert_eq!(publisher.fetched().await.unwrap(), PACKAGE);
}

#[tokio::test]
async fn a_package_that_was_changed_on_its_way_is_refused() {
    let publisher = Publisher::announcing(Announced {
        version: "0.2.0",
        signed: Some("0.2.0"),
        signed_by: Signer::Publisher,
        package: b"something else",
    })
    .await;
    let refused = publisher.fetched().await.unwrap_err();
    assert_eq!(refused, ErrorCode::UpdateNotTrusted);
}

#[tokio::test]
async fn a_package_signed_by_somebody_else_is_refused() {
    let publisher = Publisher::announcing(Announced {
        version: "0.2.0",
        signed: Some("0.2.0"),
        signed_by: Signer::Stranger,
        package: PACKAGE,
    })
    .await;
    let refused = publisher.fetched().await.unwrap_err();
    assert_eq!(refused, ErrorCode::UpdateNotTrusted);
}

#[tokio::test]
async fn an_older_version_is_no_update() {
    for version in ["0.0.9", "0.1.0"] {
        let publisher = Publisher::announcing(Announced {
            version,
            signed: Some(version),
            signed_by: Signer::Publisher,
            package: PACKAGE,
        })
        .await;
        let found = newer(publisher.app().handle()).await.unwrap();
        assert!(found.is_none(), "{version}");
    }
}

#[tokio::test]
async fn an_old_package_under_a_new_versions_name_is_refused() {
    for signed in [Some("0.0.9"), None] {
        let publisher = Publisher::announcing(Announced {
            version: "0.2.0",
            signed,
            signed_by: Signer::Publisher,
            package: PACKAGE,
        })
        .await;
        let refused = publisher.fetched().await.unwrap_err();
        assert_eq!(refused, ErrorCode::UpdateNotTrusted, "{signed:?}");
    }
}

#[tokio::test]
async fn a_build_without_an_endpoint_never_asks() {
    let app = app(json!([]), "");
    assert!(updater(app.handle()).is_none());
    assert!(newer(app.handle()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_server_that_is_away_is_not_a_refusal() {
    let app = app(json!(["http://127.0.0.1:1/latest"]), "");
    let error = newer(app.handle()).await.err().unwrap();
    assert_eq!(refused(error).code, ErrorCode::UpdateFailed);
}
