use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::OwnCertificate;

/// What an operator may change in `hub.toml`; read when `serve` starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the hub is called; clients show it.
    pub name: String,
    /// The https origin under which clients reach the hub, when that is not where it listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<Url>,
    /// The https origin that the links of residents' passes begin with, when browsers reach the hub elsewhere than clients
    /// do: through a web server that hands `/pass/` on to it, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_url: Option<Url>,
    /// Web servers that hand `/pass/` on to the hub: whose `X-Forwarded-For` is believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass_proxies: Vec<IpAddr>,
    /// Where `serve` listens; port 0 picks a free one.
    #[serde(default = "Settings::default_listen")]
    pub listen: SocketAddr,
    /// How long clips are kept, in hours.
    #[serde(default = "Settings::default_clip_retention_h")]
    pub clip_retention_h: u64,
    /// The most clips that one building may have, in MiB.
    #[serde(default = "Settings::default_clip_quota_mib")]
    pub clip_quota_mib: u64,
    /// A certificate for browsers; the hub's own, of which they warn, when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<OwnCertificate>,
    /// How residents' devices that sleep are woken; nobody is without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushSettings>,
}

/// How devices are woken by Web Push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushSettings {
    /// Whom push servers may ask about this hub: a `mailto:` or `https:` address (RFC 8292 section 2.1).
    pub contact: String,
    /// Whether push servers may be on private networks. Residents name the servers, and the hub then calls whatever listens
    /// there.
    #[serde(default)]
    pub allow_private: bool,
    /// A further certificate to trust, PEM: of a push server of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
}

impl Settings {
    /// Settings with the usual values.
    pub fn new(name: impl Into<String>, public_url: Option<Url>) -> Self {
        Self {
            name: name.into(),
            public_url,
            pass_url: None,
            pass_proxies: Vec::new(),
            listen: Self::default_listen(),
            clip_retention_h: Self::default_clip_retention_h(),
            clip_quota_mib: Self::default_clip_quota_mib(),
            tls: None,
            push: None,
        }
    }

    /// All interfaces, port 8443.
    pub fn default_listen() -> SocketAddr {
        SocketAddr::from(([0, 0, 0, 0], 8443))
    }

    fn default_clip_retention_h() -> u64 {
        72
    }

    fn default_clip_quota_mib() -> u64 {
        20 * 1024
    }

    /// How long clips are kept, in seconds.
    pub fn clip_retention_s(&self) -> u64 {
        self.clip_retention_h.saturating_mul(3600)
    }

    /// The most clips that one building may have, in bytes.
    pub fn clip_quota_bytes(&self) -> u64 {
        self.clip_quota_mib.saturating_mul(1024 * 1024)
    }

    pub(super) fn to_toml(&self) -> String {
        // A table of strings and numbers always serializes; an empty file would be refused.
        toml::to_string_pretty(self).unwrap_or_default()
    }

    pub(super) fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Whether every value can work.
    pub(super) fn check(&self) -> Result<(), SettingFault> {
        if !CLIP_RETENTION_H.contains(&self.clip_retention_h) {
            return Err(SettingFault::ClipRetention(self.clip_retention_h));
        }
        match &self.push {
            Some(push) if !is_contact(&push.contact) => Err(SettingFault::PushContact),
            _ => Ok(()),
        }
    }
}

/// An hour to a year.
const CLIP_RETENTION_H: RangeInclusive<u64> = 1..=366 * 24;

/// A value in `hub.toml` that cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingFault {
    /// Clips would be gone at once, or never.
    #[error("clip_retention_h is {0}. Write how many hours clips are kept, from {from} to {to}",
        from = CLIP_RETENTION_H.start(), to = CLIP_RETENTION_H.end())]
    ClipRetention(u64),
    /// Push servers take no other.
    #[error(
        "push.contact is no address. Write one such as \"mailto:manager@elm.example\" or \"https://elm.example/\""
    )]
    PushContact,
}

fn is_contact(contact: &str) -> bool {
    Url::parse(contact).is_ok_and(|url| matches!(url.scheme(), "mailto" | "https"))
}
