//! Tokens and proofs.

use hub_api::oauth::{AuthKey, PROOF_HEADER, ProofClaims, TokenResponse, public_jwk};
use hub_api::{Client, ClientError, ClientIdentity, KeyHash};

use crate::support::{Answer, Enrolee, Raw, TestHub, authorised, random32};

const DOORS: &str = "/v1/doors";

type Change = fn(&mut ProofClaims);

async fn resident() -> (TestHub, Raw, Enrolee) {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let raw = hub.raw();
    (hub, raw, maya)
}

async fn with_proof(raw: &Raw, who: &Enrolee, change: impl FnOnce(&mut ProofClaims)) -> Answer {
    let token = raw.token(who).await;
    let mut claims = raw.claims("GET", DOORS, Some(&token)).await;
    change(&mut claims);
    let proof = AuthKey::from_seed(&who.seed)
        .unwrap()
        .prove(&claims)
        .unwrap();
    raw.send("GET", DOORS, &authorised(&token, proof), "").await
}

#[tokio::test]
async fn a_good_proof_is_taken_whatever_the_clients_clock_says() {
    let (_hub, raw, maya) = resident().await;
    assert_eq!(with_proof(&raw, &maya, |_| {}).await.brief(), "200 ok");
    assert_eq!(
        with_proof(&raw, &maya, |it| it.iat = 4_000_000_000)
            .await
            .brief(),
        "200 ok"
    );
}

#[tokio::test]
async fn a_proof_for_anything_else_is_refused() {
    let (_hub, raw, maya) = resident().await;
    let mut said = Vec::new();
    let changes: [(&str, Change); 7] = [
        ("method", |it| it.htm = "POST".into()),
        ("path", |it| it.htu = it.htu.replace("doors", "entries")),
        ("host", |it| it.htu = "https://hub.example/v1/doors".into()),
        ("scheme", |it| it.htu = it.htu.replace("https", "http")),
        ("token", |it| {
            it.ath = Some(hub_api::oauth::token_hash("another"));
        }),
        ("no token", |it| it.ath = None),
        ("no id", |it| it.jti = String::new()),
    ];
    for (what, change) in changes {
        let answer = with_proof(&raw, &maya, change).await;
        said.push(format!(
            "{what}: {} {}",
            answer.brief(),
            answer.body["message"]
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    method: 401 invalid_proof "The DPoP proof is refused: it is made for another method."
    path: 401 invalid_proof "The DPoP proof is refused: it is made for another URL."
    host: 401 invalid_proof "The DPoP proof is refused: it is made for another URL."
    scheme: 401 invalid_proof "The DPoP proof is refused: it is made for another URL."
    token: 401 invalid_proof "The DPoP proof is refused: it is not made for this access token."
    no token: 401 invalid_proof "The DPoP proof is refused: it is not made for this access token."
    no id: 401 invalid_proof "The DPoP proof is refused: its jti is empty or too long."
    "#);
}

#[tokio::test]
async fn a_proof_needs_a_fresh_nonce_and_an_old_one_is_told_so() {
    let (hub, raw, maya) = resident().await;
    let answer = with_proof(&raw, &maya, |it| it.nonce = None).await;
    assert_eq!(answer.brief(), "401 use_dpop_nonce");
    let challenge = answer.challenge.unwrap();
    assert_eq!(challenge, r#"DPoP algs="EdDSA", error="use_dpop_nonce""#);
    assert_eq!(answer.body["error"], "use_dpop_nonce");
    let old = raw.claims("GET", DOORS, None).await.nonce;
    hub.clock.advance(181);
    let taken = with_proof(&raw, &maya, |it| it.nonce.clone_from(&old)).await;
    assert_eq!(taken.brief(), "200 ok");
    hub.clock.advance(181);
    let refused = with_proof(&raw, &maya, |it| it.nonce.clone_from(&old)).await;
    assert_eq!(refused.brief(), "401 use_dpop_nonce");
}

#[tokio::test]
async fn a_proof_from_before_a_restart_is_refused_after_it() {
    let (mut hub, raw, maya) = resident().await;
    let token = raw.token(&maya).await;
    let proof = raw.proof(&maya.seed, "GET", DOORS, Some(&token)).await;
    hub.stop().await;
    hub.resume().await;
    let raw = hub.raw();
    let answer = raw.send("GET", DOORS, &authorised(&token, proof), "").await;
    assert_eq!(answer.brief(), "401 use_dpop_nonce");
    assert_eq!(raw.call(&maya, "GET", DOORS, "").await.brief(), "200 ok");
}

#[tokio::test]
async fn two_proofs_no_proof_and_a_bearer_token_are_refused() {
    let (_hub, raw, maya) = resident().await;
    let token = raw.token(&maya).await;
    let one = raw.proof(&maya.seed, "GET", DOORS, Some(&token)).await;
    let two = raw.proof(&maya.seed, "GET", DOORS, Some(&token)).await;
    let bound = ("authorization", format!("DPoP {token}"));
    let headers = [
        bound.clone(),
        (PROOF_HEADER, one),
        (PROOF_HEADER, two.clone()),
    ];
    let answer = raw.send("GET", DOORS, &headers, "").await;
    assert_eq!(answer.brief(), "401 invalid_proof");
    assert_eq!(
        raw.send("GET", DOORS, &[bound], "").await.brief(),
        "401 invalid_proof"
    );
    let bearer = ("authorization", format!("Bearer {token}"));
    let answer = raw
        .send("GET", DOORS, &[bearer, (PROOF_HEADER, two)], "")
        .await;
    assert_eq!(answer.brief(), "401 unauthorized");
}

#[tokio::test]
async fn a_proof_that_names_another_key_than_signed_it_is_refused() {
    let (_hub, raw, maya) = resident().await;
    let token = raw.token(&maya).await;
    let claims = raw.claims("GET", DOORS, Some(&token)).await;
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
    header.typ = Some("dpop+jwt".into());
    let own = ed25519_dalek::SigningKey::from_bytes(&maya.seed).verifying_key();
    header.jwk = Some(public_jwk(own.as_bytes()));
    let forger = ed25519_dalek::SigningKey::from_bytes(&random32());
    let der = ed25519_dalek::pkcs8::EncodePrivateKey::to_pkcs8_der(&forger).unwrap();
    let key = jsonwebtoken::EncodingKey::from_ed_der(der.as_bytes());
    let proof = jsonwebtoken::encode(&header, &claims, &key).unwrap();
    let answer = raw.send("GET", DOORS, &authorised(&token, proof), "").await;
    assert_eq!(answer.brief(), "401 invalid_proof");
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes_and_the_client_renews_it_by_itself() {
    let (hub, raw, maya) = resident().await;
    let answer = raw.ask_token(&maya, &maya.seed, |_| {}).await;
    let response: TokenResponse = serde_json::from_value(answer.body).unwrap();
    assert_eq!(response.expires_in, 600);
    maya.client.doors().await.unwrap();
    hub.clock.advance(600);
    let proof = raw
        .proof(&maya.seed, "GET", DOORS, Some(&response.access_token))
        .await;
    let headers = authorised(&response.access_token, proof);
    assert_eq!(
        raw.send("GET", DOORS, &headers, "").await.brief(),
        "401 invalid_token"
    );
    maya.client.doors().await.unwrap();
}

#[tokio::test]
async fn a_token_that_was_altered_or_made_elsewhere_is_refused() {
    let (_hub, raw, maya) = resident().await;
    let (_other_hub, other, maya_elsewhere) = resident().await;
    let own = raw.token(&maya).await;
    let foreign = other.token(&maya_elsewhere).await;
    let altered = own.replacen('.', ".e", 1);
    for token in [foreign, altered, "nonsense".to_owned()] {
        let proof = raw.proof(&maya.seed, "GET", DOORS, Some(&token)).await;
        let answer = raw.send("GET", DOORS, &authorised(&token, proof), "").await;
        assert_eq!(answer.brief(), "401 invalid_token");
    }
}

#[tokio::test]
async fn an_assertion_must_be_the_clients_own_for_this_hub_fresh_and_unused() {
    let (_hub, raw, maya) = resident().await;
    let ask =
        |change: fn(&mut hub_api::oauth::AssertionClaims)| raw.ask_token(&maya, &maya.seed, change);
    assert_eq!(ask(|_| {}).await.brief(), "200 ok");
    assert_eq!(
        ask(|it| it.aud = "https://hub.example/oauth/token".into())
            .await
            .brief(),
        "401 invalid_client"
    );
    assert_eq!(
        ask(|it| it.sub = "device-unknown".into()).await.brief(),
        "401 invalid_client"
    );
    assert_eq!(
        ask(|it| it.iss = "somebody".into()).await.brief(),
        "401 invalid_client"
    );
    assert_eq!(ask(|it| it.exp -= 120).await.brief(), "401 invalid_client");
    assert_eq!(ask(|it| it.exp += 3600).await.brief(), "401 invalid_client");
    let stolen = raw.ask_token(&maya, &random32(), |_| {}).await;
    assert_eq!(stolen.brief(), "401 invalid_proof");

    assert_eq!(ask(|it| it.jti = "once".into()).await.brief(), "200 ok");
    assert_eq!(
        ask(|it| it.jti = "once".into()).await.brief(),
        "401 invalid_client"
    );
}

#[tokio::test]
async fn a_hub_with_another_key_is_not_trusted() {
    let (hub, _raw, maya) = resident().await;
    let identity = ClientIdentity::new(&maya.enrolled.client_id, maya.seed);
    let client = Client::new(&hub.url(), KeyHash::of_spki(b"another"), &identity).unwrap();
    let error = client.doors().await.unwrap_err();
    assert!(matches!(error, ClientError::NotTrusted), "{error:?}");
    assert!(!error.retryable());
}

#[tokio::test]
async fn a_hub_that_is_down_is_unreachable_and_worth_trying_again() {
    let (mut hub, _raw, maya) = resident().await;
    maya.client.doors().await.unwrap();
    hub.stop().await;
    let error = maya.client.doors().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(_)), "{error:?}");
    assert!(error.retryable());
    hub.resume().await;
    maya.client.doors().await.unwrap();
}
