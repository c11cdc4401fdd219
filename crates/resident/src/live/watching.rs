use std::time::Duration;

use access::WatchId;
use clip::live::{DoorSeen, Ended, LiveError, News, Picture, Watch, Watcher};
use hub_api::{LiveFrame, LiveReceiver, LiveSender};
use rand::rngs::OsRng;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tracing::{debug, info};

use super::parts::Parts;
use crate::ui::{AppError, ErrorCode};

/// How long hello and grant may take together.
const BEGINNING: Duration = Duration::from_secs(10);
/// How long the door may be silent.
const SILENCE: Duration = Duration::from_secs(5);
/// How often the door is told that this device still watches; it believes it for three times as long.
const RENEWAL: Duration = Duration::from_secs(10);
/// How old a picture may be that is shown as live.
const OLDEST_MS: u64 = 10_000;
/// How long a frame may take to be sent.
const SENDING: Duration = Duration::from_secs(5);

/// A watch that the door has granted.
pub(super) struct Watching {
    watch: Watch,
    sender: LiveSender,
    receiver: LiveReceiver,
    asked_at: Instant,
}

/// Why a watch ends, or does not begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum Over {
    #[error("the connection was lost")]
    Lost(#[from] std::io::Error),
    #[error("nothing came in time")]
    Silent(#[from] tokio::time::error::Elapsed),
    #[error("the pictures are too old to be shown as live")]
    Old,
    #[error("nobody looks any more")]
    Unattended,
    #[error("the door ended it: {0:?}")]
    Ended(Ended),
    #[error("what came is refused: {0}")]
    Refused(#[from] LiveError),
}

impl Over {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Lost(_) | Self::Silent(_) | Self::Old | Self::Unattended => {
                ErrorCode::ConnectionLost
            }
            Self::Ended(Ended::CameraOff) => ErrorCode::CameraOff,
            Self::Ended(Ended::NotAViewer) => ErrorCode::LiveNotAllowed,
            Self::Ended(Ended::NobodyMay) => ErrorCode::LiveNotOffered,
            Self::Ended(Ended::Busy) => ErrorCode::LiveBusy,
            Self::Ended(Ended::Lapsed) => ErrorCode::ConnectionLost,
            Self::Ended(Ended::NoRecord) => ErrorCode::DoorFailed,
            Self::Refused(_) => ErrorCode::LiveTampered,
        }
    }
}

impl From<Over> for AppError {
    fn from(over: Over) -> Self {
        info!(%over, "live view does not begin");
        over.code().into()
    }
}

impl Watching {
    /// Waits for the door's hello, asks, and waits to be granted.
    pub(super) async fn begin(
        door: DoorSeen,
        watcher: Watcher,
        id: WatchId,
        connection: (LiveSender, LiveReceiver),
    ) -> Result<(Self, Picture), Over> {
        let (mut sender, mut receiver) = connection;
        let granted = async {
            let LiveFrame::Hello(hello) = receiver.next().await? else {
                return Err(LiveError::Undecodable.into());
            };
            let mut watch = Watch::new(door, watcher, id, &hello)?;
            let asked_at = Instant::now();
            let ask = watch.ask(&mut OsRng)?.into();
            sender.send(&LiveFrame::Ask { watcher: 0, ask }).await?;
            let picture = loop {
                // Pictures of before are of no use yet.
                if let LiveFrame::Answer { answer, .. } = receiver.next().await?
                    && let Some(picture) = take_answer(&mut watch, &answer)?
                {
                    break picture;
                }
            };
            Ok::<_, Over>((watch, asked_at, picture))
        };
        let (watch, asked_at, picture) = timeout(BEGINNING, granted).await??;
        let watching = Self {
            watch,
            sender,
            receiver,
            asked_at,
        };
        Ok((watching, picture))
    }

    /// Takes what comes until it is over.
    pub(super) async fn run(mut self, parts: &Parts) {
        let Err(over) = self.follow(parts).await;
        info!(%over, "live view ends");
        parts.end(over.code());
    }

    async fn follow(&mut self, parts: &Parts) -> Result<std::convert::Infallible, Over> {
        let mut renewals = interval_at(Instant::now() + RENEWAL, RENEWAL);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                frame = timeout(SILENCE, self.receiver.next()) => self.take(frame??, parts).await?,
                _ = renewals.tick() => {
                    let ask = self.watch.ask(&mut OsRng)?.into();
                    self.send(LiveFrame::Ask { watcher: 0, ask }).await?;
                }
                () = parts.abandoned() => return Err(Over::Unattended),
            }
        }
    }

    async fn take(&mut self, frame: LiveFrame, parts: &Parts) -> Result<(), Over> {
        match frame {
            LiveFrame::Answer { answer, .. } => {
                if let Some(picture) = take_answer(&mut self.watch, &answer)? {
                    parts.begin(picture.init.into());
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
