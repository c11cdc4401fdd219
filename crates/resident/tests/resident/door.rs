use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use access::{Bundle, DoorPolicy, Gate, GrantId, Now, SignedBundle};
use audit::{SealedRecords, SignedRecord};
use bluetooth::{Link, Listener as _, LoopbackCentral};
use door_protocol::{CarryAnswer, DoorIdentity, DoorOutput, DoorSession, DoorStatus};
use rand::RngCore as _;
use rand::rngs::OsRng;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::building::{building_key, bundle, identity, now_s, records_key};

/// The smallest chunk that Bluetooth has.
const CHUNK: usize = 20;

/// How a door misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    #[default]
    None,
    /// It cannot write its log.
    CannotRecord,
    /// Its clock is a month ahead.
    ClockAhead,
    /// It hangs up before it has spoken, this often.
    HangsUp(u64),
    /// It hangs up before it has spoken, and is gone.
    HangsUpAndGoes,
}

/// What waits at a door that reaches no hub.
#[derive(Clone, Default)]
pub(crate) struct Waiting {
    /// Its records; the numbers begin at 1.
    pub(crate) records: Vec<SignedRecord>,
    /// What the hub has confirmed of them to the door.
    pub(crate) durable_seq: u64,
    pub(crate) bundles: Arc<Mutex<Vec<Bundle>>>,
}

impl Waiting {
    /// The bundles that phones brought.
    pub(crate) fn bundles(&self) -> Vec<Bundle> {
        self.bundles.lock().unwrap().clone()
    }

    fn bundle_version(&self) -> u64 {
        self.bundles().last().map_or(1, |bundle| bundle.version)
    }

    fn take_bundle(&self, signed: &SignedBundle) -> CarryAnswer {
        let bundle = signed.verify(&building_key().public()).unwrap();
        let version = bundle.version;
        self.bundles.lock().unwrap().push(bundle);
        CarryAnswer::InForce { version }
    }

    fn records(&self, after: u64, before: u64) -> CarryAnswer {
        let run: Vec<_> = (1..)
            .zip(&self.records)
            .filter(|(seq, _)| *seq > after && *seq < before)
            .map(|(_, record)| record.clone())
            .collect();
        if run.is_empty() {
            return CarryAnswer::NoRecords;
        }
        let batch = SealedRecords::seal(&run, &records_key().public(), &mut OsRng).unwrap();
        CarryAnswer::Records {
            last_seq: batch.last_seq,
            sealed: batch.to_bytes().unwrap(),
        }
    }
}

/// A door in memory. Gone when dropped.
pub(crate) struct FakeDoor {
    opened: Arc<AtomicU64>,
    phones: Arc<AtomicU64>,
    task: AbortHandle,
}

impl FakeDoor {
    pub(crate) fn put_up(radio: &LoopbackCentral, door: access::DoorId, rssi_dbm: i16) -> Self {
        Self::with(radio, door, rssi_dbm, Vec::new(), Fault::None)
    }

    pub(crate) fn with(
        radio: &LoopbackCentral,
        door: access::DoorId,
        rssi_dbm: i16,
        revoked: Vec<GrantId>,
        fault: Fault,
    ) -> Self {
        Self::of(radio, door, rssi_dbm, revoked, fault, Waiting::default())
    }

    /// A door without a network, at which records wait.
    pub(crate) fn cut_off(radio: &LoopbackCentral, door: access::DoorId, waiting: Waiting) -> Self {
        Self::of(radio, door, -50, Vec::new(), Fault::None, waiting)
    }

    fn of(
        radio: &LoopbackCentral,
        door: access::DoorId,
        rssi_dbm: i16,
        revoked: Vec<GrantId>,
        fault: Fault,
        waiting: Waiting,
    ) -> Self {
        let mut listener = radio.door(door.short(), rssi_dbm, CHUNK);
        let policy = DoorPolicy::new(building_key().public(), door, bundle(revoked)).unwrap();
        let mut gate = Gate::new(policy);
        let (opened, phones) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (moved, came) = (opened.clone(), phones.clone());
        let task = tokio::spawn(async move {
            while let Ok(link) = listener.accept().await {
                let before = came.fetch_add(1, Ordering::SeqCst);
                if matches!(fault, Fault::HangsUp(often) if before < often) {
                    continue;
                }
                if fault == Fault::HangsUpAndGoes {
                    break;
                }
                serve(link, &identity(door), &mut gate, fault, &moved, &waiting).await;
            }
        });
        Self {
            opened,
            phones,
            task: task.abort_handle(),
        }
    }

    /// How often the strike has moved.
    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Ordering::SeqCst)
    }

    /// How many links were taken.
    pub(crate) fn phones(&self) -> u64 {
        self.phones.load(Ordering::SeqCst)
    }
}

impl Drop for FakeDoor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut link: Link,
    identity: &DoorIdentity,
    gate: &mut Gate,
    fault: Fault,
    opened: &AtomicU64,
    waiting: &Waiting,
) {
    let recorded = waiting.records.len() as u64;
    let started = Instant::now();
    let ahead_s = if fault == Fault::ClockAhead {
        30 * 24 * 3600
    } else {
        0
    };
    let now = || Now {
        monotonic: started.elapsed(),
        utc_s: now_s() + ahead_s,
    };
    let mut entropy = [0; 32];
    rand::rngs::OsRng.fill_bytes(&mut entropy);
    let mut session = DoorSession::new(identity, entropy, now());
    loop {
        while let Some(output) = session.poll_output() {
            match output {
                DoorOutput::Send(bytes) => {
                    let _ = link.send(&bytes).await;
                }
                DoorOutput::AppendAudit(_) if fault == Fault::CannotRecord => {
                    session.handle_audit_failed();
                }
                DoorOutput::AppendAudit(_) => {
                    let entries = opened.load(Ordering::SeqCst);
                    session.handle_audit_committed(recorded + entries + 1);
                }
                DoorOutput::Actuate(_) => {
                    opened.fetch_add(1, Ordering::SeqCst);
                    session.handle_actuated();
                }
                DoorOutput::Status => {
                    let status = DoorStatus {
                        bundle_version: waiting.bundle_version(),
                        last_seq: recorded + opened.load(Ordering::SeqCst),
                        durable_seq: waiting.durable_seq,
                        utc_ms: now_s() * 1000,
                        clock_known: true,
                    };
                    session.handle_carry_answer(&CarryAnswer::Status(status));
                }
                DoorOutput::Bundle(bundle) => {
                    session.handle_carry_answer(&waiting.take_bundle(&bundle));
                }
                DoorOutput::Records { after, before } => {
                    session.handle_carry_answer(&waiting.records(after, before));
                }
                DoorOutput::Deadline(_) => {}
                DoorOutput::Close => return,
            }
        }
        match link.incoming.recv().await {
            Some(chunk) => session.handle_bytes(&chunk, now(), gate),
            None => return,
        }
    }
}
