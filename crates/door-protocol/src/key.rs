//! The phone's end of a connection.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use access::{Credential, DoorId, DoorPublicKey, HolderSecret};
use snow::{HandshakeState, TransportState};

use crate::carry::{CarryAnswer, CarryRequest};
use crate::frame::{FrameError, Framer, frame};
use crate::message::{Answer, Command, MessageError, decode_answer, encode_request};
use crate::{ANSWER_TIMEOUT, HANDSHAKE_TIMEOUT, MAX_CREDENTIAL, MAX_MESSAGE, noise};

/// What a [`KeySession`] wants done, in this order.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyOutput {
    /// Send these bytes, already framed.
    Send(Vec<u8>),
    /// The door's answer to the command.
    Answer(Answer),
    /// The door's answer to what was asked besides.
    Carried(CarryAnswer),
    /// Call [`KeySession::handle_timeout`] at this monotonic time. Replaces every earlier deadline.
    Deadline(Duration),
    /// The session is over without an answer. The last output; close the link.
    Failed(KeyError),
}

/// What a phone waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The door's first message.
    Door,
    /// The door's answer.
    Answer,
}

/// Why a phone got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are not messages.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The peer does not hold this door's key, or the connection was tampered with.
    #[error("the peer could not prove that it is this door")]
    NotTheDoor,
    /// The answer is the door's, and means nothing to this version.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The door spoke when it was not its turn.
    #[error("the door sent a message nobody waited for")]
    OutOfTurn,
    /// The door stayed silent.
    #[error("the door did not answer in time")]
    TimedOut {
        /// What had not come.
        awaited: Awaited,
    },
    /// The link ended first.
    #[error("the connection to the door was lost")]
    LinkLost {
        /// What had not come. After [`Awaited::Answer`] the door may have opened.
        awaited: Awaited,
    },
    /// The credential is longer than [`MAX_CREDENTIAL`].
    #[error("the credential is too long to send")]
    CredentialTooLong,
    /// The channel could not be set up or used: a defect.
    #[error("the phone's channel failed")]
    Internal,
}

/// One connection to a door: waits for the door's first message, then asks in a single one of its
/// own.
pub struct KeySession {
    framer: Framer,
    state: State,
    credential: Vec<u8>,
    outputs: VecDeque<KeyOutput>,
    deadline: Option<Duration>,
    announced: Option<Duration>,
}

enum State {
    AwaitingDoor {
        handshake: Box<HandshakeState>,
        command: Command,
    },
    AwaitingAnswer(TransportState),
    AwaitingCarry(TransportState),
    Answered(TransportState),
    Over,
}

impl KeySession {
    /// Prepares a command for the door of this id and key. Nothing is sent before the door has
    /// spoken, and nothing that another than the holder of `door_key` could read. `entropy` is
    /// fresh for every connection; `now` is monotonic.
    pub fn new(
        door: DoorId,
        door_key: DoorPublicKey,
        holder: &HolderSecret,
        credential: &Credential,
        command: Command,
        entropy: [u8; 32],
        now: Duration,
    ) -> Self {
        let mut session = Self {
            framer: Framer::default(),
            state: State::Over,
            credential: credential.as_bytes().to_vec(),
            outputs: VecDeque::new(),
            deadline: Some(now.saturating_add(HANDSHAKE_TIMEOUT)),
            announced: None,
        };
        let result = respond(door, door_key, holder, entropy).map(|handshake| {
            session.state = State::AwaitingDoor {
                handshake: Box::new(handshake),
                command,
            };
        });
        let fits = session.credential.len() <= MAX_CREDENTIAL;
        session.settle(if fits {
            result
        } else {
            Err(KeyError::CredentialTooLong)
        });
        session
    }

    /// Takes bytes off the link; `now` is monotonic.
    pub fn handle_bytes(&mut self, chunk: &[u8], now: Duration) {
        if self.is_over() {
            return;
        }
        let pushed = self.framer.push(chunk, now);
        let result = pushed
            .map_err(KeyError::from)
            .and_then(|()| self.handle_messages(now));
        self.settle(result);
    }

    /// Asks for something more on the same connection, once the last command is answered.
    /// [`KeyError::OutOfTurn`] otherwise, which leaves the session as it is.
    pub fn handle_command(&mut self, command: Command, now: Duration) -> Result<(), KeyError> {
        let request = encode_request(command, &self.credential);
        let channel = self.take_turn()?;
        let result = self.ask(channel, &request, State::AwaitingAnswer, now);
        self.settle(result);
        Ok(())
    }

    /// Asks for something besides, once the last command or request is answered. The door refuses it
    /// to whom it has not let in on this connection. [`KeyError::OutOfTurn`] while an answer is
    /// awaited, which leaves the session as it is.
    pub fn handle_carry(&mut self, request: &CarryRequest, now: Duration) -> Result<(), KeyError> {
        let channel = self.take_turn()?;
        let result = self.ask(channel, &request.encode(), State::AwaitingCarry, now);
        self.settle(result);
        Ok(())
    }

    /// Acts on a passed deadline; harmless before it.
    pub fn handle_timeout(&mut self, now: Duration) {
        let Some(awaited) = self.awaited() else {
            return;
        };
        let slow = self.framer.handle_timeout(now).map_err(KeyError::from);
        let late = self.deadline.is_some_and(|deadline| now >= deadline);
        self.settle(slow.and(if late {
            Err(KeyError::TimedOut { awaited })
        } else {
            Ok(())
        }));
    }

    /// The link has ended.
    pub fn handle_link_lost(&mut self) {
        match self.awaited() {
            Some(awaited) => self.settle(Err(KeyError::LinkLost { awaited })),
            None => self.state = State::Over,
        }
    }

    /// The next thing to do. `None` until something else is handled.
    pub fn poll_output(&mut self) -> Option<KeyOutput> {
        self.outputs.pop_front()
    }

    /// What the session waits for; `None` when it has been answered or has failed.
    pub fn awaited(&self) -> Option<Awaited> {
        match self.state {
            State::AwaitingDoor { .. } => Some(Awaited::Door),
            State::AwaitingAnswer(_) | State::AwaitingCarry(_) => Some(Awaited::Answer),
            State::Answered(_) | State::Over => None,
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    fn handle_messages(&mut self, now: Duration) -> Result<(), KeyError> {
        while let Some(message) = self.framer.next_message() {
            match std::mem::replace(&mut self.state, State::Over) {
                State::AwaitingDoor { handshake, command } => {
                    self.greet(*handshake, command, &message, now)?;
                }
                State::AwaitingAnswer(channel) => {
                    let (channel, answer) = open(channel, &message)?;
                    let answer = KeyOutput::Answer(decode_answer(&answer)?);
                    self.answered(channel, answer);
                }
                State::AwaitingCarry(channel) => {
                    let (channel, answer) = open(channel, &message)?;
                    let answer = KeyOutput::Carried(CarryAnswer::decode(&answer)?);
                    self.answered(channel, answer);
                }
                State::Answered(_) | State::Over => return Err(KeyError::OutOfTurn),
            }
        }
        Ok(())
    }

    fn greet(
        &mut self,
        mut handshake: HandshakeState,
        command: Command,
        message: &[u8],
        now: Duration,
    ) -> Result<(), KeyError> {
        let read = handshake.read_message(message, &mut [0; MAX_MESSAGE]);
        if read.map_err(|_| KeyError::NotTheDoor)? != 0 {
            return Err(KeyError::NotTheDoor);
        }
        let mut request = [0; MAX_MESSAGE];
        let len = handshake.write_message(&encode_request(command, &self.credential), &mut request);
        let len = len.map_err(|error| blame(&error))?;
        let channel = handshake
            .into_transport_mode()
            .map_err(|_| KeyError::Internal)?;
        self.send(State::AwaitingAnswer(channel), &request[..len], now)
    }

    fn take_turn(&mut self) -> Result<TransportState, KeyError> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Answered(channel) => return Ok(channel),
            other => self.state = other,
        }
        Err(KeyError::OutOfTurn)
    }

    fn ask(
        &mut self,
        mut channel: TransportState,
        request: &[u8],
        awaiting: impl FnOnce(TransportState) -> State,
        now: Duration,
    ) -> Result<(), KeyError> {
        let mut message = [0; MAX_MESSAGE];
        let len = channel.write_message(request, &mut message);
        let message = &message[..len.map_err(|_| KeyError::Internal)?];
        self.send(awaiting(channel), message, now)
    }

    fn send(&mut self, awaiting: State, message: &[u8], now: Duration) -> Result<(), KeyError> {
        self.outputs.push_back(KeyOutput::Send(frame(message)?));
        self.state = awaiting;
        self.deadline = Some(now.saturating_add(ANSWER_TIMEOUT));
        Ok(())
    }

    fn answered(&mut self, channel: TransportState, answer: KeyOutput) {
        self.outputs.push_back(answer);
        self.state = State::Answered(channel);
        self.deadline = None;
    }

    fn settle(&mut self, result: Result<(), KeyError>) {
        match result {
            Ok(()) => self.announce_deadline(),
            Err(error) => {
                self.state = State::Over;
                self.outputs.push_back(KeyOutput::Failed(error));
            }
        }
    }

    fn announce_deadline(&mut self) {
        let Some(deadline) = self.deadline else {
            return;
        };
        let next = self
            .framer
            .deadline()
            .map_or(deadline, |chunk| chunk.min(deadline));
        if self.announced.replace(next) != Some(next) {
            self.outputs.push_back(KeyOutput::Deadline(next));
        }
    }
}

impl fmt::Debug for KeySession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySession")
            .field("awaited", &self.awaited())
            .finish_non_exhaustive()
    }
}

fn respond(
    door: DoorId,
    door_key: DoorPublicKey,
    holder: &HolderSecret,
    entropy: [u8; 32],
) -> Result<HandshakeState, KeyError> {
    let prologue = noise::current_prologue(door);
    noise::builder(&prologue, entropy)
        .and_then(|builder| builder.local_private_key(holder.as_bytes()))
        .and_then(|builder| builder.remote_public_key(door_key.as_bytes()))
        .and_then(snow::Builder::build_responder)
        .map_err(|_| KeyError::Internal)
}

fn open(
    mut channel: TransportState,
    message: &[u8],
) -> Result<(TransportState, Vec<u8>), KeyError> {
    let mut answer = [0; MAX_MESSAGE];
    let len = channel
        .read_message(message, &mut answer)
        .map_err(|_| KeyError::NotTheDoor)?;
    Ok((channel, answer[..len].to_vec()))
}

/// A failed Diffie-Hellman is the peer's doing: its point is of low order.
fn blame(error: &snow::Error) -> KeyError {
    match error {
        snow::Error::Dh => KeyError::NotTheDoor,
        _ => KeyError::Internal,
    }
}
