//! Requests made by hand, for what the real client would never send.

use std::sync::Mutex;

use hub::Clock;
use hub_api::oauth::{
    ASSERTION_TYPE, AssertionClaims, AuthKey, GRANT_TYPE, NONCE_HEADER, PROOF_HEADER, ProofClaims,
    TOKEN_PATH, TokenResponse, fresh_id, token_hash,
};
use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::Enrolee;

pub(crate) struct Raw {
    http: reqwest::Client,
    pub(crate) origin: Url,
    nonce: Mutex<Option<String>>,
    clock: Clock,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: Option<String>,
    pub(crate) body: Value,
}

impl Answer {
    /// Status and code, as `401 invalid_proof`.
    pub(crate) fn brief(&self) -> String {
        format!(
            "{} {}",
            self.status,
            self.body["code"].as_str().unwrap_or("ok")
        )
    }
}

impl Raw {
    pub(crate) fn new(origin: Url, clock: Clock) -> Self {
        // Another test may have installed it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            origin,
            nonce: Mutex::default(),
            clock,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.origin.join(path).unwrap().to_string()
    }

    /// What a browser gets.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let mut request = self.http.get(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Sends a request with exactly these headers.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.unwrap();
        if let Some(nonce) = response.headers().get(NONCE_HEADER) {
            *self.nonce.lock().unwrap() = Some(nonce.to_str().unwrap().to_owned());
        }
        let challenge = response.headers().get("www-authenticate");
        let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let text = response.text().await.unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer {
            status,
            challenge,
            body,
        }
    }

    /// The claims of a good proof.
    pub(crate) async fn claims(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
    ) -> ProofClaims {
        if self.nonce.lock().unwrap().is_none() {
            self.send("GET", "/health", &[], "").await;
        }
        let url = Url::parse(&self.url(path)).unwrap();
        ProofClaims {
            jti: fresh_id(),
            htm: method.to_owned(),
            htu: url.origin().ascii_serialization() + url.path(),
            iat: 1,
            ath: token.map(token_hash),
            nonce: self.nonce.lock().unwrap().clone(),
        }
    }

    pub(crate) async fn proof(
        &self,
        seed: &[u8; 32],
        method: &str,
        path: &str,
        token: Option<&str>,
    ) -> String {
        let claims = self.claims(method, path, token).await;
        AuthKey::from_seed(seed).unwrap().prove(&claims).unwrap()
    }

    /// A request as the enrolled client would make it.
    pub(crate) async fn call(&self, who: &Enrolee, method: &str, path: &str, body: &str) -> Answer {
        let token = self.token(who).await;
        let proof = self.proof(&who.seed, method, path, Some(&token)).await;
        self.send(method, path, &authorised(&token, proof), body.to_owned())
            .await
    }

    pub(crate) async fn token(&self, who: &Enrolee) -> String {
        let answer = self.ask_token(who, &who.seed, |_| {}).await;
        let response: TokenResponse = serde_json::from_value(answer.body).unwrap();
        response.access_token
    }

    /// Asks for a token with a changed assertion and a proof by any key.
    pub(crate) async fn ask_token(
        &self,
        who: &Enrolee,
        proof_seed: &[u8; 32],
        change: impl FnOnce(&mut AssertionClaims),
    ) -> Answer {
        let now = self.clock.now_s();
        let id = &who.enrolled.client_id;
        let mut claims = AssertionClaims {
            iss: id.clone(),
            sub: id.clone(),
            aud: self.url(TOKEN_PATH),
            jti: fresh_id(),
            iat: now,
            exp: now + 60,
        };
        change(&mut claims);
        let assertion = AuthKey::from_seed(&who.seed)
            .unwrap()
            .assert(&claims)
            .unwrap();
        self.send_token_request(&assertion, proof_seed).await
    }

    pub(crate) async fn send_token_request(&self, assertion: &str, seed: &[u8; 32]) -> Answer {
        let proof = self.proof(seed, "POST", TOKEN_PATH, None).await;
        let form = "application/x-www-form-urlencoded".to_owned();
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", GRANT_TYPE)
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", assertion)
            .finish();
        self.send(
            "POST",
            TOKEN_PATH,
            &[(PROOF_HEADER, proof), ("content-type", form)],
            body,
        )
        .await
    }
}

/// The headers of an authorised JSON request.
pub(crate) fn authorised(token: &str, proof: String) -> [(&'static str, String); 3] {
    [
        ("authorization", format!("DPoP {token}")),
        (PROOF_HEADER, proof),
        ("content-type", "application/json".to_owned()),
    ]
}
