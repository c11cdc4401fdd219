//! What a door decides with: its building's key, its own id, the newest bundle.

mod clock;
mod endorsed;
mod filming;

use jiff::tz::TimeZone;

use crate::token::{Circumstances, Courier, Verified, VerifyError, claimed_building};
use crate::{
    BuildingPublicKey, Bundle, BundleDoor, BundleError, CourierVisit, Decision, Denial, DenyReason,
    DoorId, DoorKind, Entrant, HolderClass, HolderPublicKey, week,
};

/// A door's rules. Decides offline.
#[derive(Debug, Clone)]
pub struct DoorPolicy {
    building_key: BuildingPublicKey,
    door: DoorId,
    bundle: Bundle,
    clock_known: bool,
    from_afar: bool,
    filming: bool,
    zone: TimeZone,
}

impl DoorPolicy {
    /// Sets a door up with a bundle that [`crate::SignedBundle::verify`] gave.
    ///
    /// A door that the bundle does not list denies everybody until a newer bundle lists it.
    pub fn new(
        building_key: BuildingPublicKey,
        door: DoorId,
        bundle: Bundle,
    ) -> Result<Self, BundleError> {
        bundle.check()?;
        let zone = week::time_zone(&bundle.time_zone)?;
        Ok(Self {
            building_key,
            door,
            bundle,
            clock_known: true,
            from_afar: false,
            filming: false,
            zone,
        })
    }

    /// Says whether whoever asks next is at the door or asks from afar, through the hub: only
    /// residents may do that.
    pub fn set_from_afar(&mut self, from_afar: bool) {
        self.from_afar = from_afar;
    }

    /// The bundle in use.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// This door's id.
    pub fn door(&self) -> DoorId {
        self.door
    }

    /// The building's key.
    pub fn building_key(&self) -> BuildingPublicKey {
        self.building_key
    }

    /// This door's entry in the bundle, when it is listed.
    pub fn bundle_door(&self) -> Option<&BundleDoor> {
        self.bundle.door(self.door)
    }

    /// Takes a newer bundle that [`crate::SignedBundle::verify`] gave.
    ///
    /// The same bundle again changes nothing; a lower version, a different bundle of the same
    /// version and another building's bundle are refused, and the one in use stays.
    pub fn replace(&mut self, bundle: Bundle) -> Result<(), BundleError> {
        bundle.check()?;
        let (current, offered) = (self.bundle.version, bundle.version);
        if bundle.building != self.bundle.building {
            return Err(BundleError::WrongBuilding);
        }
        if !off!(BundleVersion) && offered < current {
            return Err(BundleError::RolledBack { current, offered });
        }
        if offered == current && bundle != self.bundle {
            return Err(BundleError::Forked { version: current });
        }
        self.zone = week::time_zone(&bundle.time_zone)?;
        self.bundle = bundle;
        Ok(())
    }

    /// Decides whether `holder` (proven by the channel) may pass at `now_utc` (unix seconds).
    ///
    /// Denies by default. The first of these that applies is the reason:
    ///
    /// 1. [`DenyReason::NoCredential`]: no bytes at all.
    /// 2. [`DenyReason::Malformed`]: not a token.
    /// 3. [`DenyReason::WrongBuilding`]: not signed by this building, and it says that it is for
    ///    another one. Nothing is proven here; who writes this into a forgery only changes the
    ///    reason of its denial.
    /// 4. [`DenyReason::BadSignature`]: a signature does not match, or is not Ed25519.
    /// 5. [`DenyReason::Malformed`]: signed, but it says something that no credential says.
    /// 6. [`DenyReason::WrongBuilding`]: signed by this key for another building.
    /// 7. [`DenyReason::BadSignature`]: a carrier's credential without a visit that the carrier
    ///    signed.
    /// 8. [`DenyReason::NotTheHolder`]: bound to another key. Who is not the holder learns nothing
    ///    further.
    /// 9. [`DenyReason::Revoked`]: the grant is revoked, or the bundle does not know the carrier
    ///    with that key.
    /// 10. [`DenyReason::UnitDoor`]: a courier at a unit door, whatever the credential says.
    /// 11. [`DenyReason::WrongDoor`]: no right to this door, or the bundle does not list it.
    /// 12. [`DenyReason::ClockUnknown`], where the clock is ([`Self::set_clock_known`]);
    ///     [`DenyReason::NotYetValid`], [`DenyReason::CredentialExpired`].
    /// 13. [`DenyReason::LockedDown`]: the manager keeps the class out for now.
    /// 14. [`DenyReason::OutsideHours`]: the class has hours at this door, and this is in none;
    ///     [`DenyReason::ClockUnknown`] where nobody can tell.
    /// 15. [`DenyReason::OnlyAtTheDoor`]: [from afar](Self::set_from_afar), and no resident.
    /// 16. [`DenyReason::NotFilmed`]: a courier, where the door [films](Self::set_filming) nobody now
    ///     and refuses couriers meanwhile.
    /// 17. [`DenyReason::Malformed`]: the Datalog engine, asked last, does not agree.
    pub fn decide(&self, credential: &[u8], holder: HolderPublicKey, now_utc: u64) -> Decision {
        match self.judge(credential, Presented { holder, now_utc }) {
            Ok(entrant) => Decision::Allow(entrant),
            Err(denial) => Decision::Deny(denial),
        }
    }

    fn judge(&self, credential: &[u8], presented: Presented) -> Result<Entrant, Denial> {
        let verified = self.verify(credential).map_err(Denial::unproven)?;
        let deny = |reason| Denial::proven(reason, verified.class, verified.grant);
        if verified.building != self.bundle.building {
            return Err(deny(DenyReason::WrongBuilding));
        }
        let courier = verified
            .courier
            .as_ref()
            .map(visit_of)
            .transpose()
            .map_err(deny)?;
        if !off!(Holder) && !verified.is_held_by(&presented.holder) {
            return Err(deny(DenyReason::NotTheHolder));
        }
        if !off!(Revocation) && self.is_revoked(&verified) {
            return Err(deny(DenyReason::Revoked));
        }
        let door = self.opened_door(&verified).map_err(deny)?;
        let now_utc = self.time_for(&verified, presented.now_utc).map_err(deny)?;
        let presented = Presented {
            now_utc,
            ..presented
        };
        if !off!(Validity) && presented.now_utc < verified.not_before() {
            return Err(deny(DenyReason::NotYetValid));
        }
        if !off!(Validity) && presented.now_utc > verified.not_after() {
            return Err(deny(DenyReason::CredentialExpired));
        }
        if door.lockdown.keeps_out(verified.class) {
            return Err(deny(DenyReason::LockedDown));
        }
        self.check_hours(door, verified.class, presented.now_utc)
            .map_err(deny)?;
        if !off!(AtTheDoor) && self.from_afar && verified.class != HolderClass::Resident {
            return Err(deny(DenyReason::OnlyAtTheDoor));
        }
        self.check_filming(door, verified.class).map_err(deny)?;
        self.authorize(&verified, door, presented).map_err(deny)?;
        let (class, grant) = (verified.class, verified.grant);
        Ok(Entrant {
            class,
            grant,
            unlock_s: door.unlock_s,
            courier,
        })
    }

    /// Denies a class that has hours at the door outside all of them.
    pub(crate) fn check_hours(
        &self,
        door: &BundleDoor,
        class: HolderClass,
        now_utc: u64,
    ) -> Result<(), DenyReason> {
        let hours = || door.hours.iter().filter(|hours| hours.class == class);
        if hours().next().is_none() {
            return Ok(());
        }
        if !self.is_clock_known() {
            return Err(DenyReason::ClockUnknown);
        }
        let now = week::WeekMinute::at(&self.zone, now_utc).ok_or(DenyReason::OutsideHours)?;
        if hours().any(|hours| now.is_within(*hours)) {
            Ok(())
        } else {
            Err(DenyReason::OutsideHours)
        }
    }

    fn verify(&self, credential: &[u8]) -> Result<Verified, DenyReason> {
        if credential.is_empty() {
            return Err(DenyReason::NoCredential);
        }
        #[cfg(feature = "weakened")]
        if let Some(verified) =
            crate::weakened::open_with_guessable_key(credential, self.bundle.building)
        {
            return Ok(verified);
        }
        Verified::open(credential, &self.building_key).map_err(|error| match error {
            VerifyError::Malformed => DenyReason::Malformed,
            VerifyError::BadSignature => self.blame_signer(credential),
        })
    }

    fn blame_signer(&self, credential: &[u8]) -> DenyReason {
        match claimed_building(credential) {
            Some(building) if building != self.bundle.building => DenyReason::WrongBuilding,
            _ => DenyReason::BadSignature,
        }
    }

    fn is_revoked(&self, verified: &Verified) -> bool {
        let is_known = |courier: &Courier| {
            let carrier = self.bundle.carrier(courier.carrier);
            carrier.is_some_and(|carrier| carrier.key == courier.key)
        };
        self.bundle.revoked.contains(&verified.grant)
            || !verified.courier.as_ref().is_none_or(is_known)
    }

    fn opened_door(&self, verified: &Verified) -> Result<&BundleDoor, DenyReason> {
        let door = self.bundle_door().ok_or(DenyReason::WrongDoor)?;
        if !off!(UnitDoor) && verified.class == HolderClass::Courier && door.kind == DoorKind::Unit
        {
            return Err(DenyReason::UnitDoor);
        }
        if off!(Rights) || verified.opens(self.door) {
            Ok(door)
        } else {
            Err(DenyReason::WrongDoor)
        }
    }

    /// Asks the Datalog engine, which evaluates every check of every block by itself.
    fn authorize(
        &self,
        verified: &Verified,
        door: &BundleDoor,
        presented: Presented,
    ) -> Result<(), DenyReason> {
        let circumstances = Circumstances {
            building: self.bundle.building,
            door: door.id,
            kind: door.kind,
            holder: presented.holder,
            now_utc: presented.now_utc,
        };
        let overruled = off!(Holder | Validity | Rights | UnitDoor | Narrowing | CarrierSignature);
        let is_allowed = overruled || circumstances.allow(&verified.biscuit);
        if is_allowed {
            Ok(())
        } else {
            Err(DenyReason::Malformed)
        }
    }
}

/// What the request brings besides the credential.
#[derive(Clone, Copy)]
struct Presented {
    holder: HolderPublicKey,
    now_utc: u64,
}

/// The visit that the carrier signed; without one nobody vouches for the driver.
fn visit_of(courier: &Courier) -> Result<CourierVisit, DenyReason> {
    let (visit, driver) = courier.visit.clone().ok_or(DenyReason::BadSignature)?;
    Ok(CourierVisit {
        carrier: courier.carrier,
        driver,
        visit,
    })
}
