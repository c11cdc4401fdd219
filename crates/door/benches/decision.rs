//! Measures a decision with its record on disk, beside a bare fsync on the same disk, and writes every
//! sample to the file that is given: `{"decision_ms":[…],"fsync_ms":[…]}`.
//!
//! A decision begins with the request's bytes in the door's hands: decrypt, verify the credential,
//! decide, sign the record, commit it. Then the strike may move.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use access::{
    BuildingId, BuildingKey, Bundle, BundleDoor, Credential, DoorId, DoorKind, Grant, GrantId,
    HolderClass, HolderSecret, SignedBundle, SigningKey, issue, x25519_public,
};
use anyhow::{Context, Result, ensure};
use audit::{ChainPosition, Entry, Event, LinkKind, Person};
use door::{
    clock::Clock,
    gate::{Asked, SharedGate},
    journal::{Draft, Journal, JournalThread, resume},
    store::Store,
};
use door_protocol::{Command, DoorIdentity, DoorOutput, DoorSession, KeyOutput, KeySession};
use rand::{random, rngs::OsRng};
use serde_json::json;

/// Decisions that are measured, after as many as a tenth to warm up.
const DECISIONS: usize = 1000;

/// What a small commit writes at least: one page.
const PAGE: usize = 4096;

const BUILDING: BuildingId = BuildingId::from_entropy([1; 16]);
const DOOR: DoorId = DoorId::from_entropy([2; 16]);
const DOOR_SECRET: [u8; 32] = [3; 32];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // cargo adds `--bench` to what it is told to pass on.
    let file = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let file = PathBuf::from(file.context("usage: decision FILE")?);
    let folder = file.with_extension("data");
    // An earlier run's.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let door = Door::open(&folder)?;
    let mut page = File::create(folder.join("page"))?;
    let (mut decisions, mut fsyncs) = (Vec::new(), Vec::new());
    for number in 0..DECISIONS + DECISIONS / 10 {
        // Turn by turn, so that both meet the same disk.
        let decision = door.decide().await?;
        let fsync = fsync(&mut page)?;
        if number >= DECISIONS / 10 {
            decisions.push(milliseconds(decision));
            fsyncs.push(milliseconds(fsync));
        }
    }
    let samples = json!({ "decision_ms": decisions, "fsync_ms": fsyncs });
    fs::write(&file, samples.to_string()).context("the samples cannot be written")?;
    Ok(fs::remove_dir_all(folder)?)
}

/// A door on the disk, and a resident.
struct Door {
    clock: Clock,
    gate: SharedGate,
    journal: Journal,
    holder: HolderSecret,
    credential: Credential,
}

impl Door {
    fn open(folder: &Path) -> Result<Self> {
        let key = BuildingKey::from_seed([4; 32]);
        let signing = SigningKey::from_seed([5; 32]);
        let store = Store::open(&folder.join("records.db"))?;
        let start = ChainPosition::start(BUILDING, DOOR);
        let chain = resume(&store, start, &signing.public())?;
        let (_thread, journal) = JournalThread::start(store, chain, signing)?;
        let clock = Clock::start();
        let now_s = clock.now().utc_s;
        let gate = SharedGate::new(BUILDING, key.public(), DOOR, clock.clone())?;
        let bundle = Bundle {
            version: 1,
            issued_at: now_s,
            doors: vec![BundleDoor::new(DOOR, "Main entrance", DoorKind::Common, 5)],
            ..Bundle::empty(BUILDING)
        };
        let checked = gate.check(&SignedBundle::sign(&bundle, &key)?)?;
        gate.install(checked.context("the bundle is new")?)?;
        let holder = HolderSecret::from_bytes(random());
        let grant = Grant {
            id: GrantId::from_entropy([6; 16]),
            building: BUILDING,
            class: HolderClass::Resident,
            doors: vec![DOOR],
            not_before: now_s.saturating_sub(60),
            not_after: now_s + 3600,
        };
        let credential = issue(&key, &grant, holder.public(), &mut OsRng)?;
        Ok(Self {
            clock,
            gate,
            journal,
            holder,
            credential,
        })
    }

    /// From the request's bytes to the right to move the strike.
    async fn decide(&self) -> Result<Duration> {
        let identity = DoorIdentity::new(BUILDING, DOOR, DOOR_SECRET);
        let mut session = DoorSession::new(&identity, random(), self.clock.now());
        let request = self.request(&hello(&mut session)?)?;
        let started = Instant::now();
        let asked = Asked {
            link: LinkKind::Stream,
            filming: false,
        };
        self.gate.with(asked, |gate| {
            session.handle_bytes(&request, self.clock.now(), gate);
        });
        while let Some(output) = session.poll_output() {
            match output {
                DoorOutput::AppendAudit(attempt) => {
                    let access::Decision::Allow(entrant) = &attempt.decision else {
                        anyhow::bail!("the resident is denied");
                    };
                    let event = Event::Entry(Entry {
                        person: Person::of(entrant, self.gate.resident_records()),
                        link: LinkKind::Stream,
                        clip: None,
                    });
                    let draft = Draft::new(self.clock.utc_ms(), event);
                    session.handle_audit_committed(self.journal.append(draft).await?);
                }
                DoorOutput::Actuate(_) => return Ok(started.elapsed()),
                _ => {}
            }
        }
        anyhow::bail!("nothing was decided")
    }

    fn request(&self, hello: &[u8]) -> Result<Vec<u8>> {
        let door_key = x25519_public(&DOOR_SECRET).into();
        let mut session = KeySession::new(
            DOOR,
            door_key,
            &self.holder,
            &self.credential,
            Command::Unlock,
            random(),
            Duration::ZERO,
        );
        session.handle_bytes(hello, Duration::ZERO);
        let sent = std::iter::from_fn(|| session.poll_output()).find_map(|output| match output {
            KeyOutput::Send(request) => Some(request),
            _ => None,
        });
        sent.context("the phone asks nothing")
    }
}

fn hello(session: &mut DoorSession) -> Result<Vec<u8>> {
    let sent = std::iter::from_fn(|| session.poll_output()).find_map(|output| match output {
        DoorOutput::Send(hello) => Some(hello),
        _ => None,
    });
    sent.context("the door says nothing")
}

fn fsync(page: &mut File) -> Result<Duration> {
    let started = Instant::now();
    page.write_all(&[7; PAGE])?;
    page.sync_data()?;
    let took = started.elapsed();
    ensure!(took > Duration::ZERO, "the clock stands still");
    Ok(took)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
