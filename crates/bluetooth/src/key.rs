//! Drives the phone's session over a link.

use std::{pin::pin, time::Duration};

use door_protocol::{Answer, Awaited, KeyError, KeyOutput, KeySession};

use crate::{Central, Link, LinkError, Sighting, UnlockError};

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
    mut link: Link,
    mut session: KeySession,
    clock: impl Fn() -> Duration,
    mut progress: impl FnMut(Stage),
) -> Result<Answer, UnlockError> {
    let mut deadline = None;
    loop {
        while let Some(output) = session.poll_output() {
            match output {
                KeyOutput::Send(framed) => {
                    progress(Stage::Unlocking);
                    if link.send(&framed).await.is_err() {
                        session.handle_link_lost();
                    }
                }
                KeyOutput::Answer(answer) => return Ok(answer),
                KeyOutput::Deadline(at) => deadline = Some(at),
                KeyOutput::Failed(error) => return Err(error.into()),
            }
        }
        let expired = pin!(sleep_until(deadline, &clock));
        tokio::select! {
            chunk = link.incoming.recv() => match chunk {
                Some(chunk) => session.handle_bytes(&chunk, clock()),
                None => session.handle_link_lost(),
            },
            () = expired => session.handle_timeout(clock()),
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

async fn sleep_until(deadline: Option<Duration>, clock: &impl Fn() -> Duration) {
    match deadline {
        Some(at) => tokio::time::sleep(at.saturating_sub(clock())).await,
        None => std::future::pending().await,
    }
}
