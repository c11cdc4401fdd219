//! Which doors are near, and how near.

use std::collections::HashMap;
use std::time::Duration;

use access::ShortDoorId;
use bluetooth::Sighting;
use tokio::time::Instant;

/// A door that was not heard for this long is no longer near.
pub(crate) const FORGET_AFTER: Duration = Duration::from_secs(12);

/// A sighting at least this young is good to connect to.
pub(crate) const FRESH: Duration = Duration::from_secs(6);

/// A door heard more faintly than this, in dBm, is not near: nobody who asks for it stands before it.
/// A phone in a bag, a few metres away, is heard some 20 dB louder.
const FLOOR_DBM: f32 = -90.0;

/// How much fainter a door gets before it is away again.
const HYSTERESIS_DB: f32 = 5.0;

/// About two metres, through a pocket, in dBm.
const RIGHT_HERE_DBM: f32 = -65.0;

/// The weight of a new signal strength against the smoothed one.
const SMOOTHING: f32 = 0.3;

/// The shown strength moves only when the smoothed one has moved this far.
const STEP_DB: f32 = 3.0;

/// How a door was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Via {
    Bluetooth,
    Stream,
}

/// The doors heard lately. Time is an argument.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    heard: HashMap<(ShortDoorId, Via), Heard>,
}

#[derive(Debug)]
struct Heard {
    sighting: Sighting,
    at: Instant,
    smoothed_dbm: Option<f32>,
    shown_dbm: Option<f32>,
    /// Not too faint, where its strength is known.
    is_near: bool,
}

impl Presence {
    /// Takes a sighting in; says whether what [`Self::near`] answers has changed.
    pub(crate) fn hear(&mut self, sighting: Sighting, via: Via, now: Instant) -> bool {
        let key = (sighting.door, via);
        let rssi = sighting.rssi_dbm.map(f32::from);
        let Some(heard) = self.heard.get_mut(&key) else {
            let heard = Heard {
                sighting,
                at: now,
                smoothed_dbm: rssi,
                shown_dbm: rssi,
                is_near: rssi.is_none_or(|dbm| dbm >= FLOOR_DBM),
            };
            self.heard.insert(key, heard);
            return true;
        };
        let was_near = heard.is_near;
        heard.sighting = sighting;
        heard.at = now;
        heard.smoothed_dbm = match (heard.smoothed_dbm, rssi) {
            (Some(old), Some(new)) => Some(old + SMOOTHING * (new - old)),
            (old, new) => new.or(old),
        };
        let moved = match (heard.shown_dbm, heard.smoothed_dbm) {
            (Some(shown), Some(smoothed)) => (shown - smoothed).abs() >= STEP_DB,
            (shown, smoothed) => shown.is_some() != smoothed.is_some(),
        };
        if moved {
            heard.shown_dbm = heard.smoothed_dbm;
        }
        let floor = if was_near {
            FLOOR_DBM - HYSTERESIS_DB
        } else {
            FLOOR_DBM
        };
        heard.is_near = heard.smoothed_dbm.is_none_or(|dbm| dbm >= floor);
        moved || was_near != heard.is_near
    }

    /// Forgets doors that fell silent; says whether there were any.
    pub(crate) fn expire(&mut self, now: Instant) -> bool {
        let before = self.heard.len();
        self.heard
            .retain(|_, heard| now.duration_since(heard.at) < FORGET_AFTER);
        self.heard.len() != before
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }

    /// `None` when the door is not near; else its signal strength in dBm, where it has one.
    #[expect(
        clippy::option_option,
        reason = "near without a signal strength is not the same as away"
    )]
    pub(crate) fn near(&self, door: ShortDoorId) -> Option<Option<i16>> {
        let shown = |via| {
            let heard = self.heard.get(&(door, via))?;
            heard.is_near.then_some(heard.shown_dbm)
        };
        let dbm = match (shown(Via::Bluetooth), shown(Via::Stream)) {
            (None, None) => return None,
            (Some(dbm), _) | (None, Some(dbm)) => dbm,
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a mean of i16 values fits an i16"
        )]
        Some(dbm.map(|dbm| dbm.round() as i16))
    }

    /// The nearest of these doors, when it was just heard as loudly over Bluetooth as by somebody who
    /// stands before it.
    pub(crate) fn right_here(&self, doors: &[ShortDoorId], now: Instant) -> Option<Sighting> {
        let heard = doors.iter().filter_map(|door| {
            let heard = self.heard.get(&(*door, Via::Bluetooth))?;
            let dbm = heard.smoothed_dbm.filter(|dbm| *dbm >= RIGHT_HERE_DBM)?;
            (now.duration_since(heard.at) < FRESH).then_some((dbm, &heard.sighting))
        });
        let nearest = heard.max_by(|(one, _), (other, _)| one.total_cmp(other));
        nearest.map(|(_, sighting)| sighting.clone())
    }

    /// A sighting to connect to, when the door was heard this way just now, and after `since`.
    pub(crate) fn fresh(
        &self,
        door: ShortDoorId,
        via: Via,
        since: Option<Instant>,
        now: Instant,
    ) -> Option<Sighting> {
        let heard = self.heard.get(&(door, via))?;
        let is_fresh = now.duration_since(heard.at) < FRESH;
        let is_newer = since.is_none_or(|since| heard.at > since);
        (heard.is_near && is_fresh && is_newer).then(|| heard.sighting.clone())
    }
}
