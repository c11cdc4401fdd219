//! The hub, as doors know it: the newest bundle, and records by number.

use std::collections::BTreeMap;

use access::{Bundle, BundleError, DoorId, SignedBundle, SigningPublicKey};
use audit::{ChainError, ChainPosition, SignedRecord, verify_run};

use super::Defect;
use super::building::Building;

/// What a door asks of the hub.
#[derive(Clone, Debug)]
pub(super) enum Request {
    /// The newest bundle, when it is newer than this.
    Bundle { newer_than: Option<u64> },
    /// To take these records; none to be told how far it has them.
    Records(Vec<SignedRecord>),
}

/// What the hub answers.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Bundle(SignedBundle),
    Durable(u64),
}

/// Why the hub does not take a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Records before it are missing.
    Gap,
    /// Anything else: no honest door's run.
    Wrong(String),
}

/// What survives the hub's crashes; taking a run is one transaction.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) is_up: bool,
    pub(super) bundle: Bundle,
    /// Every bundle that was ever signed, the newest last.
    pub(super) signed: Vec<SignedBundle>,
    chains: BTreeMap<DoorId, Chain>,
    defect: Option<Defect>,
}

#[derive(Debug)]
struct Chain {
    key: SigningPublicKey,
    position: ChainPosition,
    records: Vec<SignedRecord>,
}

impl Hub {
    pub(super) fn new(
        building: &Building,
        keys: impl Iterator<Item = (DoorId, SigningPublicKey)>,
        defect: Option<Defect>,
    ) -> Self {
        let chain = |(door, key)| {
            let chain = Chain {
                key,
                position: ChainPosition::start(building.id, door),
                records: Vec::new(),
            };
            (door, chain)
        };
        let mut hub = Self {
            is_up: true,
            bundle: building.first_bundle(),
            signed: Vec::new(),
            chains: keys.map(chain).collect(),
            defect,
        };
        hub.publish(building).expect("the first bundle is small");
        hub
    }

    /// Signs the bundle as it stands.
    pub(super) fn publish(&mut self, building: &Building) -> Result<(), BundleError> {
        self.signed
            .push(SignedBundle::sign(&self.bundle, &building.key)?);
        Ok(())
    }

    pub(super) fn records(&self, door: DoorId) -> &[SignedRecord] {
        self.chains.get(&door).map_or(&[], |chain| &chain.records)
    }

    /// Answers a door; an error when it refuses the run.
    pub(super) fn answer(
        &mut self,
        door: DoorId,
        request: &Request,
    ) -> Result<Option<Reply>, Refusal> {
        match request {
            Request::Bundle { newer_than } => {
                let newest = self
                    .signed
                    .last()
                    .filter(|_| Some(self.bundle.version) > *newer_than);
                Ok(newest.cloned().map(Reply::Bundle))
            }
            Request::Records(run) => {
                let counts_twice = self.defect == Some(Defect::HubCountsTwice);
                let chain = self
                    .chains
                    .get_mut(&door)
                    .ok_or_else(|| wrong(&"the door is unknown"))?;
                chain
                    .take(run, counts_twice)
                    .map(|durable| Some(Reply::Durable(durable)))
            }
        }
    }
}

impl Chain {
    /// Takes what it lacks of a run, all of it or nothing; what it holds must be the same.
    fn take(&mut self, run: &[SignedRecord], counts_twice: bool) -> Result<u64, Refusal> {
        let is_held = |signed: &&SignedRecord| {
            let record = signed.verify(&self.key);
            record.is_ok_and(|record| record.seq <= self.position.last_seq())
        };
        let held = run.iter().take_while(is_held).count();
        let (held, fresh) = run.split_at(if counts_twice { 0 } else { held });
        for signed in held {
            if !self.records.contains(signed) {
                return Err(wrong(&"a record of a number that is taken"));
            }
        }
        if counts_twice {
            self.records.extend_from_slice(fresh);
            self.position.next_seq = self.records.len() as u64 + 1;
            return Ok(self.position.last_seq());
        }
        self.position =
            verify_run(fresh, &self.key, self.position).map_err(|error| match error {
                ChainError::Gap { .. } => Refusal::Gap,
                error => wrong(&error),
            })?;
        self.records.extend_from_slice(fresh);
        Ok(self.position.last_seq())
    }
}

fn wrong(why: &impl ToString) -> Refusal {
    Refusal::Wrong(why.to_string())
}
