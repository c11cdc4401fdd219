//! Devices that sleep are woken, and told nothing.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::base64url;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum_server::tls_rustls::RustlsConfig;
use hub::data::PushSettings;
use hub_api::{ErrorCode, PushSubscription, WAKE_UP};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use tempfile::TempDir;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;
use web_push_native::{Auth, decrypt};

use crate::passes::refusal;
use crate::support::{Elm, Enrolee, TestDoor, TestHub, random16, random32};

const PATIENCE: Duration = Duration::from_secs(15);

/// What came to a push server.
#[derive(Clone, Debug)]
struct Pushed {
    headers: HeaderMap,
    body: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct Inbox {
    came: Arc<Mutex<Vec<Pushed>>>,
    /// What it answers to each, the last one for good.
    answers: Arc<Mutex<Vec<u16>>>,
}

/// A push server on this machine, with a certificate that only who is told of it trusts.
struct PushServer {
    address: SocketAddr,
    certificate: std::path::PathBuf,
    inbox: Inbox,
    _folder: TempDir,
}

/// A device's half of a subscription.
struct Receiver {
    key: SecretKey,
    auth: [u8; 16],
}

impl PushServer {
    async fn start() -> Self {
        // Another test may have installed it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = TempDir::new().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = folder.path().join("push.pem");
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        let key = made.signing_key.serialize_der();
        let tls = RustlsConfig::from_der(vec![made.cert.der().to_vec()], key);
        let inbox = Inbox::default();
        inbox.answers.lock().unwrap().push(201);
        let router = Router::new()
            .route("/{device}", post(take))
            .with_state(inbox.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let server = axum_server::from_tcp_rustls(listener, tls.await.unwrap()).unwrap();
        tokio::spawn(server.serve(router.into_make_service()));
        Self {
            address,
            certificate,
            inbox,
            _folder: folder,
        }
    }

    fn answers(&self, statuses: &[u16]) {
        *self.inbox.answers.lock().unwrap() = statuses.to_vec();
    }

    fn came(&self) -> Vec<Pushed> {
        self.inbox.came.lock().unwrap().clone()
    }

    async fn until(&self, count: usize) -> Vec<Pushed> {
        let wait = async {
            while self.came().len() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        assert!(
            waited.is_ok(),
            "{} of {count} pushes came",
            self.came().len()
        );
        self.came()
    }

    fn settings(&self) -> PushSettings {
        PushSettings {
            contact: "mailto:manager@elm.example".to_owned(),
            allow_private: true,
            certificate: Some(self.certificate.clone()),
        }
    }

    async fn hub(&self) -> TestHub {
        let settings = self.settings();
        TestHub::start_with(|all| all.push = Some(settings)).await
    }
}

async fn take(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let body = body.to_vec();
    inbox.came.lock().unwrap().push(Pushed { headers, body });
    let mut answers = inbox.answers.lock().unwrap();
    let status = if answers.len() > 1 {
        answers.remove(0)
    } else {
        answers[0]
    };
    StatusCode::from_u16(status).unwrap()
}

impl Receiver {
    fn new() -> Self {
        Self {
            key: SecretKey::from_slice(&random32()).unwrap(),
            auth: random16(),
        }
    }

    fn at(&self, endpoint: &str) -> PushSubscription {
        let public = self.key.public_key().to_encoded_point(false);
        PushSubscription {
            endpoint: endpoint.parse().unwrap(),
            p256dh: base64url::encode(public.as_bytes()),
            auth: base64url::encode(self.auth),
        }
    }

    fn on(&self, server: &PushServer, device: &str) -> PushSubscription {
        self.at(&format!(
            "https://localhost:{}/{device}",
            server.address.port()
        ))
    }

    fn read(&self, pushed: &Pushed) -> Option<Vec<u8>> {
        decrypt(pushed.body.clone(), &self.key, &Auth::from(self.auth)).ok()
    }
}

/// A building whose one resident is woken, and its lobby.
async fn set(server: &PushServer) -> (TestHub, Elm, Enrolee, TestDoor, Receiver) {
    let hub = server.hub().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let receiver = Receiver::new();
    let subscription = receiver.on(server, "maya");
    maya.client.put_push(&subscription).await.unwrap();
    (hub, elm, maya, door, receiver)
}

async fn courier_comes(door: &mut TestDoor, elm: &Elm) {
    let entry = door.courier(elm, None);
    door.put(&[entry]).await.unwrap();
}

/// Longer than a push takes.
async fn settled() {
    tokio::time::sleep(Duration::from_secs(4)).await;
}

#[tokio::test]
async fn a_device_is_woken_with_a_push_that_only_it_reads_and_that_tells_nothing() {
    let server = PushServer::start().await;
    let (_hub, elm, _maya, mut door, receiver) = set(&server).await;
    courier_comes(&mut door, &elm).await;
    let pushed = server.until(1).await.remove(0);
    assert_eq!(receiver.read(&pushed).as_deref(), Some(WAKE_UP));
    assert_eq!(Receiver::new().read(&pushed), None);
    let header = |name: &str| pushed.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-encoding"), "aes128gcm");
    assert_eq!(
        (header("topic"), header("urgency")),
        ("vestibule".into(), "high".into())
    );
    let all = format!(
        "{:?}{}",
        pushed.headers,
        String::from_utf8_lossy(&pushed.body)
    );
    for secret in [
        "driver-17",
        "Northline",
        "Lobby",
        "Maya",
        &elm.lobby.to_string(),
    ] {
        assert!(!all.contains(secret), "the push tells {secret}");
    }
}

#[tokio::test]
async fn a_push_server_can_tell_that_it_is_the_hub_who_pushes() {
    let server = PushServer::start().await;
    let (hub, elm, maya, mut door, _) = set(&server).await;
    courier_comes(&mut door, &elm).await;
    let pushed = server.until(1).await.remove(0);
    let authorization = pushed.headers["authorization"].to_str().unwrap();
    let (token, key) = authorization
        .strip_prefix("vapid t=")
        .and_then(|rest| rest.split_once(", k="))
        .unwrap();
    assert_eq!(maya.client.push_offer().await.unwrap().vapid_key, key);
    let point: [u8; 65] = base64url::decode(key).unwrap();
    let (x, y) = (
        base64url::encode(&point[1..33]),
        base64url::encode(&point[33..]),
    );
    let key = DecodingKey::from_ec_components(&x, &y).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[format!("https://localhost:{}", server.address.port())]);
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(claims["sub"], "mailto:manager@elm.example");
    let ends = claims["exp"].as_u64().unwrap() - hub.clock.now_s();
    assert!(ends <= 24 * 3600, "{ends}");
}

#[tokio::test]
async fn what_happens_together_wakes_once_and_what_is_no_news_wakes_nobody() {
    let server = PushServer::start().await;
    let (_hub, elm, _maya, mut door, _) = set(&server).await;
    let started = door.started();
    door.put(&[started]).await.unwrap();
    settled().await;
    assert_eq!(server.came().len(), 0);
    let entries: Vec<_> = (0..5).map(|_| door.courier(&elm, None)).collect();
    door.put(&entries).await.unwrap();
    server.until(1).await;
    settled().await;
    assert_eq!(server.came().len(), 1);
}

#[tokio::test]
async fn only_those_are_woken_whose_door_it_is_and_nobody_after_a_removal() {
    let server = PushServer::start().await;
    let (hub, elm, maya, _lobby, _) = set(&server).await;
    let noor = hub.enrol_neighbour(&elm).await;
    let neighbour = Receiver::new();
    let subscription = neighbour.on(&server, "noor");
    noor.client.put_push(&subscription).await.unwrap();
    let mut apartment = hub.enrol_door(&elm, elm.apartment).await;
    courier_comes(&mut apartment, &elm).await;
    let pushed = server.until(1).await;
    settled().await;
    assert_eq!(server.came().len(), 1);
    assert_eq!(neighbour.read(&pushed[0]), None);

    noor.client.delete_push().await.unwrap();
    maya.client.remove_device(maya.device()).await.unwrap();
    courier_comes(&mut apartment, &elm).await;
    settled().await;
    assert_eq!(server.came().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_forgotten_and_one_that_falters_is_tried_again() {
    let server = PushServer::start().await;
    let (hub, elm, _maya, mut door, _) = set(&server).await;
    server.answers(&[503, 201, 410]);
    courier_comes(&mut door, &elm).await;
    server.until(2).await;
    settled().await;
    courier_comes(&mut door, &elm).await;
    server.until(3).await;
    settled().await;
    let audience = hub::store::Audience::Residents(elm.building.id);
    assert_eq!(hub.store().push_targets(&[audience]).await.unwrap(), []);
}

#[tokio::test]
async fn what_came_while_the_hub_was_down_wakes_when_it_is_back() {
    let server = PushServer::start().await;
    let (mut hub, elm, _maya, mut door, _) = set(&server).await;
    courier_comes(&mut door, &elm).await;
    server.until(1).await;
    hub.stop().await;
    let now = hub.clock.now_s();
    hub.folder()
        .open_store()
        .map(|store| async move {
            use hub::store::{Audience, Feed as _, Notice};
            let audience = Audience::Residents(elm.building.id);
            store.post(audience, Notice::Entry { entry: 1 }, now).await
        })
        .unwrap()
        .await
        .unwrap();
    hub.resume().await;
    server.until(2).await;
}

#[tokio::test]
async fn a_hub_where_nothing_happens_writes_nothing() {
    let server = PushServer::start().await;
    let (hub, elm, _maya, mut door, _) = set(&server).await;
    courier_comes(&mut door, &elm).await;
    server.until(1).await;
    settled().await;
    let mut changes = hub.store().changes();
    changes.mark_unchanged();
    settled().await;
    assert!(!changes.has_changed().unwrap());
}

#[tokio::test]
async fn where_a_removed_device_was_woken_is_forgotten() {
    let server = PushServer::start().await;
    let (hub, elm, maya, _, receiver) = set(&server).await;
    let kept = || {
        let file = hub.folder().path().join("hub.sqlite3");
        let database = rusqlite::Connection::open(file).unwrap();
        let count = database.query_row("SELECT count(*) FROM push", [], |row| row.get::<_, u32>(0));
        count.unwrap()
    };
    assert_eq!(kept(), 1);
    let told = maya
        .client
        .my_data()
        .await
        .unwrap()
        .devices
        .remove(0)
        .woken_at;
    assert_eq!(
        told.as_deref(),
        Some(receiver.on(&server, "maya").endpoint.as_str())
    );
    let now = hub.clock.now_s();
    let store = hub.store();
    let device = store.devices_of(elm.building.id).await.unwrap().remove(0);
    store.revoke_resident(device.resident, now).await.unwrap();
    assert_eq!(kept(), 0);
    let subscription = receiver.on(&server, "maya");
    assert!(maya.client.put_push(&subscription).await.is_err());
    assert_eq!(kept(), 0);
}

#[tokio::test]
async fn who_cannot_be_reached_keeps_nobody_waiting() {
    let server = PushServer::start().await;
    let (hub, elm, maya, mut door, receiver) = set(&server).await;
    let noor = hub.enrol_neighbour(&elm).await;
    let neighbour = Receiver::new();
    let subscription = neighbour.on(&server, "noor");
    noor.client.put_push(&subscription).await.unwrap();
    // A port where nobody listens.
    let nowhere = receiver.at("https://localhost:9/maya");
    maya.client.put_push(&nowhere).await.unwrap();
    for round in 1..=3 {
        courier_comes(&mut door, &elm).await;
        server.until(round).await;
    }
}

#[tokio::test]
async fn nobody_has_the_hub_call_into_its_own_network() {
    let hub = TestHub::start_with(|all| {
        all.push = Some(PushSettings {
            contact: "mailto:manager@elm.example".to_owned(),
            allow_private: false,
            certificate: None,
        });
    })
    .await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let receiver = Receiver::new();
    for endpoint in [
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "http://push.example/",
    ] {
        let refused = maya.client.put_push(&receiver.at(endpoint)).await;
        assert_eq!(
            refusal(refused),
            Some(ErrorCode::InvalidRequest),
            "{endpoint}"
        );
    }
    let good = receiver.at("https://push.example/maya");
    maya.client.put_push(&good).await.unwrap();
    let no_key = PushSubscription {
        p256dh: base64url::encode([4; 65]),
        ..good.clone()
    };
    let short = PushSubscription {
        auth: base64url::encode([4; 15]),
        ..good
    };
    for wrong in [no_key, short] {
        let refused = maya.client.put_push(&wrong).await;
        assert_eq!(refusal(refused), Some(ErrorCode::InvalidRequest));
    }
}

#[tokio::test]
async fn a_name_that_leads_into_the_hubs_own_network_is_not_called() {
    let server = PushServer::start().await;
    let settings = PushSettings {
        allow_private: false,
        ..server.settings()
    };
    let hub = TestHub::start_with(|all| all.push = Some(settings)).await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let subscription = Receiver::new().on(&server, "maya");
    maya.client.put_push(&subscription).await.unwrap();
    courier_comes(&mut door, &elm).await;
    settled().await;
    assert_eq!(server.came().len(), 0);
}

#[tokio::test]
async fn nobody_is_woken_until_the_operator_turns_it_on() {
    let server = PushServer::start().await;
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    assert_eq!(
        refusal(maya.client.push_offer().await),
        Some(ErrorCode::NotFound)
    );
    let subscription = Receiver::new().on(&server, "maya");
    let refused = maya.client.put_push(&subscription).await;
    assert_eq!(refusal(refused), Some(ErrorCode::NotFound));
}
