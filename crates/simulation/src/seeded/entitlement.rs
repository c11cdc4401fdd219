//! Who may enter: the laws of the design, as the model knows them.

use std::collections::{BTreeMap, BTreeSet};

use access::{
    Bundle, CarrierId, CarrierPublicKey, DoorId, DoorKind, GrantId, HolderClass, HolderPublicKey,
    Lockdown, ResidentRecords,
};
use audit::Person;

use super::door::Told;
use super::people::Pass;

/// What a bundle rules, in plain words.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) issued_at: u64,
    revoked: BTreeSet<GrantId>,
    carriers: BTreeMap<CarrierId, CarrierPublicKey>,
    doors: BTreeMap<DoorId, (DoorKind, Lockdown)>,
    is_named: bool,
}

impl Rules {
    pub(super) fn of(bundle: &Bundle) -> Self {
        let carriers = bundle.carriers.iter();
        let doors = bundle.doors.iter();
        Self {
            issued_at: bundle.issued_at,
            revoked: bundle.revoked.iter().copied().collect(),
            carriers: carriers.map(|carrier| (carrier.id, carrier.key)).collect(),
            doors: doors
                .map(|door| (door.id, (door.kind, door.lockdown)))
                .collect(),
            is_named: bundle.resident_records == ResidentRecords::Named,
        }
    }

    /// Why somebody may not enter; none when they may. Where the time is not known, it is at least `told`.
    pub(super) fn bar(
        &self,
        door: DoorId,
        pass: &Pass,
        holder: HolderPublicKey,
        told: Told,
    ) -> Option<&'static str> {
        let now = told.utc_ms / 1_000;
        // A power cut locks no resident out of their home: the credential proves that it has begun.
        let may_have_begun = !told.is_known && pass.class == HolderClass::Resident;
        let bars = [
            (!pass.is_genuine, "the building signed no such credential"),
            (holder != pass.holder, "the credential is somebody else's"),
            (self.revoked.contains(&pass.grant), "the grant is revoked"),
            (!self.knows_carrier(pass), "the carrier is unknown"),
            (!self.doors.contains_key(&door), "the door is not listed"),
            (
                !pass.doors.contains(&door),
                "the credential is for other doors",
            ),
            (
                self.is_apartment(door) && pass.class == HolderClass::Courier,
                "a courier never opens an apartment",
            ),
            (
                self.is_kept_out(door, pass.class),
                "a lockdown keeps them out",
            ),
            (
                now < pass.not_before && !may_have_begun,
                "the credential's time has not begun",
            ),
            (now > pass.not_after, "the credential's time is over"),
            (
                !told.is_known && is_visitor(pass.class),
                "who comes for a time is not let in where the time is unknown",
            ),
        ];
        bars.into_iter().find_map(|(bars, why)| bars.then_some(why))
    }

    fn is_kept_out(&self, door: DoorId, class: HolderClass) -> bool {
        match self.doors.get(&door).map(|(_, lockdown)| *lockdown) {
            None | Some(Lockdown::Off) => false,
            Some(Lockdown::Visitors) => is_visitor(class),
            Some(Lockdown::Everyone) => class != HolderClass::Staff,
        }
    }

    fn knows_carrier(&self, pass: &Pass) -> bool {
        let known = |carrier: &CarrierId| self.carriers.get(carrier).copied();
        pass.visit
            .as_ref()
            .is_none_or(|visit| known(&visit.carrier) == Some(visit.key))
    }

    fn is_apartment(&self, door: DoorId) -> bool {
        self.doors.get(&door).map(|(kind, _)| *kind) == Some(DoorKind::Unit)
    }

    /// What a record says of whoever enters with this pass.
    pub(super) fn person(&self, pass: &Pass) -> Person {
        let grant = pass.grant;
        match (pass.class, &pass.visit) {
            (HolderClass::Resident, _) if self.is_named => Person::NamedResident { grant },
            (HolderClass::Resident, _) => Person::Resident,
            (HolderClass::Guest, _) => Person::Guest { grant },
            (HolderClass::Courier, Some(visit)) => Person::Courier {
                grant,
                carrier: visit.carrier,
                driver: visit.driver.clone(),
                visit: visit.visit,
            },
            (HolderClass::Staff | HolderClass::Courier, _) => Person::Staff { grant },
        }
    }
}

fn is_visitor(class: HolderClass) -> bool {
    matches!(class, HolderClass::Guest | HolderClass::Courier)
}
