//! The words of a notification, and what can be done from it.

use access::{HolderClass, Lockdown};
use audit::LinkKind;
use hub_api::{ClipInfo, ClipState, DoorAlert, EntryInfo, Outcome};

use crate::deliveries::Run;
use crate::feed::Place;
use crate::shell::{Act, Action, Notification};
use crate::words::Words;

/// Many doors that go into lockdown, or out of it, within this time are told of once.
pub(crate) const SAME_LOCKDOWN_MS: u64 = 120_000;

/// What a notification is about, and what it is told with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News<'a> {
    pub(crate) entry: &'a EntryInfo,
    pub(crate) place: &'a Place,
    /// The deliveries that came shortly after one another, when the entry is the newest of them.
    pub(crate) run: Option<&'a Run>,
    pub(crate) words: Words,
}

impl News<'_> {
    /// What to tell; `None` of what is only listed.
    pub(crate) fn told(&self) -> Option<Notification> {
        let time = self.words.time_of_day(self.entry.at_ms);
        let (title, body) = match self.entry.outcome {
            Outcome::Entered => self.of_arrival(&time)?,
            Outcome::Denied { .. } => return None,
            Outcome::Alert { alert } => self.of_alert(alert, &time)?,
        };
        let collects = self.run.map(Run::waiting_items).unwrap_or_default();
        Some(Notification {
            title,
            body,
            actions: self.actions(!collects.is_empty()),
            clip: watchable(self.entry).map(|clip| clip.id),
            collects,
            entry: self.entry.id,
            pictured: self.entry.id,
            place: self.run.map_or(self.entry.id, |run| run.first),
        })
    }

    fn of_arrival(&self, time: &str) -> Option<(String, String)> {
        let who = who(self.entry, self.words)?;
        let say = |message, values: &[_]| self.words.say(message, values);
        let (door, time) = (self.place.name.as_str().into(), time.into());
        let (title, mut body) = match self.run.map(Run::count) {
            Some(count) if count > 1 => (
                say("deliveries", &[("count", count.into()), ("door", door)]),
                say(
                    "deliveries-newest",
                    &[("who", who.as_str().into()), ("time", time)],
                ),
            ),
            _ => (
                say("arrival", &[("who", who.as_str().into()), ("door", door)]),
                match (&self.entry.driver, self.entry.link) {
                    (Some(driver), _) => say(
                        "arrival-driver",
                        &[("driver", driver.as_str().into()), ("time", time)],
                    ),
                    (None, Some(LinkKind::Keypad)) => say("arrival-keypad", &[("time", time)]),
                    (None, _) => say("arrival-plain", &[("time", time)]),
                },
            ),
        };
        if self.place.package_room && self.run.is_some() {
            body = format!("{body} {}", say("in-package-room", &[]));
        }
        if is_filming(self.entry) {
            body = format!("{body} {}", say("being-filmed", &[]));
        }
        Some((title, body))
    }

    fn of_alert(&self, alert: DoorAlert, time: &str) -> Option<(String, String)> {
        let say = |title, advice, more: &[_]| {
            let title = self
                .words
                .say(title, &[("door", self.place.name.as_str().into())]);
            let mut values = vec![("time", time.into())];
            values.extend_from_slice(more);
            (title, self.words.say(advice, &values))
        };
        Some(match alert {
            DoorAlert::Forced => say("forced", "forced-advice", &[]),
            DoorAlert::HeldOpen { after_s } => say(
                "held-open",
                "held-open-advice",
                &[("seconds", after_s.into())],
            ),
            DoorAlert::Lockdown { lockdown } => match lockdown {
                Lockdown::Off => say("lockdown-over", "lockdown-over-advice", &[]),
                Lockdown::Visitors => say("lockdown", "lockdown-visitors", &[]),
                Lockdown::Everyone => say("lockdown", "lockdown-everyone", &[]),
            },
            DoorAlert::Closed
            | DoorAlert::NotMoved
            | DoorAlert::ClockUnknown
            | DoorAlert::ClockKnown
            | DoorAlert::CameraImpaired
            | DoorAlert::CameraWell => return None,
        })
    }

    fn actions(&self, collects: bool) -> Vec<Action> {
        let has_clip = watchable(self.entry).is_some();
        let offered = [
            (Act::Open, "action-open", true),
            (Act::Watch, "action-watch", has_clip),
            (Act::Collected, "action-collected", collects),
        ];
        let offered = offered.into_iter().filter(|(.., is_offered)| *is_offered);
        offered
            .map(|(act, label, _)| Action {
                act,
                label: self.words.say(label, &[]),
            })
            .collect()
    }
}

/// Whether both tell of the same lockdown, each at another door.
pub(crate) fn is_same_lockdown(one: &EntryInfo, other: &EntryInfo) -> bool {
    one.outcome == other.outcome
        && one.door != other.door
        && one.at_ms.abs_diff(other.at_ms) <= SAME_LOCKDOWN_MS
}

/// Whether it tells of a lockdown, or of the end of one.
pub(crate) fn is_lockdown(entry: &EntryInfo) -> bool {
    matches!(
        entry.outcome,
        Outcome::Alert {
            alert: DoorAlert::Lockdown { .. }
        }
    )
}

fn who(entry: &EntryInfo, words: Words) -> Option<String> {
    let unnamed = match entry.class? {
        HolderClass::Courier => "a-courier",
        HolderClass::Guest => "a-guest",
        HolderClass::Staff => "staff",
        HolderClass::Resident => return None,
    };
    // A courier with a pass has no carrier that is known, but what the household calls that pass.
    let name = entry.carrier_name.as_ref().or(entry.guest_name.as_ref());
    Some(name.map_or_else(|| words.say(unnamed, &[]), Clone::clone))
}

fn is_filming(entry: &EntryInfo) -> bool {
    entry
        .clip
        .is_some_and(|clip| clip.state == ClipState::Recording)
}

fn watchable(entry: &EntryInfo) -> Option<ClipInfo> {
    entry
        .clip
        .filter(|clip| clip.state != ClipState::Unavailable)
}
