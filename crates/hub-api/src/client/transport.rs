use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::{ClientError, tls};
use crate::oauth::{self, AuthKey, NONCE_HEADER, PROOF_HEADER, ProofClaims};
use crate::{ApiError, ErrorCode, KeyHash};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two reads; longer than the keep-alive of an event stream.
const READ_TIMEOUT: Duration = Duration::from_secs(45);
/// How often a request is repeated because the hub asked for a fresh nonce.
const NONCE_RETRIES: usize = 2;

/// One request, before it is authorised.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Request {
    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
        }
    }

    pub(super) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query
            .extend(value.map(|value| (name, value.to_string())));
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(super) fn body(mut self, content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = Some(bytes.into());
        self
    }

    pub(super) fn json(self, body: &impl serde::Serialize) -> Result<Self, ClientError> {
        let text =
            serde_json::to_vec(body).map_err(|error| ClientError::Unexpected(error.to_string()))?;
        Ok(self.body("application/json", text))
    }
}

/// Sends requests with `DPoP` proofs over pinned TLS.
#[derive(Debug)]
pub(super) struct Transport {
    http: reqwest::Client,
    origin: Url,
    nonce: Mutex<Option<String>>,
    /// The hub's clock minus ours, in seconds: a door may have no clock of its own.
    clock_offset_s: AtomicI64,
    /// What the hub's clock showed last, and when that was.
    told: Mutex<Option<(SystemTime, Instant)>>,
}

impl Transport {
    pub(super) fn new(hub: &Url, key_hash: KeyHash) -> Result<Self, ClientError> {
        if hub.scheme() != "https" {
            return Err(ClientError::Key);
        }
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::pinned(key_hash)?)
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(|_| ClientError::Key)?;
        let origin = hub.join("/").map_err(|_| ClientError::Key)?;
        let (nonce, clock_offset_s) = (Mutex::default(), AtomicI64::new(0));
        let told = Mutex::default();
        Ok(Self {
            http,
            origin,
            nonce,
            clock_offset_s,
            told,
        })
    }

    pub(super) fn origin(&self) -> &Url {
        &self.origin
    }

    /// Unix seconds by the hub's clock, as far as it is known.
    pub(super) fn now_s(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        since
            .as_secs()
            .saturating_add_signed(self.clock_offset_s.load(Ordering::Relaxed))
    }

    /// Sends `request` proven by `key`; again when the hub asks for a fresh nonce, and once when a
    /// connection that was kept open turns out to be dead. Every call may be repeated safely.
    pub(super) async fn send(
        &self,
        key: &AuthKey,
        token: Option<&str>,
        request: &Request,
    ) -> Result<Response, ClientError> {
        let (mut nonce_retries, mut may_reconnect) = (NONCE_RETRIES, true);
        loop {
            let error = match self.exchange(key, token, request).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            match &error {
                ClientError::Lost(cause) if may_reconnect && !cause.is_timeout() => {
                    may_reconnect = false;
                }
                ClientError::Refused { error: refusal, .. }
                    if nonce_retries > 0 && refusal.code == ErrorCode::UseDpopNonce =>
                {
                    nonce_retries -= 1;
                }
                _ => return Err(error),
            }
        }
    }

    async fn exchange(
        &self,
        key: &AuthKey,
        token: Option<&str>,
        request: &Request,
    ) -> Result<Response, ClientError> {
        let response = self.send_once(key, token, request).await?;
        self.learn(response.headers());
        refusal(response).await
    }

    async fn send_once(
        &self,
        key: &AuthKey,
        token: Option<&str>,
        request: &Request,
    ) -> Result<Response, ClientError> {
        let mut url = self
            .origin
            .join(&request.path)
            .map_err(|_| ClientError::Key)?;
        let proof = self.prove(key, token, request.method.as_str(), url.as_str())?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let mut builder = self.http.request(request.method.clone(), url);
        builder = builder
            .headers(request.headers.clone())
            .header(PROOF_HEADER, proof);
        if let Some(token) = token {
            builder = builder.header(AUTHORIZATION, format!("DPoP {token}"));
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        builder.send().await.map_err(ClientError::from_transport)
    }

    fn prove(
        &self,
        key: &AuthKey,
        token: Option<&str>,
        method: &str,
        url: &str,
    ) -> Result<String, ClientError> {
        let claims = ProofClaims {
            jti: oauth::fresh_id(),
            htm: method.to_owned(),
            htu: url.to_owned(),
            iat: self.now_s(),
            ath: token.map(oauth::token_hash),
            nonce: self
                .nonce
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        };
        key.prove(&claims).map_err(|_| ClientError::Key)
    }

    /// Keeps the nonce and the clock that every answer carries.
    fn learn(&self, headers: &HeaderMap) {
        let Some(nonce) = headers
            .get(NONCE_HEADER)
            .and_then(|value| value.to_str().ok())
        else {
            return;
        };
        *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let Some(Ok(theirs)) = date.map(httpdate::parse_http_date) else {
            return;
        };
        let offset_s = match theirs.duration_since(SystemTime::now()) {
            Ok(ahead) => i64::try_from(ahead.as_secs()).unwrap_or(0),
            Err(behind) => -i64::try_from(behind.duration().as_secs()).unwrap_or(0),
        };
        self.clock_offset_s.store(offset_s, Ordering::Relaxed);
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some((theirs, Instant::now()));
    }

    /// Unix milliseconds by the hub's clock, whatever this machine's shows.
    pub(super) fn told_ms(&self) -> Option<u64> {
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (theirs, at) = told?;
        let since = theirs.duration_since(UNIX_EPOCH).ok()? + at.elapsed();
        u64::try_from(since.as_millis()).ok()
    }
}

/// Turns an answer that is no success into the error its body says.
async fn refusal(response: Response) -> Result<Response, ClientError> {
    let status = response.status();
    if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(response);
    }
    let body = response
        .bytes()
        .await
        .map_err(ClientError::from_transport)?;
    Err(match serde_json::from_slice::<ApiError>(&body) {
        Ok(error) => ClientError::Refused {
            status: status.as_u16(),
            error,
        },
        Err(_) => ClientError::Unexpected(format!("status {status}")),
    })
}
