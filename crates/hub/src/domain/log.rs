//! The building's transparency log: grown with the records, served as tiles, checked as a whole.

use std::collections::{BTreeMap, HashMap};

use access::{BuildingId, BuildingPublicKey, DoorId, SigningPublicKey};
use audit::log::{
    Checkpoint, KnownHashes, Leaf, LogError, LogKey, LogPublicKey, SignedCheckpoint, Tile,
    TileKind, append, append_positions,
};
use audit::{ChainPosition, Hash32, HubPosition, HubRecord, Record, verify_run};
use hub_api::ErrorCode;

use super::{Hub, HubError, Result, refuse};
use crate::store::{LogGrowth, LogState, NewRecord, StoredRecord};

/// How many records are checked at once.
const BATCH: u32 = 500;

impl Hub {
    /// What a building's checkpoints are checked with.
    pub fn log_key(&self) -> LogPublicKey {
        self.signing_log_key().public()
    }

    fn signing_log_key(&self) -> LogKey {
        LogKey::from_seed(*self.keys.log)
    }

    /// How the log grows by these records, with the checkpoint of its new size.
    pub(super) async fn grow_log(
        &self,
        building: BuildingId,
        records: &[NewRecord],
    ) -> Result<LogGrowth> {
        let size = self.store.log(building).await?.size;
        let known = self
            .known_hashes(building, &append_positions(size)?)
            .await?;
        let leaves: Vec<_> = records.iter().map(|record| record.leaf).collect();
        let growth = append(size, &known, &leaves)?;
        let checkpoint = Checkpoint {
            building,
            size: growth.to_size,
            root: growth.root,
        };
        let signed = checkpoint.sign(&self.signing_log_key()).map_err(internal)?;
        Ok(LogGrowth {
            from_size: growth.from_size,
            to_size: growth.to_size,
            first_position: growth.first_position,
            hashes: growth.hashes.iter().map(|hash| hash.0).collect(),
            checkpoint: signed.0,
        })
    }

    async fn known_hashes(&self, building: BuildingId, positions: &[u64]) -> Result<KnownHashes> {
        let hashes = self.store.log_hashes(building, positions).await?;
        Ok(KnownHashes::new(positions, hashes.into_iter().map(Hash32)))
    }

    /// A tile of a building's log; `path` as C2SP tlog-tiles writes it, after `tile/`.
    pub async fn log_tile(&self, building: BuildingId, path: &str) -> Result<Vec<u8>> {
        let size = self.store.log(building).await?.size;
        let tile = format!("tile/{path}").parse::<Tile>().ok();
        let Some(tile) = tile.filter(|tile| tile.is_within(size)) else {
            return refuse(ErrorCode::NotFound, "The log has no such tile.");
        };
        match tile.kind() {
            TileKind::Hashes { .. } => {
                let known = self.known_hashes(building, &tile.positions(size)?).await?;
                Ok(tile.bytes(size, &known)?)
            }
            TileKind::Entries => {
                let range = tile.range();
                let count = u32::try_from(range.end - range.start).unwrap_or(u32::MAX);
                let leaves = self.store.leaves(building, range.start, count).await?;
                Ok(audit::log::entry_bundle(&leaves))
            }
        }
    }

    /// Checks everything that is kept of a building's doors: signatures, chains, leaves, root and
    /// checkpoint. Shows each record to `visit`, in the order of the log.
    pub async fn check_log(
        &self,
        building: BuildingId,
        mut visit: impl FnMut(&Logged) + Send,
    ) -> Result<LogReport> {
        let state = self.store.log(building).await?;
        let key = self.building(building).await?.key;
        let mut check = LogCheck::new(building, key, self.door_keys(building).await?);
        while check.size < state.size {
            // No further than the state that was read: the log may grow meanwhile.
            let left = u32::try_from(state.size - check.size).unwrap_or(BATCH);
            let count = left.min(BATCH);
            let records = self.store.records(building, check.size, count).await?;
            if records.is_empty() {
                break;
            }
            check.take(&records, &mut visit)?;
        }
        Ok(check.finish(&state, self.log_key()))
    }

    async fn door_keys(&self, building: BuildingId) -> Result<HashMap<DoorId, SigningPublicKey>> {
        let doors = self.store.doors_of(building).await?;
        let keys = doors
            .iter()
            .filter_map(|door| Some((door.id, door.keys?.signing)));
        Ok(keys.collect())
    }
}

/// What came of checking a building's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogReport {
    /// How many records were checked.
    pub size: u64,
    /// The root over them.
    pub root: Hash32,
    /// What is wrong, a sentence each; nothing when all holds.
    pub faults: Vec<String>,
}

/// A record as the log has it, whether or not it could be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logged {
    /// Of a door.
    Door(Record),
    /// Of this hub.
    Hub(HubRecord),
}

struct LogCheck {
    building: BuildingId,
    key: BuildingPublicKey,
    own_chain: HubPosition,
    keys: HashMap<DoorId, SigningPublicKey>,
    chains: HashMap<DoorId, ChainPosition>,
    size: u64,
    root: Hash32,
    known: KnownHashes,
    faults: Vec<String>,
}

impl LogCheck {
    fn new(
        building: BuildingId,
        key: BuildingPublicKey,
        keys: HashMap<DoorId, SigningPublicKey>,
    ) -> Self {
        Self {
            building,
            key,
            own_chain: HubPosition::start(building),
            keys,
            chains: HashMap::new(),
            size: 0,
            root: Hash32::ZERO,
            known: KnownHashes::default(),
            faults: Vec::new(),
        }
    }

    fn take(
        &mut self,
        records: &[StoredRecord],
        visit: &mut (impl FnMut(&Logged) + Send),
    ) -> Result<()> {
        for stored in records {
            if !stored.leaf.is_of(&stored.body, &stored.salt) {
                self.faults.push(format!(
                    "Record {} was changed after it was logged.",
                    stored.seq
                ));
            }
            let logged = if let Some(door) = stored.door {
                self.follow_chain(door, stored);
                stored.body.read_unverified().map(Logged::Door)
            } else {
                self.follow_own_chain(stored);
                stored.body.read_unverified_of_hub().map(Logged::Hub)
            };
            if let Ok(logged) = logged {
                visit(&logged);
            }
        }
        self.grow(records)
    }

    fn follow_own_chain(&mut self, stored: &StoredRecord) {
        match self.own_chain.verify(&stored.body, &self.key) {
            Ok(next) => self.own_chain = next,
            Err(error) => self.faults.push(format!("The hub's own: {error}.")),
        }
    }

    fn follow_chain(&mut self, door: DoorId, stored: &StoredRecord) {
        let Some(key) = self.keys.get(&door) else {
            self.faults
                .push(format!("Record {} is of an unknown door.", stored.seq));
            return;
        };
        let start = ChainPosition::start(self.building, door);
        let position = self.chains.entry(door).or_insert(start);
        match verify_run(std::slice::from_ref(&stored.body), key, *position) {
            Ok(next) => *position = next,
            Err(error) => self.faults.push(format!("Door {door}: {error}.")),
        }
    }

    fn grow(&mut self, records: &[StoredRecord]) -> Result<()> {
        let leaves: Vec<Leaf> = records.iter().map(|stored| stored.leaf).collect();
        let growth = append(self.size, &self.known, &leaves)?;
        let fresh: BTreeMap<_, _> = growth.writes().collect();
        let needed = append_positions(growth.to_size)?;
        let hash = |position: &u64| match fresh.get(position) {
            Some(hash) => Ok((*position, *hash)),
            None => self.known.hash(*position).map(|hash| (*position, hash)),
        };
        let known = needed
            .iter()
            .map(hash)
            .collect::<Result<KnownHashes, LogError>>()?;
        self.known = known;
        self.size = growth.to_size;
        self.root = growth.root;
        Ok(())
    }

    fn finish(mut self, state: &LogState, key: LogPublicKey) -> LogReport {
        if self.size != state.size {
            self.faults
                .push(format!("{} of {} records are here.", self.size, state.size));
        }
        if let Some(text) = &state.checkpoint {
            let checkpoint = SignedCheckpoint(text.clone()).verify(self.building, key);
            match checkpoint {
                Ok(signed) if (signed.size, signed.root) == (self.size, self.root) => {}
                Ok(_) => self
                    .faults
                    .push("The checkpoint was signed for other records.".into()),
                Err(error) => self.faults.push(format!("The checkpoint: {error}.")),
            }
        }
        LogReport {
            size: self.size,
            root: self.root,
            faults: self.faults,
        }
    }
}

impl From<LogError> for HubError {
    fn from(error: LogError) -> Self {
        internal(error)
    }
}

fn internal(error: impl std::fmt::Display) -> HubError {
    HubError::Internal(format!("the building's log: {error}"))
}
