//! Lets those who may watch look through the camera, for as long as they do and not longer.
//!
//! The hub says that somebody comes; the door then joins with one connection, whoever and however
//! many watch. Nothing is sent but words while nobody watches, and soon the connection ends.

mod audience;
mod show;

use std::{io, sync::Arc, time::Duration};

use hub_api::{ClientError, LiveFrame, LiveReceiver, LiveSender};
use rand::{RngCore as _, rngs::OsRng};
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::show::Show;
use crate::{hub_link::HubLink, recorder::Studio, session::Doorway};

/// How long joining those who watch may take.
const JOINING: Duration = Duration::from_secs(10);
/// How long a frame may take to be sent.
const SENDING: Duration = Duration::from_secs(10);
/// How long the door stays after the last watcher has gone.
const LINGER: Duration = Duration::from_secs(5);
/// How long one connection lasts at most: times in it are bounded by a day.
const LIFETIME: Duration = Duration::from_hours(12);
/// How often it is looked at who may still watch.
const REVIEW: Duration = Duration::from_secs(1);

/// Why a connection to those who watch has ended before its time.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("no randomness: {0}")]
    Randomness(#[from] rand::Error),
    #[error(transparent)]
    Hub(#[from] ClientError),
    #[error("the connection was lost: {0}")]
    Lost(#[from] io::Error),
    #[error("the hub took too long")]
    TooLong(#[from] tokio::time::error::Elapsed),
    #[error(transparent)]
    Live(#[from] clip::live::LiveError),
}

/// Joins those who watch when they come. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LiveView {
    hub: Arc<dyn HubLink>,
    doorway: Arc<Doorway>,
    studio: Studio,
    /// Rung when somebody comes; kept while the door is with others, who may be all that came.
    called: Arc<Notify>,
    stop: CancellationToken,
}

impl LiveView {
    /// What it sends is signed as what `studio` films. It waits for calls in `tasks` until `stop`.
    pub fn new(
        hub: Arc<dyn HubLink>,
        doorway: Arc<Doorway>,
        studio: Studio,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let live = Self {
            hub,
            doorway,
            studio,
            called: Arc::default(),
            stop,
        };
        tasks.spawn(live.clone().wait());
        live
    }

    /// Somebody comes to watch; nothing waits for that.
    pub fn come(&self) {
        self.called.notify_one();
    }

    async fn wait(self) {
        while self
            .stop
            .run_until_cancelled(self.called.notified())
            .await
            .is_some()
        {
            if let Err(error) = self.meet().await {
                tracing::warn!(%error, "live view broke off");
            }
        }
    }

    async fn meet(&self) -> Result<(), Broken> {
        let mut secret = [0; 32];
        OsRng.try_fill_bytes(&mut secret)?;
        let (sender, receiver) = timeout(JOINING, self.hub.join_live()).await??;
        tracing::info!("somebody comes to watch live");
        let mut show = Show::new(&self.doorway, &self.studio, secret);
        let shown = self.perform(&mut show, sender, receiver).await;
        show.end_all().await;
        shown
    }

    async fn perform(
        &self,
        show: &mut Show<'_>,
        mut sender: LiveSender,
        mut receiver: LiveReceiver,
    ) -> Result<(), Broken> {
        send(&mut sender, &LiveFrame::Hello(show.hello().into())).await?;
        let end = Instant::now() + LIFETIME;
        let mut review = interval(REVIEW);
        review.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < end && show.idle_for() < LINGER {
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                frame = receiver.next() => show.hear(frame?).await?,
                fragment = show.next_fragment() => show.take(fragment).await?,
                _ = review.tick() => show.review().await,
            }
            while let Some(frame) = show.poll_frame() {
                send(&mut sender, &frame).await?;
            }
        }
        Ok(())
    }
}

async fn send(sender: &mut LiveSender, frame: &LiveFrame) -> Result<(), Broken> {
    Ok(timeout(SENDING, sender.send(frame)).await??)
}
