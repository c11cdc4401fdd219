//! The door's end of a connection.

mod carrying;
mod identity;
mod output;
pub(crate) mod states;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use access::{Decision, Denial, DenyReason, Gate, HolderPublicKey, Now};

use crate::carry::CarryRequest;
use crate::frame::Framer;
use crate::message::{Command, FailureCode, decode_request};
use crate::{COMPLETION_TIMEOUT, HANDSHAKE_TIMEOUT, IDLE_TIMEOUT, MAX_DENIED};
pub use identity::DoorIdentity;
pub use output::{Attempt, DoorOutput, SessionError};
pub use states::Actuation;
use states::{
    Answered, AwaitingAudit, AwaitingPhone, AwaitingRequest, AwaitingStrike, Committed, Peer,
};

/// One connection to a door, from the peer's arrival to the close. Serves several requests, one at
/// a time.
///
/// A decided attempt is carried through whatever the peer or the link does next, so that the record
/// stays true; only the answer is lost. It is dropped when recording or moving takes
/// [`COMPLETION_TIMEOUT`].
pub struct DoorSession {
    framer: Framer,
    state: State,
    outputs: VecDeque<DoorOutput>,
    deadline: Duration,
    announced: Option<Duration>,
    error: Option<SessionError>,
    link: Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Open,
    /// Nothing more is read or sent; an attempt in progress is seen through.
    Abandoned,
    Closed,
}

enum State {
    AwaitingPhone(AwaitingPhone),
    AwaitingRequest(AwaitingRequest),
    AwaitingAudit(AwaitingAudit),
    AwaitingStrike(AwaitingStrike),
    /// A let-in peer's request is being answered.
    AwaitingCarry(Peer),
    Closed,
}

impl DoorSession {
    /// Opens the door's end when a peer has connected; the first message waits in `poll_output`.
    /// `entropy` is fresh for every connection.
    pub fn new(identity: &DoorIdentity, entropy: [u8; 32], now: Now) -> Self {
        let mut session = Self {
            framer: Framer::default(),
            state: State::Closed,
            outputs: VecDeque::new(),
            deadline: now.monotonic.saturating_add(HANDSHAKE_TIMEOUT),
            announced: None,
            error: None,
            link: Link::Open,
        };
        match AwaitingPhone::start(identity, entropy) {
            Ok((awaiting, hello)) => {
                session.state = State::AwaitingPhone(awaiting);
                session.outputs.push_back(DoorOutput::Send(hello));
                session.announce_deadline();
            }
            Err(error) => session.close(error),
        }
        session
    }

    /// Takes bytes off the link.
    pub fn handle_bytes(&mut self, chunk: &[u8], now: Now, gate: &mut Gate) {
        if self.link != Link::Open {
            return;
        }
        let pushed = self.framer.push(chunk, now.monotonic);
        let result = pushed
            .map_err(SessionError::from)
            .and_then(|()| self.handle_messages(now, gate));
        self.settle(result);
    }

    /// The record of the attempt in progress is on disk under this number.
    /// Ignored when no record is awaited.
    pub fn handle_audit_committed(&mut self, seq: u64) {
        let Some(awaiting) = self.take_awaiting_audit() else {
            return;
        };
        let result = awaiting
            .committed(seq)
            .and_then(|committed| match committed {
                Committed::Allowed(awaiting, actuation) => {
                    self.state = State::AwaitingStrike(awaiting);
                    self.outputs.push_back(DoorOutput::Actuate(actuation));
                    Ok(())
                }
                Committed::Denied(answered, reason) => self.answer_denied(answered, reason),
            });
        self.settle(result);
    }

    /// The record could not be committed: the strike stays, and the peer is told that the door
    /// failed, not what it decided.
    pub fn handle_audit_failed(&mut self) {
        self.fail_attempt(FailureCode::NotRecorded);
    }

    /// The door has nothing yet to decide by: what was decided does not count, is not recorded, and
    /// the peer is told that the door is not ready.
    pub fn handle_not_ready(&mut self) {
        self.fail_attempt(FailureCode::NotReady);
    }

    /// The strike has moved.
    pub fn handle_actuated(&mut self) {
        let Some(awaiting) = self.take_awaiting_strike() else {
            return;
        };
        let result = awaiting.moved().map(|answered| self.answer(answered));
        self.settle(result);
    }

    /// The strike did not move.
    pub fn handle_actuation_failed(&mut self) {
        let Some(awaiting) = self.take_awaiting_strike() else {
            return;
        };
        let result = awaiting.failed().map(|answered| self.answer(answered));
        self.settle(result);
    }

    /// Acts on a passed deadline; harmless before it.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.is_closed() {
            return;
        }
        let slow = self
            .framer
            .handle_timeout(now.monotonic)
            .map_err(SessionError::from);
        let late = now.monotonic >= self.deadline;
        if late {
            self.handle_audit_failed();
            self.handle_actuation_failed();
        }
        self.settle(slow.and(if late {
            Err(SessionError::TimedOut)
        } else {
            Ok(())
        }));
    }

    /// The peer has gone.
    pub fn handle_link_lost(&mut self) {
        if self.link == Link::Open {
            self.error = self.framer.finish().err().map(SessionError::from);
            self.abandon_link();
        }
    }

    /// The next thing to do. `None` until something else is handled.
    pub fn poll_output(&mut self) -> Option<DoorOutput> {
        self.outputs.pop_front()
    }

    /// Whether nothing more can come of this connection.
    pub fn is_closed(&self) -> bool {
        self.link == Link::Closed
    }

    /// Why the session closed the connection; `None` while it is open or when the peer just left.
    pub fn error(&self) -> Option<SessionError> {
        self.error
    }

    fn handle_messages(&mut self, now: Now, gate: &mut Gate) -> Result<(), SessionError> {
        while let Some(message) = self.framer.next_message() {
            let (peer, request) = match std::mem::replace(&mut self.state, State::Closed) {
                State::AwaitingPhone(awaiting) => awaiting.authenticate(&message)?,
                State::AwaitingRequest(awaiting) => awaiting.open(&message)?,
                busy => {
                    self.state = busy;
                    return Err(SessionError::OutOfTurn);
                }
            };
            match CarryRequest::decode(&request) {
                Ok(carry) => self.handle_carry(peer, &carry, now)?,
                Err(_) => self.handle_request(peer, &request, now, gate),
            }
        }
        Ok(())
    }

    fn handle_request(&mut self, peer: Peer, request: &[u8], now: Now, gate: &mut Gate) {
        let holder = peer.holder();
        let decision = match decode_request(request) {
            Ok((Command::Unlock, credential)) => gate.decide(&credential, holder, now),
            Err(_) => deny_malformed(holder, now, gate),
        };
        self.deadline = now.monotonic.saturating_add(COMPLETION_TIMEOUT);
        self.state = State::AwaitingAudit(peer.decided(decision.clone()));
        self.outputs
            .push_back(DoorOutput::AppendAudit(Attempt { decision, holder }));
    }

    fn fail_attempt(&mut self, code: FailureCode) {
        let Some(awaiting) = self.take_awaiting_audit() else {
            return;
        };
        let result = awaiting.failed(code).map(|answered| self.answer(answered));
        self.settle(result);
    }

    fn answer(&mut self, answered: Answered) {
        if self.link == Link::Abandoned {
            return self.finish();
        }
        let (awaiting, message) = answered.into_parts();
        self.outputs.push_back(DoorOutput::Send(message));
        self.state = State::AwaitingRequest(awaiting);
        self.deadline = self
            .deadline
            .saturating_add(IDLE_TIMEOUT.saturating_sub(COMPLETION_TIMEOUT));
    }

    fn answer_denied(
        &mut self,
        answered: Answered,
        reason: DenyReason,
    ) -> Result<(), SessionError> {
        let enough =
            answered.peer().denied() >= MAX_DENIED || reason == DenyReason::TooManyAttempts;
        self.answer(answered);
        if enough {
            Err(SessionError::TooManyDenied)
        } else {
            Ok(())
        }
    }

    fn take_awaiting_audit(&mut self) -> Option<AwaitingAudit> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::AwaitingAudit(awaiting) => return Some(awaiting),
            other => self.state = other,
        }
        None
    }

    fn take_awaiting_strike(&mut self) -> Option<AwaitingStrike> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::AwaitingStrike(awaiting) => return Some(awaiting),
            other => self.state = other,
        }
        None
    }

    fn settle(&mut self, result: Result<(), SessionError>) {
        match result {
            _ if self.is_closed() => {}
            Ok(()) => self.announce_deadline(),
            Err(error) => self.close(error),
        }
    }

    fn announce_deadline(&mut self) {
        let next = self
            .framer
            .deadline()
            .map_or(self.deadline, |chunk| chunk.min(self.deadline));
        if self.announced.replace(next) != Some(next) {
            self.outputs.push_back(DoorOutput::Deadline(next));
        }
    }

    fn close(&mut self, error: SessionError) {
        self.error.get_or_insert(error);
        self.abandon_link();
    }

    /// Closes, but for an attempt in progress, which is seen through first.
    fn abandon_link(&mut self) {
        self.framer = Framer::default();
        self.link = Link::Abandoned;
        match self.state {
            State::AwaitingAudit(_) | State::AwaitingStrike(_) => self.announce_deadline(),
            _ => self.finish(),
        }
    }

    fn finish(&mut self) {
        self.state = State::Closed;
        self.link = Link::Closed;
        self.outputs.push_back(DoorOutput::Close);
    }
}

/// What an authenticated peer sent is no request: denied, and counted like any other denial.
fn deny_malformed(holder: HolderPublicKey, now: Now, gate: &mut Gate) -> Decision {
    if !gate.attempts.check(&holder, now.monotonic) {
        return Decision::Deny(Denial::unproven(DenyReason::TooManyAttempts));
    }
    gate.attempts.record_denied(&holder, now.monotonic);
    Decision::Deny(Denial::unproven(DenyReason::Malformed))
}

impl fmt::Debug for DoorSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::AwaitingPhone(_) => "AwaitingPhone",
            State::AwaitingRequest(_) => "AwaitingRequest",
            State::AwaitingAudit(_) => "AwaitingAudit",
            State::AwaitingStrike(_) => "AwaitingStrike",
            State::AwaitingCarry(_) => "AwaitingCarry",
            State::Closed => "Closed",
        };
        f.debug_struct("DoorSession")
            .field("state", &state)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
