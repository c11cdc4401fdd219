use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::{DoorPolicy, Gate, GrantId, Now};
use bluetooth::{Link, Listener as _, LoopbackCentral};
use door_protocol::{DoorIdentity, DoorOutput, DoorSession};
use rand::RngCore as _;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::building::{building_key, bundle, identity, now_s};

/// The smallest chunk that Bluetooth has.
const CHUNK: usize = 20;

/// How a door misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    #[default]
    None,
    /// It cannot write its log.
    CannotRecord,
    /// It hangs up before it has spoken, this often.
    HangsUp(u64),
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
                serve(link, &identity(door), &mut gate, fault, &moved).await;
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
) {
    let started = Instant::now();
    let now = || Now {
        monotonic: started.elapsed(),
        utc_s: now_s(),
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
                    session.handle_audit_committed(opened.load(Ordering::SeqCst) + 1);
                }
                DoorOutput::Actuate(_) => {
                    opened.fetch_add(1, Ordering::SeqCst);
                    session.handle_actuated();
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
