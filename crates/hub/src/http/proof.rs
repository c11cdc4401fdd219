//! `DPoP` proofs (RFC 9449 section 4.3), each good for one request.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use access::base64url;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use hub_api::ErrorCode;
use hub_api::oauth::{self, PROOF_HEADER, PROOF_TYPE, ProofClaims};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use sha2::{Digest, Sha256};
use url::Url;

use super::{App, Refused};
use crate::clock::Clock;

/// A nonce is handed out for this long, and taken for as long again.
const NONCE_LIFETIME_S: u64 = 180;
/// A generation ends early when it has seen this many proofs, which bounds the memory.
const MAX_SEEN: usize = 500_000;
const MAX_PROOF_LEN: usize = 4096;
const MAX_ID_LEN: usize = 128;

/// The proofs that were used, and the nonces that fresh ones must carry.
///
/// A nonce is random and lives in memory only, so a proof from before a restart is refused too,
/// and clients need no clock. What was used is remembered for exactly as long as its nonce is good.
#[derive(Debug)]
pub(super) struct ProofWindow {
    clock: Clock,
    generations: Mutex<[Generation; 2]>,
}

#[derive(Debug)]
struct Generation {
    nonce: String,
    born_s: u64,
    seen: HashSet<[u8; 32]>,
}

impl Generation {
    fn new(born_s: u64) -> Self {
        Self {
            nonce: oauth::fresh_id(),
            born_s,
            seen: HashSet::new(),
        }
    }
}

impl ProofWindow {
    pub(super) fn new(clock: Clock) -> Self {
        let now = clock.now_s();
        let generations = Mutex::new([Generation::new(now), Generation::new(now)]);
        Self { clock, generations }
    }

    /// The nonce for the next proof.
    pub(super) fn nonce(&self) -> String {
        self.current()[0].nonce.clone()
    }

    /// Marks an id as used under its nonce. False when it was used before or the nonce is stale.
    fn admit(&self, nonce: &str, id: [u8; 32]) -> Result<bool, StaleNonce> {
        let mut generations = self.current();
        let generation = generations
            .iter_mut()
            .find(|generation| generation.nonce == nonce);
        Ok(generation.ok_or(StaleNonce)?.seen.insert(id))
    }

    /// Marks an id as used whatever its nonce, for assertions that end within a nonce's life.
    pub(super) fn admit_once(&self, id: [u8; 32]) -> bool {
        let [current, previous] = &mut *self.current();
        !previous.seen.contains(&id) && current.seen.insert(id)
    }

    fn current(&self) -> MutexGuard<'_, [Generation; 2]> {
        let now = self.clock.now_s();
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let newest = &generations[0];
        if now >= newest.born_s + NONCE_LIFETIME_S || newest.seen.len() >= MAX_SEEN {
            generations.swap(0, 1);
            generations[0] = Generation::new(now);
        }
        generations
    }
}

struct StaleNonce;

/// The key that made the request, proven fresh; nothing is known about whose it is.
#[derive(Clone, Debug)]
pub(super) struct ProvenKey {
    /// The Ed25519 public key.
    pub(super) key: [u8; 32],
    /// Its RFC 7638 thumbprint.
    pub(super) thumbprint: String,
}

impl FromRequestParts<App> for ProvenKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        prove(app, parts, None)
    }
}

/// Checks the proof of a request, made for `token` when there is one, and uses it up.
pub(super) fn prove(app: &App, parts: &Parts, token: Option<&str>) -> Result<ProvenKey, Refused> {
    let proof = only_proof(parts)?;
    let jwk = header_key(proof)?;
    let claims = verify(proof, &jwk)?;
    check_request(app, parts, &claims)?;
    if claims.ath != token.map(oauth::token_hash) {
        return Err(invalid("it is not made for this access token"));
    }
    let key = ed25519(&jwk).ok_or_else(|| invalid("its key is not an Ed25519 key"))?;
    let thumbprint = oauth::thumbprint(&oauth::public_jwk(&key));
    use_up(app, &thumbprint, &claims)?;
    Ok(ProvenKey { key, thumbprint })
}

fn only_proof(parts: &Parts) -> Result<&str, Refused> {
    let mut proofs = parts.headers.get_all(PROOF_HEADER).iter();
    let proof = proofs.next().ok_or_else(|| invalid("there is none"))?;
    if proofs.next().is_some() {
        return Err(invalid("there is more than one"));
    }
    let proof = proof.to_str().map_err(|_| invalid("it is not text"))?;
    if proof.len() > MAX_PROOF_LEN {
        return Err(invalid("it is too long"));
    }
    Ok(proof)
}

fn header_key(proof: &str) -> Result<Jwk, Refused> {
    let header = jsonwebtoken::decode_header(proof).map_err(|_| invalid("it is not a JWT"))?;
    if header.typ.as_deref() != Some(PROOF_TYPE) || header.alg != Algorithm::EdDSA {
        return Err(invalid("it is not a dpop+jwt signed with EdDSA"));
    }
    header.jwk.ok_or_else(|| invalid("it carries no key"))
}

fn verify(proof: &str, jwk: &Jwk) -> Result<ProofClaims, Refused> {
    let key = DecodingKey::from_jwk(jwk).map_err(|_| invalid("its key cannot be used"))?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    // Freshness comes from the nonce (RFC 9449 section 11.1), and a proof has no audience.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoded = jsonwebtoken::decode(proof, &key, &validation);
    decoded
        .map(|data| data.claims)
        .map_err(|_| invalid("its signature or claims are wrong"))
}

fn check_request(app: &App, parts: &Parts, claims: &ProofClaims) -> Result<(), Refused> {
    if claims.htm != parts.method.as_str() {
        return Err(invalid("it is made for another method"));
    }
    let url = Url::parse(&claims.htu).map_err(|_| invalid("its htu is not a URL"))?;
    let known = app
        .origins
        .iter()
        .any(|origin| origin.origin() == url.origin());
    if !known || url.path() != parts.uri.path() {
        return Err(invalid("it is made for another URL"));
    }
    Ok(())
}

fn use_up(app: &App, thumbprint: &str, claims: &ProofClaims) -> Result<(), Refused> {
    if claims.jti.is_empty() || claims.jti.len() > MAX_ID_LEN {
        return Err(invalid("its jti is empty or too long"));
    }
    let fresh = claims.nonce.as_deref().ok_or(StaleNonce);
    let id = digest(&[thumbprint, &claims.jti]);
    match fresh.and_then(|nonce| app.proofs.admit(nonce, id)) {
        Ok(is_new) if is_new || access::off!(ProofOnce) => Ok(()),
        Ok(_) => Err(invalid("it was used before")),
        Err(StaleNonce) => Err(Refused::retryable(
            ErrorCode::UseDpopNonce,
            "Repeat the request with the nonce of the DPoP-Nonce header in its proof.",
        )),
    }
}

/// A hash that no other list of texts has.
pub(super) fn digest(texts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hasher.finalize().into()
}

fn ed25519(jwk: &Jwk) -> Option<[u8; 32]> {
    match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            base64url::decode(&pair.x)
        }
        _ => None,
    }
}

fn invalid(why: &str) -> Refused {
    Refused::new(
        ErrorCode::InvalidProof,
        format!("The DPoP proof is refused: {why}."),
    )
}
