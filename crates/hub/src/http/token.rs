//! Access tokens: at most 10 minutes, bound to the client's key.

use access::base64url;
use axum::extract::State;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use hub_api::ErrorCode;
use hub_api::oauth::{
    ASSERTION_TYPE, AssertionClaims, AuthKeyError, GRANT_TYPE, TOKEN_PATH, TokenRequest,
    TokenResponse, fresh_id,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::extract::{Form, Json};
use super::proof::{ProvenKey, digest};
use super::{App, Refused};
use crate::store::{Client, ClientSubject};

/// How long a token is good, in seconds.
const TOKEN_LIFETIME_S: u64 = 600;
/// How far ahead an assertion may end: less than a nonce lives, so that its use is remembered.
const MAX_ASSERTION_LIFETIME_S: u64 = 120;
const TOKEN_TYPE: &str = "at+jwt";

/// Signs and checks access tokens (RFC 9068).
pub(super) struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
}

/// What a token says. Everything else about the caller is looked up for each request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TokenClaims {
    /// The `client_id`.
    pub(super) sub: String,
    /// When it ends, unix seconds.
    pub(super) exp: u64,
    iat: u64,
    jti: String,
    cnf: Confirmation,
}

/// RFC 9449 section 6.1.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Confirmation {
    jkt: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    pub(super) fn new(seed: &[u8; 32]) -> Result<Self, AuthKeyError> {
        let key = SigningKey::from_bytes(seed);
        let der = key.to_pkcs8_der().map_err(|_| AuthKeyError)?;
        let public = base64url::encode(key.verifying_key().as_bytes());
        Ok(Self {
            signing: EncodingKey::from_ed_der(der.as_bytes()),
            checking: DecodingKey::from_ed_components(&public).map_err(|_| AuthKeyError)?,
        })
    }

    fn mint(&self, client_id: &str, thumbprint: &str, now: u64) -> Result<String, Refused> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TOKEN_TYPE.to_owned());
        let claims = TokenClaims {
            sub: client_id.to_owned(),
            exp: now.saturating_add(TOKEN_LIFETIME_S),
            iat: now,
            jti: fresh_id(),
            cnf: Confirmation {
                jkt: thumbprint.to_owned(),
            },
        };
        jsonwebtoken::encode(&header, &claims, &self.signing)
            .map_err(|error| Refused::internal(&error))
    }

    /// Checks signature and time of a token.
    pub(super) fn check(&self, token: &str, now: u64) -> Result<TokenClaims, Refused> {
        let decoded = jsonwebtoken::decode::<TokenClaims>(token, &self.checking, &signature_only());
        let data = decoded.map_err(|_| stale("It is not one of this hub's."))?;
        if data.header.typ.as_deref() != Some(TOKEN_TYPE) {
            return Err(stale("It is not one of this hub's."));
        }
        if data.claims.exp <= now {
            return Err(stale("It ended."));
        }
        Ok(data.claims)
    }
}

impl TokenClaims {
    /// Whether the token was made for this key.
    pub(super) fn is_bound_to(&self, key: &ProvenKey) -> bool {
        self.cnf.jkt == key.thumbprint
    }
}

/// Times are checked against the hub's own clock, after the signature.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

fn stale(why: &str) -> Refused {
    let message = format!("The access token is refused: {why} Ask for a new one.");
    Refused::retryable(ErrorCode::InvalidToken, message)
}

/// Issues an access token to a registered client.
#[utoipa::path(
    post, path = "/oauth/token", tag = "oauth",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenResponse),
        (status = "4XX", body = hub_api::ApiError),
    ),
)]
pub(super) async fn issue_token(
    State(app): State<App>,
    proven: ProvenKey,
    Form(request): Form<TokenRequest>,
) -> Result<Json<TokenResponse>, Refused> {
    if request.grant_type != GRANT_TYPE || request.client_assertion_type != ASSERTION_TYPE {
        let message = "Only client_credentials with a jwt-bearer client_assertion is known here.";
        return Err(Refused::new(ErrorCode::InvalidRequest, message));
    }
    let client = authenticate(&app, &request.client_assertion).await?;
    if client.key != proven.key {
        let message = "The DPoP proof is refused: it is not made with the client's own key.";
        return Err(Refused::new(ErrorCode::InvalidProof, message));
    }
    if client.revoked {
        return Err(super::callers::revoked());
    }
    if let ClientSubject::Device {
        building, device, ..
    } = client.subject
    {
        app.hub.note_seen(building, device).await?;
    }
    let now = app.hub.clock.now_s();
    Ok(Json(TokenResponse {
        access_token: app.tokens.mint(&client.id, &proven.thumbprint, now)?,
        token_type: "DPoP".to_owned(),
        expires_in: TOKEN_LIFETIME_S,
    }))
}

/// `private_key_jwt`: RFC 7523 section 3.
async fn authenticate(app: &App, assertion: &str) -> Result<Client, Refused> {
    let unverified = jsonwebtoken::dangerous::insecure_decode::<AssertionClaims>(assertion)
        .map_err(|_| invalid_client())?;
    let client = app.hub.store.client(&unverified.claims.sub).await?;
    let client = client.ok_or_else(invalid_client)?;
    let key = DecodingKey::from_ed_components(&base64url::encode(client.key));
    let key = key.map_err(|_| invalid_client())?;
    let claims = jsonwebtoken::decode::<AssertionClaims>(assertion, &key, &signature_only())
        .map_err(|_| invalid_client())?
        .claims;
    let now = app.hub.clock.now_s();
    let fresh = (now..=now.saturating_add(MAX_ASSERTION_LIFETIME_S)).contains(&claims.exp);
    let ours = claims.iss == client.id && claims.sub == client.id && is_audience(app, &claims.aud);
    if fresh
        && ours
        && app
            .proofs
            .admit_once(digest(&["assertion", &client.id, &claims.jti]))
    {
        Ok(client)
    } else {
        Err(invalid_client())
    }
}

fn is_audience(app: &App, audience: &str) -> bool {
    let endpoints = app
        .origins
        .iter()
        .filter_map(|origin| origin.join(TOKEN_PATH).ok());
    endpoints
        .into_iter()
        .any(|endpoint| endpoint.as_str() == audience)
}

/// One answer for every cause, so that nobody learns which clients exist.
fn invalid_client() -> Refused {
    Refused::new(
        ErrorCode::InvalidClient,
        "The client assertion is refused: the client is unknown, or the assertion is not its own, \
         not for this hub, used before or out of date.",
    )
}
