//! What residents learn of a record.

use access::HolderClass;
use audit::{Entry, Event, Person, Record};

use crate::store::{NewEntry, Projection};

/// What a record shows to residents. A resident's own coming and going, refused or not, is shown
/// to nobody.
pub(super) fn project(record: &Record) -> Option<Projection> {
    match &record.event {
        Event::Entry(entry) => admitted(record, entry).map(Projection::Entry),
        Event::Denied { .. } => refused(record).map(Projection::Entry),
        Event::ClipClosed {
            clip, final_hash, ..
        } => Some(Projection::ClipClosed {
            clip: *clip,
            final_hash: final_hash.0,
        }),
        Event::Unfilmed { entry_seq, .. } => Some(Projection::Unfilmed {
            entry_seq: *entry_seq,
        }),
        Event::Started { .. }
        | Event::BundleInstalled { .. }
        | Event::NotMoved { .. }
        | Event::Exit
        | Event::Forced
        | Event::HeldOpen { .. }
        | Event::Closed
        | Event::Lockdown { .. }
        | Event::ClockUnknown
        | Event::ClockKnown => None,
    }
}

fn admitted(record: &Record, entry: &Entry) -> Option<NewEntry> {
    let mut shown = nobody(record);
    shown.class = Some(entry.person.class());
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
        clip,
        ..
    } = &record.event
    else {
        return None;
    };
    let mut shown = nobody(record);
    shown.class = *class;
    shown.grant = *grant;
    shown.clip = *clip;
    shown.reason = Some(*reason);
    (*class != Some(HolderClass::Resident)).then_some(shown)
}

fn nobody(record: &Record) -> NewEntry {
    NewEntry {
        seq: record.seq,
        at_ms: record.at_ms,
        class: None,
        grant: None,
        carrier: None,
        driver: None,
        reason: None,
        clip: None,
    }
}
