use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::sync::Mutex;

use super::transport::Request;
use super::{ClientError, Inner};
use crate::oauth::{
    ASSERTION_TYPE, AssertionClaims, GRANT_TYPE, TOKEN_PATH, TokenResponse, fresh_id,
};

/// A token is renewed this long before it ends.
const RENEW_BEFORE: Duration = Duration::from_secs(30);
const ASSERTION_LIFETIME_S: u64 = 60;

/// The current access token; one request at a time renews it.
#[derive(Default)]
pub(super) struct TokenCache(Mutex<Option<Token>>);

struct Token {
    value: String,
    renew_at: Instant,
}

impl std::fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenCache")
    }
}

impl Inner {
    /// A token that is good for a while; fetched when there is none.
    pub(super) async fn token(&self) -> Result<String, ClientError> {
        let mut cached = self.token.0.lock().await;
        if let Some(token) = cached
            .as_ref()
            .filter(|token| Instant::now() < token.renew_at)
        {
            return Ok(token.value.clone());
        }
        let fresh = self.fetch_token().await?;
        let lifetime = Duration::from_secs(fresh.expires_in);
        let renew_at = Instant::now() + lifetime.saturating_sub(RENEW_BEFORE);
        *cached = Some(Token {
            value: fresh.access_token.clone(),
            renew_at,
        });
        Ok(fresh.access_token)
    }

    /// Drops `token`, which the hub no longer takes.
    pub(super) async fn forget_token(&self, token: &str) {
        self.token
            .0
            .lock()
            .await
            .take_if(|cached| cached.value == token);
    }

    async fn fetch_token(&self) -> Result<TokenResponse, ClientError> {
        // The first try teaches the hub's clock, so the assertion is made anew for the second.
        match self.request_token().await {
            Err(error) if error.code() == Some(crate::ErrorCode::InvalidClient) => {
                self.request_token().await
            }
            result => result,
        }
    }

    async fn request_token(&self) -> Result<TokenResponse, ClientError> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", GRANT_TYPE)
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", &self.assertion()?)
            .finish();
        let request =
            Request::new(Method::POST, TOKEN_PATH).body("application/x-www-form-urlencoded", form);
        let response = self.transport.send(&self.key, None, &request).await?;
        let body = response
            .bytes()
            .await
            .map_err(ClientError::from_transport)?;
        serde_json::from_slice(&body).map_err(|error| ClientError::Unexpected(error.to_string()))
    }

    fn assertion(&self) -> Result<String, ClientError> {
        let url = self
            .transport
            .origin()
            .join(TOKEN_PATH)
            .map_err(|_| ClientError::Key)?;
        let now_s = self.transport.now_s();
        let claims = AssertionClaims {
            iss: self.client_id.clone(),
            sub: self.client_id.clone(),
            aud: url.into(),
            jti: fresh_id(),
            iat: now_s,
            exp: now_s.saturating_add(ASSERTION_LIFETIME_S),
        };
        self.key.assert(&claims).map_err(|_| ClientError::Key)
    }
}
