//! Doors and the hub stop and start, and clocks are wrong.

use super::step::Step;
use super::violation::Lawful;
use super::world::{World, say};

/// A month, in ms.
const MONTH_MS: u64 = 30 * 86_400_000;

impl World {
    /// The program crashes, or the power is cut and the clock may be lost with it.
    pub(super) fn stop_door(&mut self, door: usize) {
        if self.doors[door].running.take().is_none() {
            return;
        }
        self.trace.counts.stops += 1;
        let is_power_cut = self.dice.chance(500);
        say!(
            self,
            "door {door} {}",
            if is_power_cut {
                "loses its power"
            } else {
                "crashes"
            }
        );
        if is_power_cut && self.dice.chance(400) {
            let behind = self.dice.between(60_000, MONTH_MS).cast_signed();
            self.doors[door].ahead_ms = -behind;
            say!(self, "door {door} loses the time: {behind} ms behind");
        }
        for (link, at) in &mut self.links {
            if at.door == door && at.door_end.take().is_some() {
                self.queue.put(
                    std::time::Duration::from_secs(4),
                    Step::PhoneLost { link: *link },
                );
            }
        }
        self.links
            .retain(|_, at| at.phone_end.is_some() || at.door_end.is_some());
        self.later(500, 240_000, Step::DoorStarts { door });
    }

    pub(super) fn start_door(&mut self, door: usize) -> Lawful {
        if self.doors[door].running.is_some() {
            return Ok(());
        }
        let now = self.queue.now();
        self.doors[door].start(now);
        let here = &self.doors[door];
        let (life, version) = (here.life, here.version());
        self.model.restarted(door, now, version, &here.disk)?;
        let seq = here.next_seq();
        say!(
            self,
            "door {door} starts: bundle {version:?}, next record {seq}"
        );
        self.later(200, 3_000, Step::Poll { door, life });
        Ok(())
    }

    pub(super) fn stop_hub(&mut self) {
        if std::mem::take(&mut self.hub.is_up) {
            say!(self, "the hub stops");
            self.later(1_000, 900_000, Step::HubStarts);
        }
    }

    pub(super) fn start_hub(&mut self) {
        if !std::mem::replace(&mut self.hub.is_up, true) {
            say!(self, "the hub starts");
        }
    }

    /// Sometimes somebody sets the clock right, and sometimes wrong.
    pub(super) fn set_clock(&mut self, door: usize) {
        let most = if self.dice.chance(600) {
            1_000
        } else {
            7_200_000
        };
        let ahead_ms = self.dice.between(0, 2 * most).cast_signed() - most.cast_signed();
        self.doors[door].ahead_ms = ahead_ms;
        say!(self, "the clock of door {door} is set, {ahead_ms} ms ahead");
    }
}
