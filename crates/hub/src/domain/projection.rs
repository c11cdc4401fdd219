//! What residents learn of a record.

use access::HolderClass;
use audit::{Entry, Event, Person, Record};
use hub_api::{DoorAlert, Outcome};

use crate::store::{NewEntry, Projection};

/// What a record shows to residents. A resident's own coming and going, refused or not, is shown
/// to nobody.
pub(super) fn project(record: &Record) -> Option<Projection> {
    match &record.event {
        Event::Entry(entry) => admitted(record, entry).map(Projection::Entry),
        Event::Denied { .. } => refused(record).map(Projection::Entry),
        Event::ClipClosed {
            clip,
            final_hash,
            shortfall,
            ..
        } => Some(Projection::ClipClosed {
            clip: *clip,
            final_hash: final_hash.0,
            shortfall: *shortfall,
        }),
        Event::Unfilmed { entry_seq, .. } => Some(Projection::Unfilmed {
            entry_seq: *entry_seq,
        }),
        // Said of a resident's entry it would tell when a resident came.
        Event::NotMoved { entry_seq } => Some(Projection::NotMoved {
            entry_seq: *entry_seq,
            alert: alerted(record, DoorAlert::NotMoved),
        }),
        // Who watches is nobody's news: to neighbours it would tell when one is at home.
        Event::LiveStarted { device } => Some(Projection::WatchBegan {
            seq: record.seq,
            device: *device,
            from_ms: record.at_ms,
        }),
        Event::LiveEnded { started_seq } => Some(Projection::WatchEnded {
            began_seq: *started_seq,
            until_ms: record.at_ms,
        }),
        Event::Started { .. } => Some(Projection::WatchesCut {
            seq: record.seq,
            until_ms: record.at_ms,
        }),
        Event::BundleInstalled { .. } | Event::FilmingRule { .. } | Event::Exit => None,
        Event::Forced => Some(alert(record, DoorAlert::Forced)),
        Event::HeldOpen { after_s } => {
            let after_s = *after_s;
            Some(alert(record, DoorAlert::HeldOpen { after_s }))
        }
        Event::Closed => Some(alert(record, DoorAlert::Closed)),
        Event::Lockdown { lockdown } => {
            let lockdown = *lockdown;
            Some(alert(record, DoorAlert::Lockdown { lockdown }))
        }
        Event::ClockUnknown => Some(alert(record, DoorAlert::ClockUnknown)),
        Event::ClockKnown => Some(alert(record, DoorAlert::ClockKnown)),
        Event::CameraImpaired { .. } => Some(alert(record, DoorAlert::CameraImpaired)),
        Event::CameraWell => Some(alert(record, DoorAlert::CameraWell)),
    }
}

fn alert(record: &Record, alert: DoorAlert) -> Projection {
    Projection::Entry(alerted(record, alert))
}

fn alerted(record: &Record, alert: DoorAlert) -> NewEntry {
    nobody(record, Outcome::Alert { alert })
}

fn admitted(record: &Record, entry: &Entry) -> Option<NewEntry> {
    let mut shown = nobody(record, Outcome::Entered);
    shown.class = Some(entry.person.class());
    shown.link = Some(entry.link);
    shown.clip = entry.clip;
    match &entry.person {
        Person::Resident | Person::NamedResident { .. } => return None,
        Person::Guest { grant } | Person::Staff { grant } => shown.grant = Some(*grant),
        Person::Courier {
            grant,
            carrier,
            driver,
            ..
        } => {
            shown.grant = Some(*grant);
            shown.carrier = Some(*carrier);
            shown.driver = Some(driver.clone());
        }
    }
    Some(shown)
}

fn refused(record: &Record) -> Option<NewEntry> {
    let Event::Denied {
        reason,
        class,
        grant,
        link,
        clip,
    } = &record.event
    else {
        return None;
    };
    let mut shown = nobody(record, Outcome::Denied { reason: *reason });
    shown.class = *class;
    shown.link = Some(*link);
    shown.grant = *grant;
    shown.clip = *clip;
    (*class != Some(HolderClass::Resident)).then_some(shown)
}

fn nobody(record: &Record, outcome: Outcome) -> NewEntry {
    NewEntry {
        seq: record.seq,
        at_ms: record.at_ms,
        class: None,
        grant: None,
        carrier: None,
        driver: None,
        link: None,
        outcome,
        clip: None,
    }
}
