//! The secret that codes are hashed with: doors get it, and nobody who carries a bundle.

use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use access::{BuildingId, Bundle, CodeKey, DoorCode, GrantId, TypedCode, hash_code};
use hub::data::DataFolder;
use hub::store::{Code, CodeHash, GrantSubject, NewGrant};
use hub_api::{DoorUpdate, ErrorCode};

use crate::passes::for_aunt_may;
use crate::support::{Elm, Enrolee, TestHub, authorised, random16};

const PATH: &str = "/v1/door/code-key";

fn secret(hub: &TestHub, building: BuildingId) -> CodeKey {
    hub.hub().code_key(building).unwrap()
}

async fn carried(maya: &Enrolee, elm: &Elm) -> Bundle {
    let carried = maya.client.carried(None).await.unwrap().bundle.unwrap();
    carried.verify(&elm.building.key).unwrap()
}

fn code_of(bundle: &Bundle, grant: GrantId) -> &DoorCode {
    let mut codes = bundle.codes.iter();
    codes.find(|code| code.grant == grant).unwrap()
}

#[tokio::test]
async fn doors_are_given_the_secret_of_their_building_which_survives_a_restart() {
    let mut hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("3 Oak Court").await);
    let lobby = hub.enrol_door(&elm, elm.lobby).await;
    let apartment = hub.enrol_door(&elm, elm.apartment).await;
    let elsewhere = hub.enrol_door(&oak, oak.lobby).await;
    let given = lobby.client().code_key().await.unwrap();
    assert_eq!(
        apartment.client().code_key().await.unwrap().id(),
        given.id()
    );
    assert_ne!(
        elsewhere.client().code_key().await.unwrap().id(),
        given.id()
    );
    assert_ne!(given.as_bytes(), &[0; 32]);
    hub.stop().await;
    hub.resume().await;
    assert_eq!(lobby.client().code_key().await.unwrap().id(), given.id());
    let file = format!("keys/codes-{}.key", elm.building.id);
    let file = hub.folder().path().join(file).metadata().unwrap();
    assert_eq!((file.permissions().mode() & 0o777, file.len()), (0o600, 32));
}

#[tokio::test]
async fn nobody_but_a_door_is_given_the_secret() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let raw = hub.raw();
    for other in [
        hub.enrol_resident(&elm).await,
        hub.enrol_neighbour(&elm).await,
        hub.enrol_carrier(&elm).await,
    ] {
        let refused = other.client.code_key().await.unwrap_err();
        assert_eq!(refused.code(), Some(ErrorCode::Forbidden));
        // Nor with a door's token and a key of one's own.
        let token = raw.token(&door.enrolee).await;
        let proof = raw.proof(&other.seed, "GET", PATH, Some(&token)).await;
        let answer = raw.send("GET", PATH, &authorised(&token, proof), "").await;
        assert_eq!(answer.brief(), "401 invalid_proof");
    }
    let answer = raw.send("GET", PATH, &[], "").await;
    assert_eq!(answer.brief(), "401 unauthorized");
    assert!(door.client().code_key().await.is_ok());
}

#[tokio::test]
async fn who_carries_a_bundle_cannot_tell_a_right_code_from_a_wrong_one() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let keypad = DoorUpdate {
        keypad: true,
        ..DoorUpdate::default()
    };
    door.client().put_door(&keypad).await.unwrap();
    let maya = hub.enrol_resident(&elm).await;
    let pass = maya
        .client
        .make_pass(&for_aunt_may(&hub, &elm))
        .await
        .unwrap();
    let own = maya.client.make_own_code().await.unwrap();

    let noor = hub.enrol_neighbour(&elm).await;
    let bundle = carried(&noor, &elm).await;
    let key = secret(&hub, elm.building.id);
    for (digits, grant) in [(&pass.code, pass.pass.id), (&own.code, own.own.id)] {
        let code = code_of(&bundle, grant);
        let typed =
            |keys: &[Option<CodeKey>]| TypedCode::hash(digits, &bundle.code_salt, keys).unwrap();
        assert_eq!(code.key, Some(key.id()));
        let without = typed(&[None]);
        assert!(!without.matches(code.key, &code.hash) && !without.matches(None, &code.hash));
        assert!(typed(&[Some(key.clone())]).matches(code.key, &code.hash));
    }
    let signed = noor.client.carried(None).await.unwrap().bundle.unwrap();
    let told = signed.as_bytes().windows(32);
    assert!(told.into_iter().all(|bytes| bytes != key.as_bytes()));
}

#[tokio::test]
async fn a_code_of_before_there_were_secrets_stays_as_it_is() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let salt = hub.hub().code_salt(elm.building.id).await.unwrap();
    let bytes = hash_code("120034", &salt, None).unwrap();
    let now = hub.clock.now_s();
    let old = NewGrant {
        id: GrantId::from_entropy(random16()),
        building: elm.building.id,
        subject: GrantSubject::Code(Code {
            class: access::HolderClass::Guest,
            name: Some("Plumber Ruiz".into()),
            device: None,
            hash: CodeHash { bytes, key: None },
            single_use: false,
            used_at: None,
            endorsement: None,
        }),
        doors: vec![elm.lobby],
        not_before: now,
        not_after: Some(now + 3600),
    };
    hub.store().add_grant(&old).await.unwrap();
    let pass = maya
        .client
        .make_pass(&for_aunt_may(&hub, &elm))
        .await
        .unwrap();
    let bundle = carried(&maya, &elm).await;
    assert_eq!(code_of(&bundle, old.id).key, None);
    assert_eq!(*code_of(&bundle, old.id).hash, bytes);
    let id = secret(&hub, elm.building.id).id();
    assert_eq!(code_of(&bundle, pass.pass.id).key, Some(id));
}

#[tokio::test]
async fn programs_that_need_the_secret_at_once_make_only_one() {
    let hub = TestHub::start().await;
    for _ in 0..20 {
        let building = BuildingId::from_entropy(random16());
        let look = |folder: DataFolder| thread::spawn(move || folder.code_key(building).unwrap());
        let looking: Vec<_> = (0..8).map(|_| look(hub.folder())).collect();
        let found: std::collections::BTreeSet<_> = looking
            .into_iter()
            .map(|one| one.join().unwrap().id())
            .collect();
        assert_eq!(found.len(), 1);
    }
}
