//! One push to one endpoint.

use std::sync::Arc;
use std::time::Duration;

use hub_api::WAKE_UP;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use reqwest::redirect::Policy;
use reqwest::{Certificate, StatusCode};
use url::Url;
use web_push_native::p256::PublicKey;
use web_push_native::{Auth, encrypt};

use super::VapidKey;
use super::address::{Reach, Resolver, checked_endpoint};
use crate::data::{DataError, PushSettings};
use crate::store::PushTarget;

const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");

/// How long a push server keeps a push for a device that it cannot reach, in seconds: a day.
const LIFETIME_S: &str = "86400";

/// A push that was not delivered yet is replaced by the next one.
const ONLY_TOPIC: &str = "vestibule";

const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends pushes.
#[derive(Debug)]
pub(crate) struct Sender {
    http: reqwest::Client,
    reach: Reach,
    contact: String,
    key: VapidKey,
}

/// Why no pushes can be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SenderError {
    /// The hub's key for it cannot be read or made.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The certificate of the settings cannot be read.
    #[error("push.certificate in hub.toml cannot be used: {0}")]
    Certificate(String),
    /// The HTTP client cannot be made.
    #[error("pushes cannot be sent: {0}")]
    Client(#[from] reqwest::Error),
}

/// What came of a push in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The push server has it.
    Taken,
    /// The endpoint will never take one again.
    Gone,
    /// The push server does not want it.
    Refused(u16),
    /// Nobody answers.
    Failed,
}

/// What came of one attempt.
pub(super) enum Attempt {
    Over(Outcome),
    /// A later one may come to something else.
    Again(Outcome),
}

impl Sender {
    pub(super) fn new(settings: &PushSettings, key: VapidKey) -> Result<Self, SenderError> {
        // Whoever came first has installed the same.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let reach = Reach::of(settings);
        let mut http = reqwest::Client::builder()
            .https_only(true)
            .no_proxy()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .dns_resolver(Arc::new(Resolver(reach)));
        if let Some(path) = &settings.certificate {
            let unreadable = |error: &dyn std::fmt::Display| {
                SenderError::Certificate(format!("{}: {error}", path.display()))
            };
            let pem = std::fs::read(path).map_err(|error| unreadable(&error))?;
            let root = Certificate::from_pem(&pem).map_err(|error| unreadable(&error))?;
            http = http.tls_certs_merge([root]);
        }
        Ok(Self {
            http: http.build()?,
            reach,
            contact: settings.contact.clone(),
            key,
        })
    }

    /// Wakes a device.
    pub(super) async fn wake(&self, target: &PushTarget, now: u64) -> Attempt {
        let Some((endpoint, sealed)) = self.prepared(target) else {
            // What was registered under other settings, or is no key: it never becomes one.
            return Attempt::Over(Outcome::Gone);
        };
        let Ok(authorization) = self.key.authorization(&endpoint, &self.contact, now) else {
            return Attempt::Over(Outcome::Failed);
        };
        let sent = self
            .http
            .post(endpoint)
            .header(TTL, LIFETIME_S)
            .header(URGENCY, "high")
            .header(TOPIC, ONLY_TOPIC)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(AUTHORIZATION, authorization)
            .body(sealed)
            .send()
            .await;
        match sent {
            Ok(response) => attempt(response.status()),
            // The error would tell the endpoint.
            Err(_) => Attempt::Again(Outcome::Failed),
        }
    }

    fn prepared(&self, target: &PushTarget) -> Option<(Url, Vec<u8>)> {
        let endpoint = target.endpoint.parse().ok()?;
        checked_endpoint(&endpoint, self.reach).ok()?;
        let key = PublicKey::from_sec1_bytes(&target.p256dh).ok()?;
        let sealed = encrypt(WAKE_UP.to_vec(), &key, &Auth::from(target.auth)).ok()?;
        Some((endpoint, sealed))
    }
}

/// RFC 8030 sections 5 and 7.3.
fn attempt(status: StatusCode) -> Attempt {
    match status {
        status if status.is_success() => Attempt::Over(Outcome::Taken),
        StatusCode::NOT_FOUND | StatusCode::GONE => Attempt::Over(Outcome::Gone),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Attempt::Again(Outcome::Refused(status.as_u16()))
        }
        status if status.is_server_error() => Attempt::Again(Outcome::Refused(status.as_u16())),
        status => Attempt::Over(Outcome::Refused(status.as_u16())),
    }
}
