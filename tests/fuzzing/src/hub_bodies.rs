//! Whatever is sent to a hub is refused, or is exactly what it says: nothing is read that is not written again.
//!
//! Input: which body (one byte), the body as text.

use std::fmt::Debug;

use access::{BuildingId, DoorId, SigningPublicKey};
use audit::{ChainPosition, verify_run};
use hub_api::oauth::{AssertionClaims, ProofClaims, TokenRequest};
use hub_api::{ApiError, DoorUpdate, Durable, EnrolRequest, Event, Invite, RecordRun, UploadState};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::as_mode;
use crate::vectors::CHAIN;

const KEY: &str = "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w";

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let run = RecordRun {
        records: CHAIN.records.clone(),
    };
    let one = RecordRun {
        records: CHAIN.records[..1].to_vec(),
    };
    let device = format!(
        r#"{{"code":"a1-B_2","subject":{{"kind":"resident_device","device_name":"Phone","auth_key":"{KEY}","holder_key":"{KEY}","viewer_key":"{KEY}"}}}}"#
    );
    let door = format!(
        r#"{{"code":"a","subject":{{"kind":"door","auth_key":"{KEY}","door_key":"{KEY}","stream_address":"door.local:7700"}}}}"#
    );
    let carrier = format!(
        r#"{{"code":"","subject":{{"kind":"carrier","auth_key":"{KEY}","name":"Swift"}}}}"#
    );
    let claims = r#"{"jti":"a","htm":"PUT","htu":"https://hub/v1/records","iat":1800000000,"ath":"x","nonce":"n"}"#;
    let assertion = r#"{"iss":"c","sub":"c","aud":"https://hub/oauth/token","jti":"a","iat":1800000000,"exp":1800000060}"#;
    let form = "grant_type=client_credentials&client_assertion_type=urn%3Aietf&client_assertion=e30.e30.AA";
    let invites = [
        format!("vestibule://enrol?hub=https://hub.local:8443&key={KEY}&code=abc-DEF_1"),
        format!(" vestibule://enrol?hub=https://[::1]&key={KEY}&code=a\n"),
        format!("vestibule://enrol?code=a&key={KEY}&hub=https%3A%2F%2Fh%C3%A9.example%2F"),
        "vestibule://enrol?hub=http://x&key=&code=".to_owned(),
    ];
    let bodies = [
        (0, device),
        (0, door),
        (0, carrier),
        (1, serde_json::to_string(&run).expect("a run is JSON")),
        (1, serde_json::to_string(&one).expect("a run is JSON")),
        (1, r#"{"records":[]}"#.to_owned()),
        (2, r#"{"stream_address":"door.local:7700"}"#.to_owned()),
        (2, r#"{"stream_address":null}"#.to_owned()),
        (3, form.to_owned()),
        (4, claims.to_owned()),
        (5, assertion.to_owned()),
        (6, r#"{"durable_seq":17}"#.to_owned()),
        (7, r#"{"received":[0,1,2,5],"closed":false}"#.to_owned()),
        (8, r#"{"kind":"bundle","version":4}"#.to_owned()),
        (
            9,
            r#"{"code":"record_gap","message":"m","retryable":false}"#.to_owned(),
        ),
    ];
    let bodies = bodies
        .iter()
        .map(|(mode, body)| as_mode(*mode, body.as_bytes()));
    let invites = invites.iter().map(|invite| as_mode(10, invite.as_bytes()));
    bodies.chain(invites).collect()
}

pub(crate) fn check(input: &[u8]) {
    let Some((mode, body)) = input.split_first() else {
        return;
    };
    match mode % 11 {
        0 => drop(assert_is_said_again::<EnrolRequest>(body)),
        1 => assert_only_signed_records(body),
        2 => drop(assert_is_said_again::<DoorUpdate>(body)),
        3 => assert_form(body),
        4 => drop(assert_is_said_again::<ProofClaims>(body)),
        5 => drop(assert_is_said_again::<AssertionClaims>(body)),
        6 => drop(assert_is_said_again::<Durable>(body)),
        7 => assert_gap(body),
        8 => drop(assert_is_said_again::<Event>(body)),
        9 => drop(assert_is_said_again::<ApiError>(body)),
        _ => assert_invite(body),
    }
}

/// What was read says the same when it is written and read once more.
fn assert_is_said_again<T: Serialize + DeserializeOwned>(body: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(body).ok()?;
    let written = serde_json::to_value(&read).expect("what was read can be written");
    let again: T = serde_json::from_value(written.clone()).expect("what was written can be read");
    let rewritten = serde_json::to_value(&again).expect("what was read can be written");
    assert_eq!(written, rewritten);
    Some(again)
}

fn assert_only_signed_records(body: &[u8]) {
    let Some(run) = assert_is_said_again::<RecordRun>(body) else {
        return;
    };
    let key = CHAIN.key.public();
    let is_known = run
        .records
        .iter()
        .all(|record| CHAIN.records.contains(record));
    let all_verified = run.records.iter().all(|record| record.verify(&key).is_ok());
    assert_eq!(is_known, all_verified);
    let first = CHAIN.records[0].verify(&key).expect("the vector is signed");
    assert_run(&run, &key, first.building, first.door);
}

fn assert_run(run: &RecordRun, key: &SigningPublicKey, building: BuildingId, door: DoorId) {
    let verified = verify_run(&run.records, key, ChainPosition::start(building, door));
    let is_the_chain = CHAIN.records.starts_with(&run.records);
    assert_eq!(verified.is_ok(), is_the_chain);
}

fn assert_form(body: &[u8]) {
    let pairs: Vec<_> = url::form_urlencoded::parse(body).into_owned().collect();
    let fields = pairs.into_iter().map(|(name, value)| (name, value.into()));
    let object = serde_json::Value::Object(fields.collect());
    let bytes = serde_json::to_vec(&object).expect("a form is JSON");
    assert_is_said_again::<TokenRequest>(&bytes);
}

/// The number a door goes on with is the lowest that the hub lacks.
fn assert_gap(body: &[u8]) {
    let Some(state) = assert_is_said_again::<UploadState>(body) else {
        return;
    };
    let next = state.next();
    let is_ascending = state.received.is_sorted_by(|one, other| one < other);
    if is_ascending {
        assert!(!state.received.contains(&next));
        assert!((0..next).all(|n| state.received.contains(&n)));
    }
}

fn assert_invite(body: &[u8]) {
    let Ok(text) = std::str::from_utf8(body) else {
        return;
    };
    let Ok(invite) = Invite::parse(text) else {
        return;
    };
    assert_eq!(invite.hub.scheme(), "https");
    assert!(invite.hub.username().is_empty() && invite.hub.password().is_none());
    assert!(invite.code.len() <= 128);
    assert_same(&invite.to_string().parse(), &Ok(invite.clone()));
    let printed = format!("{invite:?}");
    let is_shown = invite.code.len() > 20 && printed.contains(&invite.code);
    assert!(
        !is_shown || invite.hub.as_str().contains(&invite.code),
        "{printed}"
    );
}

fn assert_same<T: PartialEq + Debug>(one: &T, other: &T) {
    assert_eq!(one, other);
}
