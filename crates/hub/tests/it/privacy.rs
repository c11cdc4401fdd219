//! What the hub's log says: nothing about anybody.

use audit::Person;
use hub::store::{Code, CodeHash, GrantSubject, Invitee, NewGrant};

use crate::passes::{for_aunt_may, path_of};
use crate::support::{Captured, Elm, TestHub, random16};

fn guest_code(elm: &Elm, now: u64) -> NewGrant {
    let code = Code {
        class: access::HolderClass::Guest,
        name: Some("Plumber Ruiz".into()),
        device: None,
        hash: CodeHash {
            bytes: [7; 32],
            key: None,
        },
        single_use: true,
        used_at: None,
        endorsement: None,
    };
    NewGrant {
        id: access::GrantId::from_entropy(random16()),
        building: elm.building.id,
        subject: GrantSubject::Code(code),
        doors: vec![elm.lobby],
        not_before: now,
        not_after: Some(now + 3600),
    }
}

/// The only test that takes the process's log; nextest gives it a process of its own.
#[tokio::test]
async fn no_name_code_token_or_key_gets_into_the_log() {
    let captured = Captured::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        // A code could be in the time by chance.
        .without_time()
        .with_writer(captured.clone())
        .init();
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let invite = hub.invite(Invitee::Resident(elm.maya)).await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let carrier = hub.enrol_carrier(&elm).await;
    let clip = door.filmed_courier(&elm).await;
    let code = guest_code(&elm, hub.clock.now_s());
    hub.store().add_grant(&code).await.unwrap();
    let person = Person::Guest { grant: code.id };
    let entry = door.entry(person, None);
    door.put(&[entry]).await.unwrap();
    hub.hub().refresh_bundles().await.unwrap();
    maya.client.doors().await.unwrap();
    maya.client.entries(None, 10).await.unwrap();
    maya.client.clip_index(clip.id).await.unwrap();
    let credential = maya
        .client
        .credentials()
        .await
        .unwrap()
        .remove(0)
        .credential;
    carrier.client.carrier_credential(None).await.unwrap();
    let codes = door.client().code_key().await.unwrap();
    let mut wanted = for_aunt_may(&hub, &elm);
    wanted.label = "Aunt Octavia".into();
    let pass = maya.client.make_pass(&wanted).await.unwrap();
    maya.client.passes().await.unwrap();
    let raw = hub.raw();
    raw.get(path_of(&pass), &[]).await;
    let link = wanted.token.to_string();
    let token = raw.token(&maya).await;
    raw.call(&maya, "GET", "/v1/doors?name=Lindqvist", "").await;
    raw.send("GET", "/Lindqvist", &[], "Lindqvist").await;

    let log = captured.text();
    let own: String = log
        .lines()
        .filter(|line| line.contains(" hub"))
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        own.contains("/v1/clips/{clip}")
            && own.contains("/pass/{token}")
            && own.contains("enrolled"),
        "{own}"
    );
    assert!(!own.contains(&pass.code), "the log tells a pass's code");
    let seed = access::base64url::encode(*hub.folder().read_keys().unwrap().token);
    let credential = access::base64url::encode(credential.as_bytes());
    let clip = clip.id.to_string();
    let codes = [
        access::base64url::encode(codes.as_bytes()),
        format!("{:?}", codes.as_bytes()),
    ];
    for secret in [
        "Lindqvist",
        "Maya",
        "Northline",
        "driver-17",
        "Ruiz",
        "7, 7, 7, 7",
        "12 Elm",
        "Octavia",
        &link,
        &invite.code,
        &token,
        &seed,
        &credential,
        &clip,
        &codes[0],
        &codes[1],
        &maya.holder.public().to_string(),
    ] {
        assert!(!log.contains(secret), "the log tells {secret}");
    }
}
