//! Takes codes from the keypad: hashed, decided, recorded, and only then let in.

use std::sync::Arc;

use access::{CodeError, Decision, Denial, DenyReason};
use audit::LinkKind;
use door_protocol::COMPLETION_TIMEOUT;
use tokio::{sync::mpsc, task::spawn_blocking, time::timeout};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::{
    keypad::{Key, Typed},
    session::{Doorway, RecordError},
};

/// Takes one code after the other.
#[derive(Debug)]
pub struct CodeDesk {
    doorway: Arc<Doorway>,
    typed: Typed,
    /// Whether the log says already that the code key is missing.
    told_lack: bool,
}

impl CodeDesk {
    /// A desk at which nothing has been typed.
    pub fn new(doorway: Arc<Doorway>) -> Self {
        Self {
            doorway,
            typed: Typed::default(),
            told_lack: false,
        }
    }

    /// Runs until `stop`, or until there is no keypad any more.
    pub async fn run(mut self, mut keys: mpsc::Receiver<Key>, stop: CancellationToken) {
        while let Some(Some(key)) = stop.run_until_cancelled(keys.recv()).await {
            let now = self.doorway.clock.now().monotonic;
            if let Some(code) = self.typed.press(key, now) {
                self.tell_lack();
                self.take(code).await;
            }
        }
    }

    /// Once, so that who reads the log learns why a right code is as good as a wrong one.
    fn tell_lack(&mut self) {
        let lacks = self.doorway.gate.lacks_code_key();
        if lacks && !self.told_lack {
            tracing::warn!(
                "the code key is missing, so this door's codes open nothing: the hub must be reached once"
            );
        }
        self.told_lack = lacks;
    }

    async fn take(&self, code: Zeroizing<String>) {
        let Doorway { gate, .. } = &*self.doorway;
        if !gate.is_ready() {
            tracing::warn!("no code opens before the first bundle: the hub must be reached once");
            return;
        }
        let decision = match self.decide(code).await {
            Ok(decision) => decision,
            Err(error) => {
                tracing::error!(%error, "a code could not be checked");
                return;
            }
        };
        let used = match &decision {
            Decision::Allow(entrant) => gate.single_use(entrant.grant),
            Decision::Deny(_) => None,
        };
        let record = self.doorway.record(&decision, LinkKind::Keypad, used);
        let recorded = timeout(COMPLETION_TIMEOUT, record).await;
        match (recorded, decision) {
            (Ok(Ok(seq)), Decision::Allow(entrant)) => {
                gate.use_code(used);
                self.doorway.let_in(seq, entrant.unlock_s).await;
            }
            (Ok(Ok(_)), Decision::Deny(_)) => {}
            (Ok(Err(RecordError::Flood)), _) => self.keep_denials().await,
            (Ok(Err(error)), _) => {
                tracing::error!(%error, "nobody may pass: the code could not be recorded");
            }
            (Err(_), _) => tracing::error!("nobody may pass: recording the code took too long"),
        }
    }

    /// While the keypad waits nothing is hashed.
    async fn decide(&self, code: Zeroizing<String>) -> Result<Decision, Unchecked> {
        let Doorway { gate, clock, .. } = &*self.doorway;
        let asked = || self.doorway.asked(LinkKind::Keypad);
        let (may_try, _) = gate.with(asked(), |gate| gate.keypad.check(clock.now().monotonic));
        if !may_try {
            let denial = Denial::unproven(DenyReason::TooManyAttempts);
            return Ok(Decision::Deny(denial));
        }
        let hashing = gate.hashing();
        let hashed = spawn_blocking(move || hashing.hash(&code));
        let typed = hashed.await.map_err(|_| Unchecked::Panicked)??;
        let (decision, _) = gate.with(asked(), |gate| gate.decide_code(&typed, clock.now()));
        Ok(decision)
    }

    /// That codes were denied is kept although no record is made of it: the wait survives a restart.
    async fn keep_denials(&self) {
        let Doorway { gate, journal, .. } = &*self.doorway;
        let unkept = gate.take_unkept();
        if unkept.is_empty() {
            return;
        }
        let keeping = unkept.clone();
        let kept = journal.query(move |store| store.keep_denied(&keeping));
        if let Err(error) = kept.await {
            tracing::error!(%error, "the keypad's denials could not be kept");
            gate.return_unkept(&unkept);
        }
    }
}

/// Why nothing was decided about a code.
#[derive(Debug, thiserror::Error)]
enum Unchecked {
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error("hashing it panicked")]
    Panicked,
}
