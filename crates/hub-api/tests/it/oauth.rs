use hub_api::oauth::{AuthKey, ProofClaims, fresh_id, public_jwk, thumbprint, token_hash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

const SEED: [u8; 32] = [7; 32];

fn claims() -> ProofClaims {
    ProofClaims {
        jti: "one".into(),
        htm: "GET".into(),
        htu: "https://hub.elm.example/v1/doors".into(),
        iat: 1_700_000_000,
        ath: Some(token_hash("token")),
        nonce: None,
    }
}

/// RFC 8037, appendix A.3.
#[test]
fn the_thumbprint_is_the_one_of_rfc_8037() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let key = access::base64url::decode(x).unwrap();
    assert_eq!(
        thumbprint(&public_jwk(&key)),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}

/// RFC 9449, figure 12 hashes its example token in the same way: base64url of SHA-256.
#[test]
fn the_token_hash_is_unpadded_base64url_of_sha_256() {
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    assert_eq!(
        token_hash(token),
        "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    );
}

#[test]
fn a_proof_carries_its_key_and_nothing_secret() {
    let key = AuthKey::from_seed(&SEED).unwrap();
    let proof = key.prove(&claims()).unwrap();
    let header = jsonwebtoken::decode_header(&proof).unwrap();
    assert_eq!(header.typ.as_deref(), Some("dpop+jwt"));
    let jwk = header.jwk.unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let decoded = jsonwebtoken::decode::<ProofClaims>(
        &proof,
        &DecodingKey::from_jwk(&jwk).unwrap(),
        &validation,
    );
    assert_eq!(decoded.unwrap().claims, claims());
    let first = proof.split('.').next().unwrap();
    let header: Vec<u8> = access::base64url::decode(first).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    let mut members: Vec<_> = header["jwk"].as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["crv", "kty", "x"]);
    assert!(!format!("{key:?}").contains(&access::base64url::encode(SEED)));
}

#[test]
fn no_two_ids_are_alike() {
    assert_ne!(fresh_id(), fresh_id());
}
