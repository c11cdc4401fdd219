//! Drives the phone's session over a link.

use std::{pin::pin, time::Duration};

use door_protocol::{Answer, Awaited, CarryAnswer, CarryRequest, KeyError, KeyOutput, KeySession};

use crate::{Central, Link, LinkError, Sighting, UnlockError};

/// Half of what a door's end holds of one phone.
const CHUNKS_AT_ONCE: usize = 16;

/// How far an unlock has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The link is being set up.
    Connecting,
    /// The door has spoken and is being asked.
    Unlocking,
}

/// Runs a session over a link until the door has answered.
///
/// `clock` is the monotonic time that `session` was made with. `progress` is told each [`Stage`] once.
pub async fn run_key(
    link: Link,
    session: KeySession,
    clock: impl Fn() -> Duration,
    progress: impl FnMut(Stage),
) -> Result<Answer, UnlockError> {
    let (answer, _) = ask_door(link, session, clock, progress).await?;
    Ok(answer)
}

/// The same, and keeps the connection for what may be asked besides.
pub async fn ask_door<C: Fn() -> Duration>(
    link: Link,
    session: KeySession,
    clock: C,
    mut progress: impl FnMut(Stage),
) -> Result<(Answer, Channel<C>), UnlockError> {
    let mut channel = Channel {
        link,
        session,
        clock,
        deadline: None,
    };
    match channel.run(|| progress(Stage::Unlocking)).await? {
        Told::Answer(answer) => Ok((answer, channel)),
        Told::Carried(_) => Err(KeyError::OutOfTurn.into()),
    }
}

/// An open connection to a door that has answered. Closed when dropped.
#[derive(Debug)]
pub struct Channel<C> {
    link: Link,
    session: KeySession,
    clock: C,
    deadline: Option<Duration>,
}

enum Told {
    Answer(Answer),
    Carried(CarryAnswer),
}

impl<C: Fn() -> Duration> Channel<C> {
    /// Asks for something besides. The door refuses it to whom it has not let in on this connection.
    pub async fn carry(&mut self, request: &CarryRequest) -> Result<CarryAnswer, UnlockError> {
        let now = (self.clock)();
        self.session.handle_carry(request, now)?;
        match self.run(|| ()).await? {
            Told::Carried(answer) => Ok(answer),
            Told::Answer(_) => Err(KeyError::OutOfTurn.into()),
        }
    }

    /// The longest part of a bundle to send at once: a door that reads slowly has room for so many
    /// chunks.
    pub fn part_len(&self) -> usize {
        self.link.chunk_len().saturating_mul(CHUNKS_AT_ONCE)
    }

    async fn run(&mut self, mut sending: impl FnMut()) -> Result<Told, UnlockError> {
        let Self {
            link,
            session,
            clock,
            deadline,
        } = self;
        let clock = &*clock;
        loop {
            while let Some(output) = session.poll_output() {
                match output {
                    KeyOutput::Send(framed) => {
                        sending();
                        if link.send(&framed).await.is_err() {
                            session.handle_link_lost();
                        }
                    }
                    KeyOutput::Answer(answer) => return Ok(Told::Answer(answer)),
                    KeyOutput::Carried(answer) => return Ok(Told::Carried(answer)),
                    KeyOutput::Deadline(at) => *deadline = Some(at),
                    KeyOutput::Failed(error) => return Err(error.into()),
                }
            }
            let expired = pin!(sleep_until(*deadline, clock));
            tokio::select! {
                chunk = link.incoming.recv() => match chunk {
                    Some(chunk) => session.handle_bytes(&chunk, clock()),
                    None => session.handle_link_lost(),
                },
                () = expired => session.handle_timeout(clock()),
            }
        }
    }
}

/// Connects to a door and runs a session.
///
/// `session` makes one with fresh entropy. It is asked a second time where the connection broke before the door
/// had spoken: nothing was sent then, so trying again is safe. A door that serves one phone at a time turns others
/// away like that, and a connection that fails in the making is nothing unusual over the air.
pub async fn unlock(
    central: &dyn Central,
    door: &Sighting,
    mut session: impl FnMut() -> KeySession,
    clock: impl Fn() -> Duration,
    mut progress: impl FnMut(Stage),
) -> Result<Answer, UnlockError> {
    progress(Stage::Connecting);
    match attempt(central, door, &mut session, &clock, &mut progress).await {
        Err(error) if broke_before_anything_was_sent(&error) => {
            attempt(central, door, &mut session, &clock, &mut progress).await
        }
        result => result,
    }
}

async fn attempt(
    central: &dyn Central,
    door: &Sighting,
    session: &mut impl FnMut() -> KeySession,
    clock: &impl Fn() -> Duration,
    progress: &mut impl FnMut(Stage),
) -> Result<Answer, UnlockError> {
    let link = central.connect(door).await?;
    run_key(link, session(), clock, progress).await
}

fn broke_before_anything_was_sent(error: &UnlockError) -> bool {
    matches!(
        error,
        UnlockError::Link(LinkError::Lost)
            | UnlockError::Key(KeyError::LinkLost {
                awaited: Awaited::Door
            })
    )
}

async fn sleep_until(deadline: Option<Duration>, clock: impl Fn() -> Duration) {
    match deadline {
        Some(at) => tokio::time::sleep(at.saturating_sub(clock())).await,
        None => std::future::pending().await,
    }
}
