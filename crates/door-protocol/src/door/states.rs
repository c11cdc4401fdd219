//! What a door's connection awaits. Each state holds only what it needs and is consumed by the
//! next, so that a strike is never asked to move but by an attempt whose record is committed.

use access::{Decision, DenyReason, Entrant, HolderPublicKey};
use snow::{HandshakeState, TransportState};

use super::{DoorIdentity, SessionError};
use crate::carry::{CarryAnswer, CarryRefusal, Transfer};
use crate::frame::frame;
use crate::message::{Answer, FailureCode, encode_answer};
use crate::{MAX_MESSAGE, PROTOCOL_VERSION, noise};

/// The door has sent its ephemeral key; the phone's first message is to come.
pub(crate) struct AwaitingPhone {
    handshake: Box<HandshakeState>,
}

impl AwaitingPhone {
    /// Starts a handshake; also returns the framed first message.
    pub(crate) fn start(
        identity: &DoorIdentity,
        entropy: [u8; 32],
    ) -> Result<(Self, Vec<u8>), SessionError> {
        let version = if access::off!(Prologue) {
            0
        } else {
            PROTOCOL_VERSION
        };
        let prologue = noise::prologue(version, identity.door());
        let entropy = if access::off!(FreshKey) {
            [7; 32]
        } else {
            entropy
        };
        let mut handshake = noise::builder(&prologue, entropy)
            .and_then(|builder| builder.local_private_key(identity.secret()))
            .and_then(snow::Builder::build_initiator)
            .map_err(|_| SessionError::Internal)?;
        let mut message = [0; MAX_MESSAGE];
        let len = handshake
            .write_message(&[], &mut message)
            .map_err(|_| SessionError::Internal)?;
        Ok((
            Self {
                handshake: Box::new(handshake),
            },
            frame(&message[..len])?,
        ))
    }

    /// Completes the handshake: the peer holds the static key it names. Also returns its first
    /// request.
    pub(crate) fn authenticate(mut self, message: &[u8]) -> Result<(Peer, Vec<u8>), SessionError> {
        let mut request = [0; MAX_MESSAGE];
        let len = self
            .handshake
            .read_message(message, &mut request)
            .map_err(|_| SessionError::HandshakeFailed)?;
        let key = self
            .handshake
            .get_remote_static()
            .and_then(|key| <[u8; 32]>::try_from(key).ok());
        let holder = HolderPublicKey(key.ok_or(SessionError::HandshakeFailed)?);
        let channel = self
            .handshake
            .into_transport_mode()
            .map_err(|_| SessionError::HandshakeFailed)?;
        Ok((
            Peer {
                channel,
                holder,
                denied: 0,
                entry_seq: None,
                transfer: Transfer::default(),
            },
            request[..len].to_vec(),
        ))
    }
}

/// An authenticated peer: made by [`AwaitingPhone::authenticate`] and nowhere else.
pub(crate) struct Peer {
    channel: TransportState,
    holder: HolderPublicKey,
    denied: u8,
    entry_seq: Option<u64>,
    transfer: Transfer,
}

impl Peer {
    pub(crate) fn holder(&self) -> HolderPublicKey {
        self.holder
    }

    /// How many of its requests on this connection were denied.
    pub(crate) fn denied(&self) -> u8 {
        self.denied
    }

    /// The record of its first entry on this connection; none before it was let in.
    pub(crate) fn entry_seq(&self) -> Option<u64> {
        self.entry_seq
    }

    /// Takes a part of a bundle; gives the whole, or where the next part begins.
    pub(crate) fn take_part(
        &mut self,
        total: u32,
        offset: u32,
        bytes: &[u8],
    ) -> Result<Result<Vec<u8>, u32>, CarryRefusal> {
        let whole = self.transfer.take(total, offset, bytes)?;
        Ok(whole.ok_or(self.transfer.next()))
    }

    pub(crate) fn decided(self, decision: Decision) -> AwaitingAudit {
        AwaitingAudit {
            peer: self,
            decision,
        }
    }

    fn seal(&mut self, answer: &[u8]) -> Result<Vec<u8>, SessionError> {
        let mut message = [0; MAX_MESSAGE];
        let len = self.channel.write_message(answer, &mut message);
        Ok(frame(&message[..len.map_err(|_| SessionError::Internal)?])?)
    }
}

/// The channel stands and nothing is asked.
pub(crate) struct AwaitingRequest(Peer);

impl AwaitingRequest {
    pub(crate) fn open(mut self, message: &[u8]) -> Result<(Peer, Vec<u8>), SessionError> {
        let mut request = [0; MAX_MESSAGE];
        let len = self
            .0
            .channel
            .read_message(message, &mut request)
            .map_err(|_| SessionError::Undecryptable)?;
        Ok((self.0, request[..len].to_vec()))
    }
}

/// The right to move the strike once. Only a committed audit record makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Actuation {
    unlock_s: u16,
    seq: u64,
}

impl Actuation {
    /// Seconds until the strike relocks.
    pub fn unlock_s(&self) -> u16 {
        self.unlock_s
    }

    /// The number of the committed record.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

/// A request is decided and its record is being committed.
pub(crate) struct AwaitingAudit {
    peer: Peer,
    decision: Decision,
}

/// What a committed record leads to.
pub(crate) enum Committed {
    Allowed(AwaitingStrike, Actuation),
    Denied(Answered, DenyReason),
}

impl AwaitingAudit {
    pub(crate) fn committed(mut self, seq: u64) -> Result<Committed, SessionError> {
        match self.decision {
            Decision::Allow(Entrant { unlock_s, .. }) => {
                self.peer.entry_seq.get_or_insert(seq);
                let actuation = Actuation { unlock_s, seq };
                Ok(Committed::Allowed(
                    AwaitingStrike {
                        peer: self.peer,
                        unlock_s,
                        seq,
                    },
                    actuation,
                ))
            }
            Decision::Deny(denial) => {
                self.peer.denied = self.peer.denied.saturating_add(1);
                let reason = denial.reason;
                Ok(Committed::Denied(
                    Answered::new(self.peer, Answer::Denied { reason })?,
                    reason,
                ))
            }
        }
    }

    pub(crate) fn failed(self, code: FailureCode) -> Result<Answered, SessionError> {
        Answered::new(self.peer, Answer::Failed { code })
    }
}

/// The record is committed and the strike is moving.
pub(crate) struct AwaitingStrike {
    peer: Peer,
    unlock_s: u16,
    seq: u64,
}

impl AwaitingStrike {
    pub(crate) fn moved(self) -> Result<Answered, SessionError> {
        let Self {
            peer,
            unlock_s,
            seq,
        } = self;
        Answered::new(peer, Answer::Unlocked { unlock_s, seq })
    }

    pub(crate) fn failed(self) -> Result<Answered, SessionError> {
        Answered::new(
            self.peer,
            Answer::Failed {
                code: FailureCode::NotMoved,
            },
        )
    }
}

/// A sealed answer and the peer it goes to.
pub(crate) struct Answered {
    peer: Peer,
    message: Vec<u8>,
}

impl Answered {
    fn new(mut peer: Peer, answer: Answer) -> Result<Self, SessionError> {
        let message = peer.seal(&encode_answer(answer))?;
        Ok(Self { peer, message })
    }

    pub(crate) fn carry(mut peer: Peer, answer: &CarryAnswer) -> Result<Self, SessionError> {
        let message = peer.seal(&answer.encode())?;
        Ok(Self { peer, message })
    }

    pub(crate) fn into_parts(self) -> (AwaitingRequest, Vec<u8>) {
        (AwaitingRequest(self.peer), self.message)
    }

    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }
}
