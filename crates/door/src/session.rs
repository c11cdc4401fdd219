//! One connection: the link on one side, decision, record and strike on the other.

mod carrying;

use std::{sync::atomic::Ordering, time::Duration};

use access::{ClipId, Decision, Denial, DenyReason, GrantId, HolderClass};
use audit::{Entry, Event, LinkKind, Person};
use bluetooth::Link;
use door_protocol::{
    Actuation, Attempt, COMPLETION_TIMEOUT, DoorIdentity, DoorOutput, DoorSession,
};
use rand::{RngCore as _, rngs::OsRng};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    flood::FloodGuard,
    gate::{Asked, SharedGate},
    guests::Known,
    journal::{Draft, Journal},
    recorder::{Filming, Moment, Recorder},
    store::{Alongside, StoreError},
    strike::StrikeHandle,
};

/// How long a peer may take to accept what the door sends.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// How long one connection may last, whatever the peer does on it.
const LIFETIME: Duration = Duration::from_mins(2);

/// What all sessions of a door share.
#[derive(Debug)]
pub struct Doorway {
    /// Which door this is.
    pub identity: DoorIdentity,
    /// Decides.
    pub gate: SharedGate,
    /// Records.
    pub journal: Journal,
    /// Moves.
    pub strike: StrikeHandle,
    /// Films.
    pub recorder: Recorder,
    /// Tells the time.
    pub clock: Clock,
    /// Keeps strangers from filling the disk with denials.
    pub flood: FloodGuard,
}

/// Why a session ended before the peer left.
#[derive(Debug, thiserror::Error)]
pub enum SessionEnd {
    /// The operating system gave no randomness for the channel.
    #[error("no randomness: {0}")]
    Randomness(rand::Error),
    /// The link was lost.
    #[error("the link was lost while sending")]
    LinkLost,
    /// The connection lasted too long or made room for another.
    #[error("the connection was ended to make room")]
    MadeRoom,
    /// The protocol ended it.
    #[error(transparent)]
    Protocol(#[from] door_protocol::SessionError),
}

/// Serves one peer until it leaves, misbehaves, takes too long or has to make room.
///
/// An attempt that has been decided is always carried through: it is recorded and the strike moves
/// although the peer may have gone.
pub async fn serve(
    doorway: &Doorway,
    link: Link,
    kind: LinkKind,
    known: &Known,
    leave: &CancellationToken,
) -> Result<(), SessionEnd> {
    let mut entropy = [0; 32];
    OsRng
        .try_fill_bytes(&mut entropy)
        .map_err(SessionEnd::Randomness)?;
    let now = doorway.clock.now();
    let mut serving = Serving {
        session: DoorSession::new(&doorway.identity, entropy, now),
        deadline: now.monotonic,
        doorway,
        link,
        kind,
        known,
        counts: false,
    };
    let end = Instant::now() + LIFETIME;
    loop {
        if serving.carry_out().await? == Progress::Closed {
            return serving
                .session
                .error()
                .map_or(Ok(()), |error| Err(error.into()));
        }
        let deadline = Instant::from_std(doorway.clock.instant(serving.deadline));
        tokio::select! {
            () = leave.cancelled() => return Err(SessionEnd::MadeRoom),
            () = tokio::time::sleep_until(end) => return Err(SessionEnd::MadeRoom),
            () = tokio::time::sleep_until(deadline) => {
                serving.session.handle_timeout(doorway.clock.now());
            }
            chunk = serving.link.incoming.recv() => match chunk {
                Some(chunk) => serving.take(&chunk),
                None => serving.session.handle_link_lost(),
            }
        }
    }
}

#[derive(PartialEq)]
enum Progress {
    Waiting,
    Closed,
}

struct Serving<'a> {
    session: DoorSession,
    /// On the monotonic clock.
    deadline: Duration,
    doorway: &'a Doorway,
    link: Link,
    kind: LinkKind,
    known: &'a Known,
    /// Whether what the gate last decided counts.
    counts: bool,
}

impl Serving<'_> {
    fn take(&mut self, chunk: &[u8]) {
        let Doorway { gate, clock, .. } = self.doorway;
        let session = &mut self.session;
        let ((), counts) = gate.with(self.doorway.asked(self.kind), |gate| {
            session.handle_bytes(chunk, clock.now(), gate);
        });
        self.counts = counts;
    }

    /// Does everything that the session asks for.
    async fn carry_out(&mut self) -> Result<Progress, SessionEnd> {
        while let Some(output) = self.session.poll_output() {
            match output {
                DoorOutput::Send(framed) => {
                    let sent = timeout(SEND_TIMEOUT, self.link.send(&framed)).await;
                    sent.map_err(|_| SessionEnd::LinkLost)?
                        .map_err(|_| SessionEnd::LinkLost)?;
                }
                DoorOutput::AppendAudit(attempt) => self.record(attempt).await,
                DoorOutput::Actuate(actuation) => self.actuate(actuation).await,
                DoorOutput::Status => self.tell_status().await,
                DoorOutput::Bundle(signed) => self.take_bundle(signed).await,
                DoorOutput::Records { after, before } => self.give_records(after, before).await,
                DoorOutput::Deadline(deadline) => self.deadline = deadline,
                DoorOutput::Close => return Ok(Progress::Closed),
            }
        }
        Ok(Progress::Waiting)
    }

    async fn record(&mut self, attempt: Attempt) {
        if !self.counts {
            tracing::warn!("nobody may pass before the first bundle: the hub must be reached once");
            return self.session.handle_not_ready();
        }
        if matches!(attempt.decision, Decision::Allow(_)) {
            self.known.store(true, Ordering::Relaxed);
        }
        if access::off!(QuietLog) {
            tracing::info!(holder = %attempt.holder, "an attempt");
        }
        if access::off!(RecordFirst) {
            return self.session.handle_audit_committed(u64::MAX);
        }
        let record = self.doorway.record(&attempt.decision, self.kind, None);
        match timeout(COMPLETION_TIMEOUT, record).await {
            Ok(Ok(seq)) => self.session.handle_audit_committed(seq),
            Ok(Err(error)) => {
                tracing::error!(%error, "nobody may pass: the attempt could not be recorded");
                self.session.handle_audit_failed();
            }
            Err(_) => {
                tracing::error!("nobody may pass: recording the attempt took too long");
                self.session.handle_audit_failed();
            }
        }
    }

    async fn actuate(&mut self, actuation: Actuation) {
        let moved = self.doorway.let_in(actuation.seq(), actuation.unlock_s());
        if moved.await {
            self.session.handle_actuated();
        } else {
            self.session.handle_actuation_failed();
        }
    }
}

impl Doorway {
    /// What the door knows by itself, at this moment, about whoever asks over this link.
    pub(crate) fn asked(&self, link: LinkKind) -> Asked {
        Asked {
            link,
            filming: self.recorder.is_filming(),
        }
    }

    /// Puts an attempt on record, and has it filmed if it has to be. The single-use code `used` is
    /// used from the same commit on.
    pub(crate) async fn record(
        &self,
        decision: &Decision,
        link: LinkKind,
        used: Option<GrantId>,
    ) -> Result<u64, RecordError> {
        let limited = !access::off!(RecordLimit) && costs_nothing(decision, link);
        if limited && !self.flood.admits(self.clock.now().monotonic) {
            return Err(RecordError::Flood);
        }
        let moment = Moment {
            monotonic: self.clock.now().monotonic,
            utc_ms: self.clock.utc_ms(),
        };
        let filming = self.recorder.prepare(decision, link, moment);
        let event = self.event(decision, link, filming.clip());
        let mut draft = Draft::new(moment.utc_ms, event);
        let denied = matches!(decision, Decision::Deny(_));
        let begins = |clip| Alongside::ClipBegins { clip, denied };
        draft.alongside.extend(filming.clip().map(begins));
        draft.alongside.extend(used.map(Alongside::CodeUsed));
        draft.unfilmed = filming.unfilmed().map(str::to_owned);
        let seq = self.append_with_denials(draft).await?;
        log(decision, seq, filming.unfilmed());
        if let Filming::Clip(shot) = filming {
            self.recorder.film(shot, seq, self.gate.viewers());
        }
        Ok(seq)
    }

    /// Keeps with a record how often holders and codes were denied up to it.
    async fn append_with_denials(&self, draft: Draft) -> Result<u64, StoreError> {
        let unkept = self.gate.take_unkept();
        if unkept.is_empty() {
            return self.journal.append(draft).await;
        }
        let kept = draft.with(Alongside::Denied(unkept.clone()));
        let appended = self.journal.append(kept).await;
        if appended.is_err() {
            self.gate.return_unkept(&unkept);
        }
        appended
    }

    /// Moves the strike for the entry that is on record as `seq`; whether it moved is on record too.
    pub(crate) async fn let_in(&self, seq: u64, unlock_s: u16) -> bool {
        let open_for = Duration::from_secs(unlock_s.into());
        let Err(error) = self.strike.unlock(seq, open_for).await else {
            tracing::info!(seq, unlock_s, "unlocked");
            return true;
        };
        tracing::error!(%error, seq, "the entry was recorded, but the strike did not move");
        let not_moved = Draft::new(self.clock.utc_ms(), Event::NotMoved { entry_seq: seq });
        let recorded = timeout(COMPLETION_TIMEOUT, self.journal.append(not_moved)).await;
        if !matches!(recorded, Ok(Ok(_))) {
            tracing::error!(seq, "that the strike did not move could not be recorded");
        }
        false
    }

    fn event(&self, decision: &Decision, link: LinkKind, clip: Option<ClipId>) -> Event {
        match decision {
            Decision::Allow(entrant) => Event::Entry(Entry {
                person: Person::of(entrant, self.gate.resident_records()),
                link,
                clip,
            }),
            Decision::Deny(denial) => Event::Denied {
                reason: denial.reason,
                class: denial.class,
                grant: denial.grant,
                link,
                clip,
            },
        }
    }
}

/// Why an attempt is not on record.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// Strangers have caused too many records already.
    #[error("too many denials that anybody could cause")]
    Flood,
    /// The record could not be committed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether anybody at all could have made this attempt, and again with a new key each time: who is
/// not shown to be the holder of a credential is not slowed down by earlier denials either. At the
/// keypad nobody is known.
fn costs_nothing(decision: &Decision, link: LinkKind) -> bool {
    use DenyReason::{BadSignature, NotTheHolder, WrongBuilding};
    let Decision::Deny(Denial { reason, class, .. }) = decision else {
        return false;
    };
    class.is_none()
        || link == LinkKind::Keypad
        || matches!(reason, BadSignature | NotTheHolder | WrongBuilding)
}

/// Says what was decided, and nothing about who it was.
fn log(decision: &Decision, seq: u64, unfilmed: Option<&str>) {
    match decision {
        Decision::Allow(entrant) => {
            tracing::info!(seq, class = entrant.class.as_str(), "allowed");
        }
        Decision::Deny(denial) => {
            let class = denial.class.map_or("unknown", HolderClass::as_str);
            tracing::info!(seq, class, reason = denial.reason.as_str(), "denied");
        }
    }
    if let Some(why) = unfilmed {
        tracing::warn!(seq, why, "this attempt is not filmed");
    }
}
