//! Every endpoint, asked by everybody who may not.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Answer, Elm, Enrolee, Raw, TestHub, authorised};

struct Endpoint {
    method: String,
    path: String,
    tag: String,
}

struct Everybody {
    hub: TestHub,
    raw: Raw,
    callers: BTreeMap<&'static str, Enrolee>,
}

impl Everybody {
    async fn meet() -> Self {
        let hub = TestHub::start().await;
        let elm: Elm = hub.elm().await;
        let callers = BTreeMap::from([
            ("resident", hub.enrol_resident(&elm).await),
            ("door", hub.enrol_door(&elm, elm.lobby).await.enrolee),
            ("carrier", hub.enrol_carrier(&elm).await),
        ]);
        let raw = hub.raw();
        Self { hub, raw, callers }
    }

    async fn ask(&self, endpoint: &Endpoint, token: &str, seed: &[u8; 32]) -> Answer {
        let Endpoint { method, path, .. } = endpoint;
        let proof = self.raw.proof(seed, method, path, Some(token)).await;
        self.raw
            .send(method, path, &authorised(token, proof), "{")
            .await
    }
}

/// For whatever a path needs the id of.
const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn endpoints() -> Vec<Endpoint> {
    let document = serde_json::to_value(hub::http::openapi()).unwrap();
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(tag) = operation["tags"][0].as_str() else {
                continue;
            };
            all.push(Endpoint {
                method: method.to_uppercase(),
                path: fill(path),
                tag: tag.to_owned(),
            });
        }
    }
    all
}

fn fill(path: &str) -> String {
    let ids = [
        "{clip}",
        "{device}",
        "{door}",
        "{pass}",
        "{relay}",
        "{resident}",
    ];
    ids.iter()
        .fold(path.to_owned(), |path, name| path.replace(name, ID))
        .replace("{n}", "1")
        .replace("{path}", "0/000.p/1")
}

fn guarded() -> impl Iterator<Item = Endpoint> {
    endpoints()
        .into_iter()
        .filter(|it| !["public", "oauth"].contains(&it.tag.as_str()))
}

fn classes(tag: &str) -> &'static [&'static str] {
    match tag {
        "resident" => &["resident"],
        "door" => &["door"],
        "carrier" => &["carrier"],
        "events" | "log" => &["resident", "door"],
        other => panic!("who may use {other}?"),
    }
}

#[test]
fn every_endpoint_says_who_may_use_it() {
    let lines: Vec<_> = endpoints()
        .iter()
        .map(|it| format!("{} {}: {}", it.method, it.path, it.tag))
        .collect();
    let text = lines.join("\n").replace(ID, "ID");
    insta::assert_snapshot!(text, @"
    GET /health: public
    POST /oauth/token: oauth
    GET /pass/{token}: public
    GET /v1/bundle: door
    GET /v1/carried: resident
    PUT /v1/carried/records: resident
    GET /v1/carrier/credential: carrier
    GET /v1/clips/ID: resident
    PUT /v1/clips/ID: door
    GET /v1/clips/ID/fragments/1: resident
    PUT /v1/clips/ID/fragments/1: door
    GET /v1/clips/ID/prefix: resident
    PUT /v1/clips/ID/prefix: door
    GET /v1/clips/ID/thumbnail: resident
    PUT /v1/clips/ID/thumbnail: door
    GET /v1/clips/ID/upload: door
    DELETE /v1/code: resident
    GET /v1/code: resident
    POST /v1/code: resident
    POST /v1/credentials: resident
    GET /v1/devices: resident
    DELETE /v1/devices/ID: resident
    PUT /v1/door: door
    GET /v1/door/code-key: door
    GET /v1/doors: resident
    GET /v1/doors/ID/live: resident
    GET /v1/doors/ID/relay: resident
    POST /v1/enrolments: public
    GET /v1/entries: resident
    GET /v1/events: events
    GET /v1/live: door
    GET /v1/log/checkpoint: log
    GET /v1/log/tile/0/000.p/1: log
    GET /v1/me: resident
    GET /v1/passes: resident
    POST /v1/passes: resident
    DELETE /v1/passes/ID: resident
    PUT /v1/passes/ID: resident
    GET /v1/policy: resident
    DELETE /v1/push: resident
    GET /v1/push: resident
    PUT /v1/push: resident
    PUT /v1/records: door
    GET /v1/relays/ID: door
    DELETE /v1/residents/ID: resident
    GET /v1/watches: resident
    ");
}

#[tokio::test]
async fn every_guarded_endpoint_refuses_a_caller_without_a_token() {
    let all = Everybody::meet().await;
    for endpoint in guarded() {
        let answer = all
            .raw
            .send(&endpoint.method, &endpoint.path, &[], "{")
            .await;
        assert_eq!(answer.brief(), "401 unauthorized", "{}", endpoint.path);
        assert_eq!(answer.challenge.as_deref(), Some(r#"DPoP algs="EdDSA""#));
    }
}

#[tokio::test]
async fn every_guarded_endpoint_refuses_every_other_class_of_caller_and_no_own_one() {
    let all = Everybody::meet().await;
    for endpoint in guarded() {
        for (class, caller) in &all.callers {
            // The event stream never ends by itself.
            if endpoint.path == "/v1/events" && classes(&endpoint.tag).contains(class) {
                continue;
            }
            let token = all.raw.token(caller).await;
            let answer = all.ask(&endpoint, &token, &caller.seed).await;
            let refused = answer.brief() == "403 forbidden";
            let allowed = classes(&endpoint.tag).contains(class);
            assert_eq!(
                refused,
                !allowed,
                "{class} {}: {}",
                endpoint.path,
                answer.brief()
            );
            assert_ne!(
                answer.status,
                401,
                "{class} {}: {}",
                endpoint.path,
                answer.brief()
            );
        }
    }
}

#[tokio::test]
async fn every_guarded_endpoint_refuses_a_token_with_another_keys_proof() {
    let all = Everybody::meet().await;
    for endpoint in guarded() {
        let [own, .., other] = classes_of(&all, &endpoint);
        let token = all.raw.token(own).await;
        let answer = all.ask(&endpoint, &token, &other.seed).await;
        assert_eq!(answer.brief(), "401 invalid_proof", "{}", endpoint.path);
    }
}

#[tokio::test]
async fn every_guarded_endpoint_refuses_a_proof_that_was_used_before() {
    let all = Everybody::meet().await;
    for endpoint in guarded() {
        let Endpoint { method, path, .. } = &endpoint;
        // The first use is by a class that is refused, so that event streams end.
        let [_, other] = classes_of(&all, &endpoint);
        let token = all.raw.token(other).await;
        let proof = all.raw.proof(&other.seed, method, path, Some(&token)).await;
        let headers = authorised(&token, proof);
        let first = all.raw.send(method, path, &headers, "{").await;
        assert_eq!(first.brief(), "403 forbidden", "{path}");
        let second = all.raw.send(method, path, &headers, "{").await;
        assert_eq!(second.brief(), "401 invalid_proof", "{path}");
    }
}

/// A caller that may use the endpoint and one that may not.
fn classes_of<'a>(all: &'a Everybody, endpoint: &Endpoint) -> [&'a Enrolee; 2] {
    let allowed = classes(&endpoint.tag);
    let other = all
        .callers
        .keys()
        .find(|class| !allowed.contains(class))
        .unwrap();
    [&all.callers[allowed[0]], &all.callers[other]]
}

#[tokio::test]
async fn a_revoked_device_loses_the_hub_with_its_next_request() {
    let all = Everybody::meet().await;
    let maya = &all.callers["resident"];
    let credential = &maya.client.credentials().await.unwrap()[0];
    let now = all.hub.clock.now_s();
    all.hub.store().revoke(credential.grant, now).await.unwrap();
    let refused = maya.client.doors().await.unwrap_err();
    assert_eq!(refused.code(), Some(hub_api::ErrorCode::Revoked));
    let answer = all.raw.ask_token(maya, &maya.seed, |_| {}).await;
    assert_eq!(answer.brief(), "403 revoked");
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_same_words() {
    let hub = TestHub::start().await;
    let raw = hub.raw();
    let answer = raw.send("GET", "/v1/nothing", &[], "").await;
    assert_eq!(answer.brief(), "404 not_found");
    let answer = raw.send("DELETE", "/v1/doors", &[], "").await;
    assert_eq!(answer.brief(), "405 method_not_allowed");
    assert_eq!(answer.body["retryable"], Value::Bool(false));
    let document = raw.send("GET", "/openapi.json", &[], "").await;
    assert_eq!(document.body["info"]["title"], "Vestibule hub");
}
