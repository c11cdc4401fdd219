//! A door that decides for real behind any listener, and a resident's phone.

use std::time::{Duration, Instant};

use access::{
    BuildingId, BuildingKey, Bundle, BundleDoor, Credential, DoorId, DoorKind, DoorPolicy, Gate,
    Grant, GrantId, HolderClass, HolderSecret, Now, issue,
};
use bluetooth::{Link, Listener};
use door_protocol::{CarryAnswer, Command, DoorIdentity, DoorOutput, DoorSession, KeySession};
use rand::{SeedableRng as _, rngs::StdRng};

pub(crate) const UNLOCK_S: u16 = 5;
const UTC_S: u64 = 1_800_000_000;

pub(crate) struct Site {
    pub(crate) identity: DoorIdentity,
    building_key: BuildingKey,
    started: Instant,
}

impl Site {
    pub(crate) fn new() -> Self {
        let building = BuildingId::from_entropy([1; 16]);
        let door = DoorId::from_entropy([2; 16]);
        Self {
            identity: DoorIdentity::new(building, door, [4; 32]),
            building_key: BuildingKey::from_seed([3; 32]),
            started: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Serves every phone that comes, one after another.
    pub(crate) async fn serve(&self, mut listener: impl Listener) {
        let mut gate = self.gate();
        for connection in 1.. {
            let Ok(link) = listener.accept().await else {
                return;
            };
            self.answer(link, &mut gate, connection).await;
        }
    }

    async fn answer(&self, mut link: Link, gate: &mut Gate, connection: u8) {
        let mut session = DoorSession::new(&self.identity, [connection; 32], self.at());
        loop {
            while let Some(output) = session.poll_output() {
                match output {
                    DoorOutput::Send(framed) => drop(link.send(&framed).await),
                    DoorOutput::AppendAudit(_) => session.handle_audit_committed(1),
                    DoorOutput::Actuate(_) => session.handle_actuated(),
                    DoorOutput::Status | DoorOutput::Bundle(_) | DoorOutput::Records { .. } => {
                        session.handle_carry_answer(&CarryAnswer::NoRecords);
                    }
                    DoorOutput::Deadline(_) => {}
                    DoorOutput::Close => return,
                }
            }
            match link.incoming.recv().await {
                Some(chunk) => session.handle_bytes(&chunk, self.at(), gate),
                None => return,
            }
        }
    }

    /// A resident's session for this door; `door_key` may be that of another.
    pub(crate) fn session(&self, credential: &Credential) -> KeySession {
        let (id, key) = (self.identity.door(), self.identity.public());
        let holder = HolderSecret::from_bytes([5; 32]);
        KeySession::new(
            id,
            key,
            &holder,
            credential,
            Command::Unlock,
            [9; 32],
            self.now(),
        )
    }

    pub(crate) fn credential(&self, door: DoorId) -> Credential {
        let grant = Grant {
            id: GrantId::from_entropy([6; 16]),
            building: self.identity.building(),
            class: HolderClass::Resident,
            doors: vec![door],
            not_before: UTC_S - 60,
            not_after: UTC_S + 3600,
        };
        let holder = HolderSecret::from_bytes([5; 32]).public();
        issue(
            &self.building_key,
            &grant,
            holder,
            &mut StdRng::seed_from_u64(7),
        )
        .unwrap()
    }

    fn at(&self) -> Now {
        Now {
            monotonic: self.now(),
            utc_s: UTC_S,
        }
    }

    fn gate(&self) -> Gate {
        let door = BundleDoor::new(
            self.identity.door(),
            "Main entrance",
            DoorKind::Common,
            UNLOCK_S,
        );
        let bundle = Bundle {
            version: 1,
            issued_at: UTC_S,
            doors: vec![door],
            ..Bundle::empty(self.identity.building())
        };
        let key = self.building_key.public();
        Gate::new(DoorPolicy::new(key, self.identity.door(), bundle).unwrap())
    }
}
