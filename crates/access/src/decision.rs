//! What a door decides, and the words for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CarrierId, GrantId, HolderClass, VisitId};

/// The door's answer to a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// The entrant may pass.
    Allow(Entrant),
    /// Nobody may pass.
    Deny(Denial),
}

impl Decision {
    /// The reason, when this is a denial.
    pub fn deny_reason(&self) -> Option<DenyReason> {
        match self {
            Self::Allow(_) => None,
            Self::Deny(denial) => Some(denial.reason),
        }
    }
}

/// Who passes, as far as the door may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrant {
    /// What kind of holder.
    pub class: HolderClass,
    /// The grant used.
    pub grant: GrantId,
    /// How long the strike stays unlocked, in seconds.
    pub unlock_s: u16,
    /// The visit of a courier with a credential; none of anybody else, and none of who typed a code.
    pub courier: Option<CourierVisit>,
}

/// A carrier's driver on one visit.
#[derive(Clone, PartialEq, Eq)]
pub struct CourierVisit {
    /// The carrier that vouches for the driver.
    pub carrier: CarrierId,
    /// The carrier's own reference for the driver.
    pub driver: String,
    /// The visit.
    pub visit: VisitId,
}

impl fmt::Debug for CourierVisit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CourierVisit")
            .field("carrier", &self.carrier)
            .field("visit", &self.visit)
            .finish_non_exhaustive()
    }
}

/// Nobody passes, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denial {
    /// Why.
    pub reason: DenyReason,
    /// The holder's class, once the building's signature is proven.
    pub class: Option<HolderClass>,
    /// The grant, once the building's signature is proven; never a resident's.
    pub grant: Option<GrantId>,
}

impl Denial {
    /// A denial before anything about the credential is proven.
    pub const fn unproven(reason: DenyReason) -> Self {
        Self {
            reason,
            class: None,
            grant: None,
        }
    }

    /// A denial of a credential that the building did sign.
    pub fn proven(reason: DenyReason, class: HolderClass, grant: GrantId) -> Self {
        let grant = (class != HolderClass::Resident).then_some(grant);
        Self {
            reason,
            class: Some(class),
            grant,
        }
    }
}

/// Why a door denies. The code ([`Self::as_str`]) is stable; [`fmt::Display`] is a sentence for a
/// person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum DenyReason {
    /// Nothing was presented.
    NoCredential,
    /// Not signed by the building's key, or by the carrier's where that is demanded.
    BadSignature,
    /// Made for another building.
    WrongBuilding,
    /// Does not name this door.
    WrongDoor,
    /// A courier at an apartment's door.
    UnitDoor,
    /// Bound to another device's key.
    NotTheHolder,
    /// Its time has not begun.
    NotYetValid,
    /// Its time is over.
    CredentialExpired,
    /// The grant is revoked, or the carrier is no longer known to the building.
    Revoked,
    /// Not a credential, or one that says something this door does not understand.
    Malformed,
    /// This holder was denied too often; the door is waiting.
    TooManyAttempts,
    /// The class may not pass at this hour.
    OutsideHours,
    /// The manager keeps the class out for now.
    LockedDown,
    /// No keypad code of this door.
    WrongCode,
    /// The door does not know the time, and the class passes only within one.
    ClockUnknown,
    /// Asked from afar by somebody who may pass only when there.
    OnlyAtTheDoor,
    /// A courier at a door that films nobody now, and keeps couriers out while it does not.
    NotFilmed,
}

impl DenyReason {
    /// Every reason, in declaration order.
    pub const ALL: [Self; 17] = [
        Self::NoCredential,
        Self::BadSignature,
        Self::WrongBuilding,
        Self::WrongDoor,
        Self::UnitDoor,
        Self::NotTheHolder,
        Self::NotYetValid,
        Self::CredentialExpired,
        Self::Revoked,
        Self::Malformed,
        Self::TooManyAttempts,
        Self::OutsideHours,
        Self::LockedDown,
        Self::WrongCode,
        Self::ClockUnknown,
        Self::OnlyAtTheDoor,
        Self::NotFilmed,
    ];

    /// The stable code, as serde writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCredential => "NoCredential",
            Self::BadSignature => "BadSignature",
            Self::WrongBuilding => "WrongBuilding",
            Self::WrongDoor => "WrongDoor",
            Self::UnitDoor => "UnitDoor",
            Self::NotTheHolder => "NotTheHolder",
            Self::NotYetValid => "NotYetValid",
            Self::CredentialExpired => "CredentialExpired",
            Self::Revoked => "Revoked",
            Self::Malformed => "Malformed",
            Self::TooManyAttempts => "TooManyAttempts",
            Self::OutsideHours => "OutsideHours",
            Self::LockedDown => "LockedDown",
            Self::WrongCode => "WrongCode",
            Self::ClockUnknown => "ClockUnknown",
            Self::OnlyAtTheDoor => "OnlyAtTheDoor",
            Self::NotFilmed => "NotFilmed",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::NoCredential => {
                "No credential was presented, so the door stayed locked. \
                 Ask the building or your carrier for one."
            }
            Self::BadSignature => {
                "This credential is not signed by everyone who must sign it, so the door cannot \
                 trust it. Ask whoever issued it for a new one."
            }
            Self::WrongBuilding => {
                "This credential is for another building. Check that you are at the right address."
            }
            Self::WrongDoor => {
                "This credential does not open this door. Try the door it was issued for, or ask \
                 the building for access to this one."
            }
            Self::UnitDoor => {
                "This is an apartment's own door, which a courier's credential never opens. \
                 Leave the parcel in the common area or call the resident."
            }
            Self::NotTheHolder => {
                "This credential belongs to another device. Use the device it was issued to, or \
                 ask for one for this device."
            }
            Self::NotYetValid => {
                "This credential is not valid yet. Come back when its time begins, and check that \
                 the day and hour are right."
            }
            Self::CredentialExpired => {
                "This credential has expired. Go online to renew it, or ask whoever issued it for \
                 a new one."
            }
            Self::Revoked => {
                "This access was withdrawn, or the door has not heard of it yet. Try again in a minute, \
                 then ask the building."
            }
            Self::Malformed => {
                "The door could not read this credential. Update the app, then ask for a new \
                 credential."
            }
            Self::TooManyAttempts => {
                "This device was refused too often in a short time. Wait a minute, then try again."
            }
            Self::OutsideHours => {
                "This door does not open for you at this hour. Ask the building when it does."
            }
            Self::LockedDown => {
                "The building's manager has closed this door for now. Ask the manager when it \
                 opens again."
            }
            Self::WrongCode => {
                "No such code opens this door. Check the digits and the day, or ask whoever gave \
                 it to you."
            }
            Self::ClockUnknown => {
                "The door lost the time in a power cut and lets only residents and staff in until \
                 it knows it again. Call whoever expects you."
            }
            Self::OnlyAtTheDoor => {
                "From afar this door opens for residents only. Ask again when you are at the door."
            }
            Self::NotFilmed => {
                "The door's camera is not recording, and couriers are not let in until it does. \
                 Ring the front desk or call whoever expects the parcel."
            }
        }
    }
}

impl fmt::Display for DenyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// A text is no deny reason's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the code of a deny reason")]
pub struct ParseDenyReasonError;

impl FromStr for DenyReason {
    type Err = ParseDenyReasonError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == code)
            .ok_or(ParseDenyReasonError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reasons_code_is_what_serde_writes_and_reads_back() {
        for reason in DenyReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert!(reason.to_string().ends_with('.'));
        }
    }

    #[test]
    fn a_denied_residents_grant_is_not_told() {
        let grant = GrantId::from_entropy([1; 16]);
        assert_eq!(
            Denial::proven(DenyReason::Revoked, HolderClass::Resident, grant).grant,
            None
        );
        let guest = Denial::proven(DenyReason::Revoked, HolderClass::Guest, grant);
        assert_eq!(guest.grant, Some(grant));
    }
}
