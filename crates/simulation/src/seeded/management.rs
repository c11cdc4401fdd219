//! What the manager does: revoke, drop a carrier and take it back, name residents in records.

use access::{Lockdown, ResidentRecords};

use super::building::Building;
use super::door::short;
use super::world::{World, say};

impl World {
    pub(super) fn manage(&mut self) {
        if !self.hub.is_up {
            return;
        }
        match self.dice.index(10) {
            0..=4 => self.revoke(),
            5..=6 => self.change_carriers(),
            7..=8 => self.change_lockdown(),
            _ => self.change_naming(),
        }
        let now_s = self.queue.now().as_secs();
        // The hub's clock may be ahead.
        let ahead_s = if self.dice.chance(100) {
            self.dice.between(0, 3_600)
        } else {
            0
        };
        let bundle = &mut self.hub.bundle;
        bundle.version += 1;
        bundle.issued_at = bundle
            .issued_at
            .max(self.building.start_s + now_s + ahead_s);
        let version = bundle.version;
        self.hub
            .publish(&self.building)
            .expect("the bundle is small");
        self.model.published(&self.hub.bundle);
        say!(self, "the hub signs bundle {version}");
    }

    fn revoke(&mut self) {
        let grant = self.people[self.dice.index(self.people.len())].pass.grant;
        if !self.hub.bundle.revoked.contains(&grant) {
            self.hub.bundle.revoked.push(grant);
        }
        say!(self, "the manager revokes grant {}", short(grant));
    }

    fn change_carriers(&mut self) {
        let carrier = &self.building.carriers[self.dice.index(self.building.carriers.len())];
        let listed = &mut self.hub.bundle.carriers;
        let had = listed.len();
        listed.retain(|one| one.id != carrier.id);
        let is_dropped = listed.len() < had;
        if !is_dropped {
            listed.push(Building::listed(carrier));
        }
        say!(
            self,
            "the manager {} a carrier",
            if is_dropped { "drops" } else { "takes back" }
        );
    }

    fn change_lockdown(&mut self) {
        let all = [Lockdown::Off, Lockdown::Visitors, Lockdown::Everyone];
        let lockdown = all[self.dice.index(all.len())];
        let doors = &mut self.hub.bundle.doors;
        let door = self.dice.index(doors.len());
        doors[door].lockdown = lockdown;
        say!(
            self,
            "the manager sets the lockdown of door {door}: {}",
            lockdown.as_str()
        );
    }

    fn change_naming(&mut self) {
        let rule = &mut self.hub.bundle.resident_records;
        *rule = match rule {
            ResidentRecords::Unnamed => ResidentRecords::Named,
            ResidentRecords::Named => ResidentRecords::Unnamed,
        };
        say!(self, "the manager changes whether records name residents");
    }
}
