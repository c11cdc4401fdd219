//! What the windows are shown, made from what the device keeps.

use std::collections::HashMap;

use access::{DoorId, GrantId, HolderClass};
use audit::LinkKind;
use hub_api::{ClipState as HubClipState, DoorInfo, EntryInfo, Outcome};
use tracing::warn;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::deliveries;
use crate::order::order;
use crate::store::{Happening, Record, StoredEnrolment};
use crate::ui::{
    ActivityClip, ActivityItem, ActivityKind, AppError, ClipState, CredentialState, DoorCard,
    DoorKind, Enrolment, HubState, ResidentRecords, Shortfall, Snapshot, UiEvent, VisitorClass,
};

impl<S: Shell> Core<S> {
    pub(crate) fn snapshot(&self) -> Result<Snapshot, AppError> {
        let enrolled = self.store.enrolment()?.map(|stored| Enrolment {
            time_zone: self.time_zone(&stored),
            ..stored.into()
        });
        let doors = self.store.doors()?;
        let credentials = self.credential_states()?;
        let deliveries = self.waiting()?;
        let live = self.live();
        let mut cards: Vec<DoorCard> = doors
            .iter()
            .map(|door| {
                let near = live.presence.near(door.id.short());
                let attempt = live.attempts.get(&door.id);
                DoorCard {
                    id: door.id.to_string(),
                    name: door.name.clone(),
                    kind: door_kind(door.kind),
                    nearby: near.is_some(),
                    rssi_dbm: near.flatten(),
                    remote: near.is_none() && live.hub == HubState::Online,
                    live: door.camera,
                    keypad: door.keypad,
                    credential: credentials
                        .get(&door.id)
                        .copied()
                        .unwrap_or(CredentialState::None),
                    lockdown: door.lockdown.into(),
                    hours: door.hours.iter().copied().map(Into::into).collect(),
                    unlock: attempt
                        .map(|attempt| attempt.state.clone())
                        .unwrap_or_default(),
                }
            })
            .collect();
        let preferences = self.store.preferences()?;
        order(&mut cards, &preferences.pinned);
        Ok(Snapshot {
            enrolled,
            doors: cards,
            own_code: self.own_code()?,
            deliveries,
            hub: live.hub,
            bluetooth: live.bluetooth,
            preferences,
            version: self.config.version.clone(),
        })
    }

    /// The building's, as its newest bundle that this device carries says.
    fn time_zone(&self, enrolment: &StoredEnrolment) -> Option<String> {
        let (_, bundle) = self.store.carried_bundle().ok()??;
        let bundle = bundle.verify(&enrolment.building.key).ok()?;
        Some(bundle.time_zone)
    }

    fn credential_states(&self) -> Result<HashMap<DoorId, CredentialState>, AppError> {
        let now_s = clock::now_s();
        let mut states = HashMap::new();
        for held in self.store.credentials()? {
            for door in held.doors {
                let state = states.entry(door).or_insert(CredentialState::Expired);
                if held.not_after >= now_s {
                    *state = CredentialState::Valid;
                }
            }
        }
        Ok(states)
    }

    /// The list's line for a record; `None` for what is no business of this list.
    pub(crate) fn item(&self, record: &Record) -> Result<Option<ActivityItem>, AppError> {
        let place = self.place(record.happening.door())?;
        let pass = record.happening.pass().map(|pass| self.store.pass(pass));
        let label = pass.transpose()?.flatten().map(|pass| pass.label);
        Ok(item(record, place, label))
    }

    pub(crate) fn items(&self, records: &[Record]) -> Result<Vec<ActivityItem>, AppError> {
        let doors = self.store.doors()?.into_iter();
        let places: HashMap<DoorId, Place> =
            doors.map(|door| (door.id, Place::from(door))).collect();
        let former = self.former_place();
        let place = |door| places.get(&door).unwrap_or(&former).clone();
        let labels = self.store.pass_labels()?;
        let label = |pass: Option<GrantId>| labels.get(&pass?).cloned();
        let item = |record: &Record| {
            let happening = &record.happening;
            item(record, place(happening.door()), label(happening.pass()))
        };
        Ok(records.iter().filter_map(item).collect())
    }

    pub(crate) fn door_name(&self, door: DoorId) -> String {
        self.place_or_former(door).name
    }

    pub(crate) fn place_or_former(&self, door: DoorId) -> Place {
        self.place(door).unwrap_or_else(|_| self.former_place())
    }

    /// Where something happened.
    fn place(&self, door: DoorId) -> Result<Place, AppError> {
        let door = self.store.door(door)?;
        Ok(door.map_or_else(|| self.former_place(), Place::from))
    }

    fn former_place(&self) -> Place {
        Place {
            name: self.words().say("former-door", &[]),
            package_room: false,
        }
    }

    pub(crate) fn tell_added(&self, record: &Record) {
        self.tell(record, UiEvent::ActivityAdded);
    }

    pub(crate) fn tell_changed(&self, record: &Record) {
        self.tell(record, UiEvent::ActivityChanged);
    }

    fn tell(&self, record: &Record, event: fn(ActivityItem) -> UiEvent) {
        match self.item(record) {
            Ok(Some(item)) => self.shell.emit(event(item)),
            Ok(None) => {}
            Err(error) => warn!(%error, "an activity item cannot be shown"),
        }
    }
}

/// A door as the place where something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    /// Whether what is delivered there is left in the package room.
    pub(crate) package_room: bool,
}

impl From<DoorInfo> for Place {
    fn from(door: DoorInfo) -> Self {
        Self {
            name: door.name,
            package_room: door.package_room,
        }
    }
}

/// `label` is what the household calls the holder of the pass that it was done with.
fn item(record: &Record, place: Place, label: Option<String>) -> Option<ActivityItem> {
    let (kind, film, unfilmed) = match &record.happening {
        Happening::OwnUnlock { remote, .. } => {
            (ActivityKind::OwnUnlock { remote: *remote }, None, false)
        }
        Happening::Entry(entry) => (kind(entry, label)?, entry.clip, entry.unfilmed),
    };
    Some(ActivityItem {
        id: record.id.clone(),
        cursor: record.cursor,
        at_ms: record.happening.at_ms(),
        door_id: record.happening.door().to_string(),
        door_name: place.name,
        in_package_room: place.package_room && record.delivery.is_some(),
        kind,
        clip: film.map(clip),
        thumbnail: film.is_some_and(has_thumbnail),
        unfilmed,
        delivery: record
            .delivery
            .map(|kept| deliveries::shown(kept, record.happening.at_ms())),
    })
}

fn kind(entry: &EntryInfo, label: Option<String>) -> Option<ActivityKind> {
    let class = match entry.class {
        Some(HolderClass::Courier) => Some(VisitorClass::Courier),
        Some(HolderClass::Guest) => Some(VisitorClass::Guest),
        Some(HolderClass::Staff) => Some(VisitorClass::Staff),
        Some(HolderClass::Resident) | None => None,
    };
    let guest = entry.guest_name.clone().or(label);
    let pass = entry.pass.map(|pass| pass.to_string());
    Some(match entry.outcome {
        Outcome::Entered => ActivityKind::Entry {
            class: class?,
            carrier: entry.carrier_name.clone(),
            driver: entry.driver.clone(),
            guest,
            pass,
            by_keypad: entry.link == Some(LinkKind::Keypad),
        },
        Outcome::Denied { reason } => ActivityKind::Denied {
            class,
            carrier: entry.carrier_name.clone(),
            guest,
            pass,
            reason: reason.into(),
            by_keypad: entry.link == Some(LinkKind::Keypad),
        },
        Outcome::Alert { alert } => ActivityKind::Alert {
            alert: alert.into(),
        },
    })
}

/// Whether there is a picture that can be had.
pub(crate) fn has_thumbnail(clip: hub_api::ClipInfo) -> bool {
    clip.thumbnail && clip.state != HubClipState::Unavailable
}

fn clip(clip: hub_api::ClipInfo) -> ActivityClip {
    let state = match clip.state {
        HubClipState::Recording => ClipState::Recording,
        HubClipState::Ready => ClipState::Ready,
        HubClipState::Unavailable => ClipState::Unavailable,
    };
    ActivityClip {
        id: clip.id.to_string(),
        state,
        shortfall: shortfall(clip),
        held: clip.held,
    }
}

/// That it gave way says more than what it lacked before.
fn shortfall(clip: hub_api::ClipInfo) -> Option<Shortfall> {
    if clip.gave_way {
        return Some(Shortfall::HubOutOfRoom);
    }
    clip.shortfall.map(Into::into)
}

pub(crate) fn door_kind(kind: access::DoorKind) -> DoorKind {
    match kind {
        access::DoorKind::Common => DoorKind::Common,
        access::DoorKind::Unit => DoorKind::Unit,
    }
}

impl From<StoredEnrolment> for Enrolment {
    fn from(stored: StoredEnrolment) -> Self {
        Self {
            building_name: stored.building.name,
            resident_name: stored.resident_name,
            resident_records: match stored.building.resident_records {
                access::ResidentRecords::Unnamed => ResidentRecords::Unnamed,
                access::ResidentRecords::Named => ResidentRecords::Named,
            },
            time_zone: None,
            key_storage: stored.key_storage,
        }
    }
}
