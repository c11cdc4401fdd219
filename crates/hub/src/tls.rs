//! Which certificate a client is shown.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SignatureScheme};

use crate::data::{DataFolder, OwnCertificate, Settings, TlsIdentity};
use crate::server::ServeError;

/// The hub's own key, which apps, doors and carriers pin, for whoever takes Ed25519; browsers do not, and get another
/// certificate.
#[derive(Debug)]
pub(crate) struct Certificates {
    pinned: Arc<CertifiedKey>,
    browsers: RwLock<Arc<CertifiedKey>>,
    /// Where the operator renews the browsers' certificate; none where it is the hub's own.
    own: Option<OwnCertificate>,
}

impl Certificates {
    /// Those of a hub that is reached by these names.
    pub(crate) fn open(
        folder: &DataFolder,
        settings: &Settings,
        pinned: &TlsIdentity,
        names: Vec<String>,
    ) -> Result<Self, ServeError> {
        let own = settings.tls.as_ref().map(|own| own.under(folder.path()));
        let browsers = match &own {
            Some(own) => read(own)?,
            None => certified(&folder.browser_identity(&settings.name, names)?)?,
        };
        Ok(Self {
            pinned: Arc::new(certified(pinned)?),
            browsers: RwLock::new(Arc::new(browsers)),
            own,
        })
    }

    /// Takes up the operator's certificate where it was renewed; until it can be read, the one before stays.
    pub(crate) fn renew(&self) {
        let Some(own) = &self.own else { return };
        let renewed = match read(own) {
            Ok(renewed) => renewed,
            Err(error) => {
                tracing::error!(%error, "the browsers' certificate was not renewed");
                return;
            }
        };
        let mut browsers = self
            .browsers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if browsers.cert != renewed.cert {
            tracing::info!("took up the renewed certificate for browsers");
            *browsers = Arc::new(renewed);
        }
    }

    fn for_client(&self, schemes: &[SignatureScheme]) -> Arc<CertifiedKey> {
        if schemes.contains(&SignatureScheme::ED25519) {
            return self.pinned.clone();
        }
        let browsers = self.browsers.read();
        browsers.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.for_client(client.signature_schemes()))
    }
}

/// How the hub speaks TLS.
pub(crate) fn config(certificates: Arc<Certificates>) -> Result<ServerConfig, ServeError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(ServeError::Tls)?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certified(identity: &TlsIdentity) -> Result<CertifiedKey, ServeError> {
    let certificate = CertificateDer::from(identity.certificate_der.clone());
    let key = PrivatePkcs8KeyDer::from(identity.key_der.to_vec());
    CertifiedKey::from_der(vec![certificate], key.into(), &provider()).map_err(ServeError::Tls)
}

fn read(own: &OwnCertificate) -> Result<CertifiedKey, ServeError> {
    let unusable = |path: &PathBuf, why: String| ServeError::OwnCertificate {
        path: path.clone(),
        why,
    };
    let chain = CertificateDer::pem_file_iter(&own.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(&own.certificate, error.to_string()))?;
    if chain.is_empty() {
        let why = "it holds no certificate in PEM form".to_owned();
        return Err(unusable(&own.certificate, why));
    }
    let key = PrivateKeyDer::from_pem_file(&own.key)
        .map_err(|error| unusable(&own.key, error.to_string()))?;
    CertifiedKey::from_der(chain, key, &provider())
        .map_err(|error| unusable(&own.key, error.to_string()))
}

fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use tempfile::TempDir;

    use super::*;

    fn write_certificate(own: &OwnCertificate) -> Vec<u8> {
        let pair = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["hub.elm.example".to_owned()]).unwrap();
        let certificate = params.self_signed(&pair).unwrap();
        std::fs::write(&own.certificate, certificate.pem()).unwrap();
        std::fs::write(&own.key, pair.serialize_pem()).unwrap();
        certificate.der().to_vec()
    }

    #[test]
    fn a_renewed_certificate_is_taken_up_once_it_is_whole() {
        let dir = TempDir::new().unwrap();
        let own = OwnCertificate {
            certificate: "own.pem".into(),
            key: "own.key".into(),
        };
        let own = own.under(dir.path());
        let mut settings = Settings::new("Elm hub", None);
        settings.tls = Some(own.clone());
        let first = write_certificate(&own);
        let folder = DataFolder::init(&dir.path().join("hub"), &settings).unwrap();
        let pinned = folder.read_keys().unwrap().tls;
        let certificates = Certificates::open(&folder, &settings, &pinned, Vec::new()).unwrap();
        let shown = || {
            certificates
                .for_client(&[SignatureScheme::RSA_PSS_SHA256])
                .cert[0]
                .to_vec()
        };
        assert_eq!(shown(), first);
        std::fs::remove_file(&own.key).unwrap();
        certificates.renew();
        assert_eq!(shown(), first);
        let second = write_certificate(&own);
        certificates.renew();
        assert_eq!(shown(), second);
    }
}
