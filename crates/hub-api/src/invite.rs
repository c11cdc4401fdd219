use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use url::Url;

use access::base64url;

/// The SHA-256 of a hub's TLS `SubjectPublicKeyInfo` (DER): what a client pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Hashes a DER `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    pub fn of_spki(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(self.0))
    }
}

impl FromStr for KeyHash {
    type Err = InviteError;

    fn from_str(text: &str) -> Result<Self, InviteError> {
        base64url::decode(text).map(Self).ok_or(InviteError::Key)
    }
}

impl serde::Serialize for KeyHash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for KeyHash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A one-time invitation: `vestibule://enrol?hub=…&key=…&code=…`.
///
/// Whoever holds it may enrol once, so it is shown to its recipient and to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Invite {
    /// Where the hub answers: an `https` origin without a path.
    pub hub: Url,
    /// The hub's pinned TLS key.
    pub key: KeyHash,
    /// The one-time code.
    pub code: String,
}

/// Why a text is not an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// Not a `vestibule://enrol` link.
    #[error(
        "This is not a Vestibule invite. Paste the whole link: it begins with vestibule://enrol"
    )]
    NotAnInvite,
    /// A parameter is missing, so the link was cut.
    #[error(
        "The invite has no {0}: it was probably cut when it was copied. Copy the whole link again."
    )]
    Missing(&'static str),
    /// The hub's address is not an `https` origin.
    #[error(
        "The invite's hub address is not an https address. Ask the building's manager for a new invite."
    )]
    Hub,
    /// The key is not a SHA-256 in base64url.
    #[error("The invite's key is damaged. Copy the whole link again, or ask for a new invite.")]
    Key,
    /// The code contains what no hub makes.
    #[error("The invite's code is damaged. Copy the whole link again, or ask for a new invite.")]
    Code,
}

impl Invite {
    /// Reads an invite link; surrounding white space is ignored.
    pub fn parse(text: &str) -> Result<Self, InviteError> {
        let link = Url::parse(text.trim()).map_err(|_| InviteError::NotAnInvite)?;
        if link.scheme() != "vestibule" || link.host_str() != Some("enrol") {
            return Err(InviteError::NotAnInvite);
        }
        let value = |name: &'static str| {
            let mut pairs = link.query_pairs();
            let found = pairs.find(|(key, value)| key == name && !value.is_empty());
            found
                .map(|(_, value)| value.into_owned())
                .ok_or(InviteError::Missing(name))
        };
        let hub = parse_origin(&value("hub")?)?;
        let key = value("key")?.parse()?;
        let code = value("code")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if code.len() > 128 || !code.chars().all(plain) {
            return Err(InviteError::Code);
        }
        Ok(Self { hub, key, code })
    }
}

fn parse_origin(text: &str) -> Result<Url, InviteError> {
    let url = Url::parse(text).map_err(|_| InviteError::Hub)?;
    let is_origin = url.scheme() == "https"
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.host_str().is_some_and(is_plain);
    is_origin.then_some(url).ok_or(InviteError::Hub)
}

/// Whether a host is a name or an address as a network has them, which a link carries as it is.
fn is_plain(host: &str) -> bool {
    host.chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(c))
}

impl FromStr for Invite {
    type Err = InviteError;

    fn from_str(text: &str) -> Result<Self, InviteError> {
        Self::parse(text)
    }
}

impl fmt::Display for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hub = self.hub.origin().ascii_serialization();
        write!(
            f,
            "vestibule://enrol?hub={hub}&key={}&code={}",
            self.key, self.code
        )
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invite")
            .field("hub", &self.hub.as_str())
            .finish_non_exhaustive()
    }
}
