//! A connection to a door that keeps every byte.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use access::SignedBundle;
use anyhow::{Context as _, Result, bail};
use door_protocol::{Answer, CarryAnswer, CarryRequest, Command, KeyOutput, KeySession, MAX_PART};
use rand::{RngCore as _, rngs::OsRng};

use crate::{Person, Target};

/// Longer than a door takes at most for a decided attempt.
const PATIENCE: Duration = Duration::from_secs(15);

/// Bytes of the system's randomness.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// A raw connection, in whole messages.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    /// What was sent, write by write.
    pub sent: Vec<Vec<u8>>,
    /// The messages that came, without their length prefixes.
    pub heard: Vec<Vec<u8>>,
}

impl Wire {
    /// Connects to a door.
    pub fn connect(target: &Target) -> Result<Self> {
        Self::connect_to(&target.address)
    }

    /// Connects to any address.
    pub fn connect_to(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            sent: Vec::new(),
            heard: Vec::new(),
        })
    }

    /// Sends bytes as they are. A door that has closed is no error: it shows in what comes back.
    pub fn send(&mut self, bytes: &[u8]) {
        self.sent.push(bytes.to_vec());
        // The answer, or that none comes, is what tests look at.
        let _ = self.stream.write_all(bytes);
    }

    /// The next message; `None` when the door has closed the connection.
    pub fn message(&mut self) -> Result<Option<Vec<u8>>> {
        let mut prefix = [0; 2];
        if !self.fill(&mut prefix)? {
            return Ok(None);
        }
        let mut message = vec![0; u16::from_be_bytes(prefix).into()];
        if !self.fill(&mut message)? {
            return Ok(None);
        }
        self.heard.push(message.clone());
        Ok(Some(message))
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<bool> {
        match self.stream.read_exact(buffer) {
            Ok(()) => Ok(true),
            Err(error) if is_silence(&error) => bail!("the door neither answered nor closed"),
            Err(_) => Ok(false),
        }
    }

    /// How long the door takes to close the connection; `None` when it stays open for `longest`.
    pub fn closes_within(&mut self, longest: Duration) -> Result<Option<Duration>> {
        let started = Instant::now();
        let mut rest = [0; 4096];
        loop {
            let left = longest.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(&mut rest) {
                Ok(1..) => {}
                Err(error) if is_silence(&error) => return Ok(None),
                Ok(0) | Err(_) => return Ok(Some(started.elapsed())),
            }
        }
    }

    /// Asks as an honest phone does: the very session that apps and handsets run.
    ///
    /// `None` when the door closed the connection without an answer.
    pub fn unlock(&mut self, target: &Target, person: &Person) -> Result<Option<Answer>> {
        let started = Instant::now();
        let mut session = session(target, person, started.elapsed());
        match self.drive(&mut session, started)? {
            Some(KeyOutput::Answer(answer)) => Ok(Some(answer)),
            _ => Ok(None),
        }
    }

    /// Carries bytes both ways until the session has an answer, or the door closes.
    fn drive(&mut self, session: &mut KeySession, started: Instant) -> Result<Option<KeyOutput>> {
        loop {
            while let Some(output) = session.poll_output() {
                match output {
                    KeyOutput::Send(bytes) => self.send(&bytes),
                    KeyOutput::Failed(error) => bail!("the phone gave up: {error}"),
                    KeyOutput::Deadline(_) => {}
                    answer @ (KeyOutput::Answer(_) | KeyOutput::Carried(_)) => {
                        return Ok(Some(answer));
                    }
                }
            }
            let Some(message) = self.message()? else {
                return Ok(None);
            };
            session.handle_bytes(&door_protocol::frame(&message)?, started.elapsed());
        }
    }
}

fn session(target: &Target, person: &Person, now: Duration) -> KeySession {
    let Person {
        secret, credential, ..
    } = person;
    let (door, key) = (target.door, target.key);
    KeySession::new(
        door,
        key,
        secret,
        credential,
        Command::Unlock,
        random(),
        now,
    )
}

/// A phone that stays on the connection after its unlock, to carry something.
pub struct Visit {
    wire: Wire,
    session: KeySession,
    started: Instant,
}

impl Visit {
    /// Asks the door to unlock, and stays.
    pub fn begin(target: &Target, person: &Person) -> Result<(Self, Option<Answer>)> {
        let started = Instant::now();
        let mut visit = Self {
            wire: Wire::connect(target)?,
            session: session(target, person, started.elapsed()),
            started,
        };
        let answer = visit.wire.drive(&mut visit.session, started)?;
        let answer = match answer {
            Some(KeyOutput::Answer(answer)) => Some(answer),
            _ => None,
        };
        Ok((visit, answer))
    }

    /// Asks for something besides; `None` when the door closed the connection.
    pub fn carry(&mut self, request: &CarryRequest) -> Result<Option<CarryAnswer>> {
        self.session.handle_carry(request, self.started.elapsed())?;
        match self.wire.drive(&mut self.session, self.started)? {
            Some(KeyOutput::Carried(answer)) => Ok(Some(answer)),
            _ => Ok(None),
        }
    }

    /// Hands over a bundle that fits one part; says whether the door decides by it now.
    pub fn hand_over(&mut self, bundle: &SignedBundle, version: u64) -> Result<bool> {
        let part = CarryRequest::part_of(bundle.as_bytes(), 0, MAX_PART);
        let answer = self.carry(&part.context("the bundle cannot be carried")?)?;
        Ok(answer == Some(CarryAnswer::InForce { version }))
    }
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit")
            .field("wire", &self.wire)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// A fresh connection on which an honest phone asks; `None` when the door closed it unanswered.
    pub fn ask(&self, person: &Person) -> Result<Option<Answer>> {
        Wire::connect(self)?.unlock(self, person)
    }

    /// The same, and what a denied or failed attempt came to in a word.
    pub fn lets_in(&self, person: &Person) -> Result<bool> {
        Ok(matches!(self.ask(person)?, Some(Answer::Unlocked { .. })))
    }
}

/// Whether a read ended because nothing came in time.
fn is_silence(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
