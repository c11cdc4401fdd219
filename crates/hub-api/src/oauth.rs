//! Client authentication and sender-constrained tokens: `private_key_jwt` (RFC 7523 section 2.2)
//! and `DPoP` (RFC 9449), with Ed25519 (RFC 8037) and nothing else.

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, OctetKeyPairParameters,
    OctetKeyPairType, ThumbprintHash,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use access::base64url;

/// `typ` of a `DPoP` proof.
pub const PROOF_TYPE: &str = "dpop+jwt";
/// `client_assertion_type` of `private_key_jwt`.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The one `grant_type` the hub knows.
pub const GRANT_TYPE: &str = "client_credentials";
/// The header with the proof.
pub const PROOF_HEADER: &str = "dpop";
/// The header with the nonce for the next proof (RFC 9449 section 8.2).
pub const NONCE_HEADER: &str = "dpop-nonce";
/// Where tokens are made, below the hub's origin.
pub const TOKEN_PATH: &str = "/oauth/token";

/// Claims of a `DPoP` proof (RFC 9449 section 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofClaims {
    /// Unique for every request.
    pub jti: String,
    /// The request's method.
    pub htm: String,
    /// The request's URL without query and fragment.
    pub htu: String,
    /// When it was made, unix seconds, by the client's clock.
    pub iat: u64,
    /// base64url of the SHA-256 of the access token that comes with the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ath: Option<String>,
    /// The hub's nonce, once the client knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// Claims of a client assertion (RFC 7523 section 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionClaims {
    /// The `client_id`.
    pub iss: String,
    /// The `client_id`.
    pub sub: String,
    /// The token endpoint's URL.
    pub aud: String,
    /// Unique for every assertion.
    pub jti: String,
    /// When it was made, unix seconds.
    pub iat: u64,
    /// When it ends, unix seconds.
    pub exp: u64,
}

/// The form of `POST /oauth/token` (RFC 6749 section 4.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// [`GRANT_TYPE`].
    pub grant_type: String,
    /// [`ASSERTION_TYPE`].
    pub client_assertion_type: String,
    /// A signed [`AssertionClaims`].
    pub client_assertion: String,
}

/// The answer of `POST /oauth/token` (RFC 6749 section 5.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenResponse {
    /// The token, bound to the key of the request's `DPoP` proof.
    pub access_token: String,
    /// `DPoP`.
    pub token_type: String,
    /// Seconds until it ends; at most 600.
    pub expires_in: u64,
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// An Ed25519 key that signs assertions and proofs.
#[derive(Clone)]
pub struct AuthKey {
    encoding: EncodingKey,
    jwk: Jwk,
}

/// A key that cannot sign.
#[derive(Debug, thiserror::Error)]
#[error("the client's key cannot sign a token request")]
pub struct AuthKeyError;

impl AuthKey {
    /// Makes the key from its 32-byte Ed25519 seed (RFC 8032 section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, AuthKeyError> {
        let key = SigningKey::from_bytes(seed);
        let der = key.to_pkcs8_der().map_err(|_| AuthKeyError)?;
        let encoding = EncodingKey::from_ed_der(der.as_bytes());
        Ok(Self {
            encoding,
            jwk: public_jwk(&key.verifying_key().to_bytes()),
        })
    }

    /// Signs a `DPoP` proof that carries this key.
    pub fn prove(&self, claims: &ProofClaims) -> Result<String, AuthKeyError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(PROOF_TYPE.to_owned());
        header.jwk = Some(self.jwk.clone());
        self.sign(&header, claims)
    }

    /// Signs a client assertion.
    pub fn assert(&self, claims: &AssertionClaims) -> Result<String, AuthKeyError> {
        self.sign(&Header::new(Algorithm::EdDSA), claims)
    }

    fn sign(&self, header: &Header, claims: &impl Serialize) -> Result<String, AuthKeyError> {
        jsonwebtoken::encode(header, claims, &self.encoding).map_err(|_| AuthKeyError)
    }
}

impl std::fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthKey")
            .field("thumbprint", &thumbprint(&self.jwk))
            .finish_non_exhaustive()
    }
}

/// The JWK of an Ed25519 public key (RFC 8037 section 2).
pub fn public_jwk(key: &[u8; 32]) -> Jwk {
    Jwk {
        common: CommonParameters::default(),
        algorithm: AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
            key_type: OctetKeyPairType::OctetKeyPair,
            curve: EllipticCurve::Ed25519,
            x: base64url::encode(key),
        }),
    }
}

/// The JWK thumbprint (RFC 7638) that a token's `cnf.jkt` names.
pub fn thumbprint(jwk: &Jwk) -> String {
    jwk.thumbprint(ThumbprintHash::SHA256)
}

/// `ath` of an access token.
pub fn token_hash(access_token: &str) -> String {
    base64url::encode(Sha256::digest(access_token))
}

/// A fresh `jti` of 128 random bits.
pub fn fresh_id() -> String {
    let mut bytes = [0; 16];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    base64url::encode(bytes)
}
