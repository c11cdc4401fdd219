use std::fmt;
use std::str::FromStr;

use access::{DeviceId, DoorId, GrantId, OwnDoorEntry, SigningKey, base64url};
use rand::RngCore as _;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// The secret of a pass's link: 16 random bytes, base64url.
///
/// Whoever has it sees the pass's page, so it goes to the guest and to nobody else. The hub keeps no copy.
#[derive(Clone, PartialEq, Eq)]
pub struct PassToken(Zeroizing<[u8; 16]>);

/// Why a text is not the token of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the token of a pass: expected 16 bytes as base64url")]
pub struct PassTokenError;

impl PassToken {
    /// A new one, from the system's randomness.
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        OsRng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for PassToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassToken")
    }
}

impl fmt::Display for PassToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(*self.0))
    }
}

impl FromStr for PassToken {
    type Err = PassTokenError;

    fn from_str(text: &str) -> Result<Self, PassTokenError> {
        let bytes = base64url::decode(text).map(Zeroizing::new);
        bytes.map(Self).ok_or(PassTokenError)
    }
}

impl Serialize for PassToken {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PassToken {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Whom a pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PassKind {
    /// A guest of the household.
    Guest,
    /// A courier whose carrier has no connection to the building: good once, and for a unit's door only where
    /// a device of its resident endorsed that.
    Delivery,
}

impl PassKind {
    /// Both, in declaration order.
    pub const ALL: [Self; 2] = [Self::Guest, Self::Delivery];

    /// The stable code, as serde writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Delivery => "delivery",
        }
    }
}

/// How often a pass opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PassUses {
    /// Once, and then never again.
    Once,
    /// As often as its holder likes while it is good.
    Several,
}

/// What a pass, or any keypad code, is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PassState {
    /// It has not begun.
    Later,
    /// It opens.
    Good,
    /// It was good once and was used.
    Used,
    /// Its time is over.
    Over,
    /// Somebody took it back.
    Revoked,
}

impl PassState {
    /// Whether it opens now or will.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Later | Self::Good)
    }
}

/// What a resident's device asks for to make a pass, with `POST /v1/passes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPass {
    /// The link's secret, which the device makes for this pass alone: a request that is repeated with it is answered as
    /// the first.
    #[schema(value_type = String)]
    pub token: PassToken,
    /// Whom it is for.
    pub kind: PassKind,
    /// What the household calls its holder, 1 to 64 characters. Nobody else is ever shown it.
    pub label: String,
    /// The doors it opens: at least one, and exactly one when it is good once.
    pub doors: Vec<DoorId>,
    /// From when, unix seconds; now when absent, at most 31 days ahead.
    #[serde(default)]
    pub not_before: Option<u64>,
    /// Until when, unix seconds, this second included; the end of its first day in the building's time zone when absent,
    /// at most 31 days after its beginning.
    #[serde(default)]
    pub not_after: Option<u64>,
    /// How often it opens.
    pub uses: PassUses,
    /// The device's word that a delivery may open the door of the household's own unit. The pass then has its id and its
    /// times, and no times may be said beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<PassEndorsement>,
}

/// A resident's device's signature of an [`OwnDoorEntry`] for the one door of a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassEndorsement {
    /// What the pass's id is to be; the device draws it at random.
    pub id: GrantId,
    /// From when, unix seconds.
    pub not_before: u64,
    /// Until when, unix seconds, this second included; at most 24 hours later.
    pub not_after: u64,
    /// Of the entry, by the device's own key, base64url.
    #[serde(with = "access::base64url")]
    #[schema(value_type = String)]
    pub signature: [u8; 64],
}

impl PassEndorsement {
    /// The word of the device with this key for one entry.
    pub fn of(entry: &OwnDoorEntry, key: &SigningKey) -> Self {
        Self {
            id: entry.grant,
            not_before: entry.not_before,
            not_after: entry.not_after,
            signature: entry.sign(key),
        }
    }
}

/// What may be changed of a pass, with `PUT /v1/passes/{pass}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassChange {
    /// What the household calls its holder, 1 to 64 characters.
    pub label: String,
    /// Until when, unix seconds, this second included; at most 31 days after its beginning.
    pub not_after: u64,
}

/// A pass as its household sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PassInfo {
    /// Its id, which is its grant's: what records name, and what is revoked.
    pub id: GrantId,
    /// Whom it is for.
    pub kind: PassKind,
    /// What the household calls its holder.
    pub label: String,
    /// The doors it opens.
    pub doors: Vec<DoorId>,
    /// From when, unix seconds.
    pub not_before: u64,
    /// Until when, unix seconds, this second included.
    pub not_after: u64,
    /// How often it opens.
    pub uses: PassUses,
    /// What it is good for now.
    pub state: PassState,
    /// The device whose word lets it into the unit; none where it opens as every pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsed_by: Option<DeviceId>,
}

/// A pass that was just made. Code and link are told in this answer and never again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadePass {
    /// The pass.
    pub pass: PassInfo,
    /// The code for the keypad: six digits.
    pub code: String,
    /// The page that shows the code; none where the hub does not know an address under which it is reached.
    pub link: Option<PassLink>,
}

/// The link of a pass's page. Whoever has it has the code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PassLink {
    /// The link.
    #[schema(value_type = String)]
    pub url: Url,
    /// The same as a QR code: an SVG document.
    pub qr_svg: String,
    /// Whether browsers warn of the hub's own certificate before they show the page.
    #[serde(default)]
    pub warns: bool,
}

impl fmt::Debug for PassLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassLink")
    }
}

/// Who has the code or the link gets in: they are not printed.
impl fmt::Debug for MadePass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadePass")
            .field("pass", &self.pass.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_22_characters_that_read_back_and_are_never_printed() {
        let token = PassToken::random();
        let text = token.to_string();
        assert_eq!(text.len(), 22);
        assert_eq!(text.parse(), Ok(token.clone()));
        assert_ne!(PassToken::random(), token);
        assert!(!format!("{token:?}").contains(&text));
    }

    #[test]
    fn what_is_no_16_bytes_is_no_token() {
        for text in [
            "",
            "AAAA",
            "AAAAAAAAAAAAAAAAAAAAA!",
            "AAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert_eq!(text.parse::<PassToken>(), Err(PassTokenError), "{text}");
        }
    }
}
