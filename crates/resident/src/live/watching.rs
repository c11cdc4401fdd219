use std::time::Duration;

use access::WatchId;
use clip::live::{DoorSeen, LiveError, News, Picture, Watch, Watcher};
use hub_api::{LiveFrame, LiveReceiver, LiveSender};
use rand::rngs::OsRng;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tracing::debug;

use super::over::Over;
use super::parts::Parts;
use super::ways::Way;

/// How long the door's hello may take, and its grant.
const BEGINNING: Duration = Duration::from_secs(10);
/// How long no picture may come.
const SILENCE: Duration = Duration::from_secs(5);
/// How often the door is told that this device still watches; it believes it for three times as long.
const RENEWAL: Duration = Duration::from_secs(10);
/// How old a picture may be that is shown as live.
const OLDEST_MS: u64 = 10_000;
/// How long a frame may take to be sent.
const SENDING: Duration = Duration::from_secs(5);

/// A door that has said hello and was not asked yet.
pub(super) struct Greeted {
    watch: Watch,
    sender: LiveSender,
    receiver: LiveReceiver,
}

/// A watch that the door has granted.
pub(super) struct Watching {
    pub(super) way: Way,
    /// Whether there was a picture.
    pub(super) has_shown: bool,
    watch: Watch,
    sender: LiveSender,
    receiver: LiveReceiver,
    asked_at: Instant,
    shown_at: Instant,
}

impl Greeted {
    /// Waits for the hello of this very door.
    pub(super) async fn by(
        door: DoorSeen,
        watcher: Watcher,
        (sender, mut receiver): (LiveSender, LiveReceiver),
    ) -> Result<Self, Over> {
        let LiveFrame::Hello(hello) = timeout(BEGINNING, receiver.next()).await?? else {
            return Err(LiveError::Undecodable.into());
        };
        let id = WatchId::from_entropy(rand::random());
        Ok(Self {
            watch: Watch::new(door, watcher, id, &hello)?,
            sender,
            receiver,
        })
    }

    /// Asks, and waits to be granted.
    pub(super) async fn ask(self, way: Way) -> Result<(Watching, Picture), Over> {
        let mut watching = Watching {
            way,
            has_shown: false,
            watch: self.watch,
            sender: self.sender,
            receiver: self.receiver,
            asked_at: Instant::now(),
            shown_at: Instant::now(),
        };
        let picture = timeout(BEGINNING, watching.granted()).await??;
        watching.shown_at = Instant::now();
        Ok((watching, picture))
    }
}

impl Watching {
    async fn granted(&mut self) -> Result<Picture, Over> {
        self.ask().await?;
        loop {
            // Pictures of before are of no use yet.
            if let LiveFrame::Answer { answer, .. } = self.receiver.next().await?
                && let Some(picture) = take_answer(&mut self.watch, &answer)?
            {
                return Ok(picture);
            }
        }
    }

    async fn ask(&mut self) -> Result<(), Over> {
        let ask = self.watch.ask(&mut OsRng)?.into();
        self.send(LiveFrame::Ask { watcher: 0, ask }).await
    }

    /// Takes what comes until it is over.
    pub(super) async fn follow(&mut self, parts: &Parts) -> Over {
        match self.take_all(parts).await {
            Err(over) => over,
        }
    }

    async fn take_all(&mut self, parts: &Parts) -> Result<std::convert::Infallible, Over> {
        let mut renewals = interval_at(Instant::now() + RENEWAL, RENEWAL);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                // Whatever else comes: what shows no picture keeps nobody waiting.
                () = sleep_until(self.shown_at + SILENCE) => return Err(Over::Silent),
                frame = self.receiver.next() => self.take(frame?, parts).await?,
                _ = renewals.tick() => self.ask().await?,
                () = parts.abandoned() => return Err(Over::Unattended),
            }
        }
    }

    async fn take(&mut self, frame: LiveFrame, parts: &Parts) -> Result<(), Over> {
        match frame {
            LiveFrame::Answer { answer, .. } => {
                if let Some(picture) = take_answer(&mut self.watch, &answer)? {
                    parts.begin(self.way, picture.init.into());
                }
                Ok(())
            }
            LiveFrame::Fragment { fragment, .. } => {
                self.send(LiveFrame::Taken).await?;
                self.show(&fragment, parts)
            }
            _ => Err(LiveError::Undecodable.into()),
        }
    }

    fn show(&mut self, sealed: &[u8], parts: &Parts) -> Result<(), Over> {
        let fragment = match self.watch.take_fragment(sealed) {
            Ok(fragment) => fragment,
            // What was under way when the session began, or what somebody has kept: never shown.
            Err(error @ LiveError::OtherSession) => {
                debug!(%error, "a fragment is left out");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let since_ms = u64::try_from(self.asked_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        if self.watch.age_ms(&fragment.meta, since_ms) > OLDEST_MS {
            return Err(Over::Old);
        }
        (self.has_shown, self.shown_at) = (true, Instant::now());
        parts.push(fragment.meta.keyframe, fragment.plain.into());
        Ok(())
    }

    async fn send(&mut self, frame: LiveFrame) -> Result<(), Over> {
        Ok(timeout(SENDING, self.sender.send(&frame)).await??)
    }
}

/// Takes an answer; what is replayed counts for nothing.
fn take_answer(watch: &mut Watch, answer: &[u8]) -> Result<Option<Picture>, Over> {
    match watch.take_answer(answer) {
        Ok(News::Granted(picture)) => Ok(Some(picture)),
        Ok(News::Ended(why)) => Err(Over::Ended(why)),
        Err(error @ LiveError::Replayed) => {
            debug!(%error, "an answer is left out");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
