//! What a let-in peer asks for besides.

use access::{Now, SignedBundle};

use super::states::{Answered, Peer};
use super::{DoorOutput, DoorSession, SessionError, State};
use crate::COMPLETION_TIMEOUT;
use crate::carry::{CarryAnswer, CarryRefusal, CarryRequest};

impl DoorSession {
    /// What was asked for by [`DoorOutput::Status`], [`DoorOutput::Bundle`] or
    /// [`DoorOutput::Records`]. Ignored when nothing of that is awaited.
    pub fn handle_carry_answer(&mut self, answer: &CarryAnswer) {
        let peer = match std::mem::replace(&mut self.state, State::Closed) {
            State::AwaitingCarry(peer) => peer,
            other => {
                self.state = other;
                return;
            }
        };
        let result = self.answer_carry(peer, answer);
        self.settle(result);
    }

    pub(super) fn handle_carry(
        &mut self,
        mut peer: Peer,
        request: &CarryRequest,
        now: Now,
    ) -> Result<(), SessionError> {
        self.deadline = now.monotonic.saturating_add(COMPLETION_TIMEOUT);
        let entry_seq = peer.entry_seq();
        let Some(before) = entry_seq.or(access::off!(LetInFirst).then_some(0)) else {
            let code = CarryRefusal::NotLetIn;
            self.answer_carry(peer, &CarryAnswer::Refused { code })?;
            return Err(SessionError::NotLetIn);
        };
        let output = match *request {
            CarryRequest::Status => DoorOutput::Status,
            CarryRequest::Records { after } => DoorOutput::Records { after, before },
            CarryRequest::BundlePart {
                total,
                offset,
                ref bytes,
            } => match peer.take_part(total, offset, bytes) {
                Ok(Ok(whole)) => DoorOutput::Bundle(SignedBundle(whole)),
                Ok(Err(next)) => return self.answer_carry(peer, &CarryAnswer::PartTaken { next }),
                Err(code) => return self.answer_carry(peer, &CarryAnswer::Refused { code }),
            },
        };
        self.outputs.push_back(output);
        self.state = State::AwaitingCarry(peer);
        Ok(())
    }

    fn answer_carry(&mut self, peer: Peer, answer: &CarryAnswer) -> Result<(), SessionError> {
        let answered = Answered::carry(peer, answer)?;
        self.answer(answered);
        Ok(())
    }
}
