//! From an invite to a client, and what it may then ask for.

use std::net::SocketAddr;

use access::{Credential, HolderSecret, read_claims};
use hub::store::{Invitee, Revocation};
use hub_api::oauth::PROOF_HEADER;
use hub_api::{Client, DoorUpdate, ErrorCode, Subject};

use crate::support::{Raw, TestHub, device, door_subject, enrol_request, random32};

const ENROL: &str = "/v1/enrolments";

async fn enrol_raw(raw: &Raw, seed: &[u8; 32], body: String) -> String {
    let proof = raw.proof(seed, "POST", ENROL, None).await;
    let json = ("content-type", "application/json".to_owned());
    raw.send("POST", ENROL, &[(PROOF_HEADER, proof), json], body)
        .await
        .brief()
}

#[tokio::test]
async fn an_invite_makes_one_client_and_a_lost_answer_costs_nothing() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let invite = hub.invite(Invitee::Resident(elm.maya)).await;
    let (seed, holder) = (random32(), HolderSecret::from_bytes(random32()));
    let first = Client::enrol(&invite, device(seed, &holder), &seed)
        .await
        .unwrap();
    let again = Client::enrol(&invite, device(seed, &holder), &seed)
        .await
        .unwrap();
    assert_eq!(first.client_id, again.client_id);
    assert_eq!(first.building.key, elm.building.key);
    assert_eq!(first.hub_name, "Elm hub");

    let (thief, own) = (random32(), HolderSecret::from_bytes(random32()));
    let refused = Client::enrol(&invite, device(thief, &own), &thief)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::InviteUsed));
    assert!(!refused.retryable());
}

#[tokio::test]
async fn an_invite_is_refused_when_unknown_too_old_or_for_another_kind() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let (seed, holder) = (random32(), HolderSecret::from_bytes(random32()));
    let mut invite = hub.invite(Invitee::Door(elm.lobby)).await;
    let enrol = async |invite: &hub_api::Invite| {
        let refused = Client::enrol(invite, device(seed, &holder), &seed).await;
        refused.unwrap_err().code().unwrap()
    };
    assert_eq!(enrol(&invite).await, ErrorCode::InviteInvalid);
    invite.code = "unknown".into();
    assert_eq!(enrol(&invite).await, ErrorCode::InviteInvalid);
    let late = hub.invite(Invitee::Resident(elm.maya)).await;
    hub.clock.advance(3601);
    assert_eq!(enrol(&late).await, ErrorCode::InviteExpired);
}

#[tokio::test]
async fn who_moved_out_comes_back_neither_with_the_device_nor_with_an_open_invite() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let open = hub.invite(Invitee::Resident(elm.maya)).await;
    assert!(maya.client.doors().await.is_ok());
    let now = hub.hub().clock.now_s();
    let ended = hub.store().revoke_resident(elm.maya, now).await.unwrap();
    assert_eq!((ended.devices, ended.invites), (1, 1));
    let refused = maya.client.credentials().await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::Revoked));
    let (seed, holder) = (random32(), HolderSecret::from_bytes(random32()));
    let refused = Client::enrol(&open, device(seed, &holder), &seed).await;
    assert_eq!(refused.unwrap_err().code(), Some(ErrorCode::InviteExpired));
}

#[tokio::test]
async fn only_the_key_that_enrols_may_prove_the_request() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let invite = hub.invite(Invitee::Door(elm.lobby)).await;
    let (own, other) = (random32(), random32());
    let body = serde_json::to_string(&enrol_request(&invite, door_subject(own))).unwrap();
    let raw = hub.raw();
    assert_eq!(
        raw.send("POST", ENROL, &[], body.clone()).await.brief(),
        "401 invalid_proof"
    );
    assert_eq!(
        enrol_raw(&raw, &other, body.clone()).await,
        "401 invalid_proof"
    );
    assert_eq!(enrol_raw(&raw, &own, body).await, "201 ok");
}

#[tokio::test]
async fn bad_input_is_refused_and_the_invite_stays_good() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let invite = hub.invite(Invitee::Door(elm.lobby)).await;
    let seed = random32();
    let raw = hub.raw();
    let good = serde_json::to_value(enrol_request(&invite, door_subject(seed))).unwrap();
    let bad = |pointer: &str, value: serde_json::Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body.to_string()
    };
    for body in [
        "{".to_owned(),
        "[]".to_owned(),
        bad("/subject/auth_key", "short".into()),
        bad("/subject/kind", "janitor".into()),
        bad("/subject/stream_address", "no port".into()),
        bad("/subject/stream_address", "x\n:1".into()),
        bad("/code", 7.into()),
    ] {
        let answer = enrol_raw(&raw, &seed, body.clone()).await;
        assert_eq!(answer, "400 invalid_request", "{body}");
    }
    let huge = bad("/code", "x".repeat(100_000).into());
    assert_eq!(enrol_raw(&raw, &seed, huge).await, "413 payload_too_large");
    assert_eq!(enrol_raw(&raw, &seed, good.to_string()).await, "201 ok");
}

#[tokio::test]
async fn a_resident_gets_a_week_for_the_common_doors_and_the_own_unit() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let neighbour = hub.store();
    let unit = access::UnitId::from_entropy(crate::support::random16());
    let other = hub::store::Unit {
        id: unit,
        building: elm.building.id,
        name: "4C".into(),
    };
    neighbour.add_unit(&other).await.unwrap();
    hub.add_door(elm.building.id, "Apartment 4C", Some(unit))
        .await;
    let maya = hub.enrol_resident(&elm).await;

    let issued = maya.client.credentials().await.unwrap();
    let mut doors = Vec::new();
    for one in &issued {
        let claims = read_claims(&one.credential, &elm.building.key).unwrap();
        assert_eq!(claims.doors, one.doors);
        assert_eq!(claims.holder, Some(maya.holder.public()));
        assert_eq!(claims.not_after, one.not_after);
        assert_eq!(claims.doors.len(), Credential::DOORS_IN_ONE_WRITE);
        doors.extend(claims.doors);
    }
    doors.sort_unstable();
    let mut expected = vec![elm.lobby, elm.apartment];
    expected.sort_unstable();
    assert_eq!(doors, expected);
    let week = 7 * 24 * 3600;
    assert!(issued[0].not_after.abs_diff(hub.clock.now_s() + week) <= 2);

    hub.clock.advance(week.cast_signed());
    let renewed = maya.client.credentials().await.unwrap();
    assert_eq!(renewed[0].grant, issued[0].grant);
    assert!(renewed[0].not_after >= issued[0].not_after + week);
}

#[tokio::test]
async fn a_resident_sees_the_doors_that_enrolled_and_which_are_online() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    assert_eq!(maya.client.doors().await.unwrap(), []);
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let doors = maya.client.doors().await.unwrap();
    assert_eq!(
        (doors.len(), doors[0].id, doors[0].online),
        (1, elm.lobby, false)
    );
    assert_eq!(doors[0].stream_address.as_deref(), Some("127.0.0.1:7411"));
    assert_eq!(doors[0].signing_key, door.key.public());

    let at_home: SocketAddr = "192.168.1.20:7480".parse().unwrap();
    let live_addresses = vec![at_home.try_into().unwrap()];
    let about = DoorUpdate {
        live_addresses: live_addresses.clone(),
        ..DoorUpdate::default()
    };
    door.client().put_door(&about).await.unwrap();
    let doors = maya.client.doors().await.unwrap();
    assert_eq!(doors[0].live_addresses, live_addresses);
    let carrier = hub.enrol_carrier(&elm).await;
    let granted = carrier.client.carrier_credential(None).await.unwrap();
    assert_eq!(granted.doors[0].live_addresses, [], "no carrier watches");

    let stream = door.client().events(None).await.unwrap();
    door.client()
        .put_door(&DoorUpdate::default())
        .await
        .unwrap();
    let doors = maya.client.doors().await.unwrap();
    assert_eq!(
        (doors[0].online, doors[0].stream_address.clone()),
        (true, None)
    );
    assert_eq!(doors[0].live_addresses, []);
    drop(stream);
}

#[tokio::test]
async fn a_door_enrols_once() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    hub.enrol_door(&elm, elm.lobby).await;
    let invite = hub.invite(Invitee::Door(elm.lobby)).await;
    let seed = random32();
    let refused = Client::enrol(&invite, door_subject(seed), &seed)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::InviteUsed));
}

#[tokio::test]
async fn a_carrier_needs_a_grant_and_renews_its_credential_while_it_stands() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let carrier = hub.enrol_carrier(&elm).await;
    let issued = carrier.client.carrier_credential(None).await.unwrap();
    let claims = read_claims(&issued.credential, &elm.building.key).unwrap();
    assert_eq!(claims.doors, [elm.lobby]);
    assert_eq!((claims.carrier, claims.holder), (Some(elm.northline), None));
    assert_eq!(issued.grant, elm.carrier_grant);

    let now = hub.clock.now_s();
    let revoked = hub.store().revoke(elm.carrier_grant, now).await.unwrap();
    assert_eq!(revoked, Revocation::Revoked);
    let refused = carrier.client.carrier_credential(None).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::NoGrant));

    let invite = hub.invite(Invitee::Carrier(elm.northline)).await;
    let seed = random32();
    let auth_key = access::CarrierKey::from_seed(seed).public();
    let subject = Subject::Carrier {
        auth_key,
        name: None,
    };
    let refused = Client::enrol(&invite, subject, &seed).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::NoGrant));
}

#[tokio::test]
async fn the_bundle_follows_what_the_building_decides() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let bundle = async |newer_than| {
        let signed = door.client().bundle(newer_than).await.unwrap();
        signed.map(|signed| signed.verify(&elm.building.key).unwrap())
    };
    let first = bundle(None).await.unwrap();
    assert_eq!(
        (first.doors.len(), first.viewers.len(), first.carriers.len()),
        (2, 0, 0)
    );
    assert_eq!(bundle(Some(first.version)).await, None);

    let maya = hub.enrol_resident(&elm).await;
    hub.enrol_carrier(&elm).await;
    let second = bundle(Some(first.version)).await.unwrap();
    assert_eq!(second.carriers[0].id, elm.northline);
    assert_eq!(second.viewers[0].device, maya.device());
    assert_eq!(second.viewers[0].doors.len(), 2);

    let grant = maya.client.credentials().await.unwrap()[0].grant;
    hub.store().revoke(grant, hub.clock.now_s()).await.unwrap();
    hub.hub().refresh_bundles().await.unwrap();
    let third = bundle(Some(second.version)).await.unwrap();
    assert_eq!((third.revoked, third.viewers.len()), (vec![grant], 0));

    hub.clock.advance(9 * 24 * 3600);
    hub.hub().refresh_bundles().await.unwrap();
    let fourth = bundle(Some(third.version)).await.unwrap();
    assert_eq!(fourth.revoked, []);
}
