//! Which certificate the hub shows to whom.

use std::path::Path;
use std::sync::Arc;

use hub::{ServeError, Server};
use hub_api::KeyHash;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use reqwest::tls::TlsInfo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::passes::{for_aunt_may, path_of};
use crate::support::TestHub;

/// What Chromium takes.
const CHROMIUM: [SignatureScheme; 6] = [
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PSS_SHA512,
];

/// A client that takes these signatures and any name.
#[derive(Debug)]
struct Takes(Vec<SignatureScheme>, Arc<CryptoProvider>);

impl ServerCertVerifier for Takes {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.1.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.1.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}

/// The certificate and the body that a client gets which takes these signatures.
async fn shown(hub: &TestHub, path: &str, schemes: &[SignatureScheme]) -> (Vec<u8>, String) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Takes(schemes.to_vec(), provider)))
        .with_no_client_auth();
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .tls_info(true)
        .no_proxy()
        .build()
        .unwrap();
    let response = http
        .get(hub.url().join(path).unwrap())
        .send()
        .await
        .unwrap();
    let info: &TlsInfo = response.extensions().get().unwrap();
    let certificate = info.peer_certificate().unwrap().to_vec();
    (certificate, response.text().await.unwrap())
}

pub(crate) fn key_hash(certificate: &[u8]) -> KeyHash {
    let certificate = CertificateDer::from(certificate);
    let parsed = ParsedCertificate::try_from(&certificate).unwrap();
    KeyHash::of_spki(&parsed.subject_public_key_info())
}

/// What the hub made for browsers.
pub(crate) fn browsers_certificate(hub: &TestHub) -> Vec<u8> {
    std::fs::read(hub.folder().path().join("keys/browsers.crt")).unwrap()
}

/// An operator's certificate for the name, written to the data folder.
fn write_certificate(folder: &Path, name: &str) -> Vec<u8> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&pair).unwrap();
    std::fs::write(folder.join("own.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("own.key"), pair.serialize_pem()).unwrap();
    certificate.der().to_vec()
}

#[tokio::test]
async fn a_browser_gets_a_certificate_that_it_can_read_and_everybody_else_the_pinned_one() {
    let mut hub = TestHub::start().await;
    let (to_app, _) = shown(&hub, "/health", &[SignatureScheme::ED25519]).await;
    assert_eq!(key_hash(&to_app), hub.folder().key_hash().unwrap());
    let both = [&CHROMIUM[..], &[SignatureScheme::ED25519]].concat();
    assert_eq!(shown(&hub, "/health", &both).await.0, to_app);

    let (to_browser, _) = shown(&hub, "/health", &CHROMIUM).await;
    assert_ne!(key_hash(&to_browser), hub.folder().key_hash().unwrap());
    assert_eq!(to_browser, browsers_certificate(&hub));
    hub.stop().await;
    hub.resume().await;
    assert_eq!(shown(&hub, "/health", &CHROMIUM).await.0, to_browser);
}

#[tokio::test]
async fn without_a_web_server_in_front_a_link_leads_to_the_hub_and_says_that_browsers_warn() {
    let hub = TestHub::start_with(|settings| settings.pass_url = None).await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let made = maya.client.make_pass(&for_aunt_may(&hub, &elm)).await;
    let made = made.unwrap();
    let link = made.link.clone().unwrap();
    assert!(link.warns);
    assert_eq!(link.url.origin(), hub.url().origin());
    let (_, page) = shown(&hub, path_of(&made), &CHROMIUM).await;
    assert!(page.contains(&made.code), "{page}");
}

#[tokio::test]
async fn an_operators_own_certificate_is_for_browsers_only_and_named_where_it_cannot_be_used() {
    let mut hub = TestHub::start().await;
    hub.stop().await;
    let folder = hub.folder();
    let settings = folder.path().join("hub.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let table = "[tls]\ncertificate = \"own.pem\"\nkey = \"own.key\"\n";
    std::fs::write(&settings, format!("{text}\n{table}")).unwrap();
    let start = || Server::start(hub.folder(), None, hub.clock.clone());

    let missing = start().await.unwrap_err().to_string();
    assert!(
        missing.contains("own.pem") && missing.contains("[tls]"),
        "{missing}"
    );

    let first = write_certificate(folder.path(), "hub.elm.example");
    let chain = std::fs::read(folder.path().join("own.pem")).unwrap();
    write_certificate(folder.path(), "hub.elm.example");
    std::fs::write(folder.path().join("own.pem"), chain).unwrap();
    let strangers_key = start().await.unwrap_err();
    assert!(
        matches!(strangers_key, ServeError::OwnCertificate { .. }),
        "{strangers_key}"
    );

    let renewed = write_certificate(folder.path(), "hub.elm.example");
    assert_ne!(first, renewed);
    hub.resume().await;
    assert_eq!(shown(&hub, "/health", &CHROMIUM).await.0, renewed);
    let (to_app, _) = shown(&hub, "/health", &[SignatureScheme::ED25519]).await;
    assert_eq!(key_hash(&to_app), hub.folder().key_hash().unwrap());
}
