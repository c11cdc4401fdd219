//! Lets those who may watch look through the camera, for as long as they do and not longer.
//!
//! Through the hub, one connection serves whoever and however many watch ([`LiveCalls`]); on the
//! door's own network each device has its own ([`LiveListener`]). What is said is the same, and so is
//! what it takes to be shown anything.

mod addresses;
mod audience;
mod calls;
mod direct;
mod seats;
mod show;

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use hub_api::{ClientError, LiveFrame, LiveReceiver, LiveSender};
use rand::{RngCore as _, rngs::OsRng};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

pub use self::{addresses::LiveAddresses, calls::LiveCalls, direct::LiveListener};
use self::{
    seats::Seats,
    show::{Peer, Show},
};
use crate::{guests::Known, recorder::Studio, session::Doorway};

/// How long a frame may take to be sent.
const SENDING: Duration = Duration::from_secs(10);
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
    #[error("the other end took too long")]
    TooLong(#[from] tokio::time::error::Elapsed),
    #[error(transparent)]
    Live(#[from] clip::live::LiveError),
}

/// What is shown, and to how many, over all connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LiveView {
    doorway: Arc<Doorway>,
    studio: Studio,
    seats: Seats,
}

impl LiveView {
    /// What it sends is signed as what `studio` films.
    pub fn new(doorway: Arc<Doorway>, studio: Studio) -> Self {
        Self {
            doorway,
            studio,
            seats: Seats::default(),
        }
    }

    /// Serves one connection until it is over or has to `leave`. Its peer is `known` once it watches.
    async fn serve(
        &self,
        peer: Peer,
        connection: (LiveSender, LiveReceiver),
        known: &Known,
        leave: &CancellationToken,
    ) -> Result<(), Broken> {
        let mut secret = [0; 32];
        OsRng.try_fill_bytes(&mut secret)?;
        let mut show = Show::new(self, peer, secret);
        let shown = perform(&mut show, connection, known, leave).await;
        show.end_all().await;
        shown
    }
}

async fn perform(
    show: &mut Show<'_>,
    (mut sender, mut receiver): (LiveSender, LiveReceiver),
    known: &Known,
    leave: &CancellationToken,
) -> Result<(), Broken> {
    let hello = LiveFrame::Hello(show.hello().into());
    if !sent(&mut sender, &hello, leave).await? {
        return Ok(());
    }
    let end = Instant::now() + LIFETIME;
    let mut review = interval(REVIEW);
    review.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while Instant::now() < end && !show.is_over() {
        tokio::select! {
            () = leave.cancelled() => return Ok(()),
            frame = receiver.next() => show.hear(frame?).await?,
            fragment = show.next_fragment() => show.take(fragment).await?,
            _ = review.tick() => show.review().await,
        }
        known.fetch_or(show.is_watched(), Ordering::Relaxed);
        while let Some(frame) = show.poll_frame() {
            if !sent(&mut sender, &frame, leave).await? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// False when the connection had to leave meanwhile: whoever takes nothing does not keep its place.
async fn sent(
    sender: &mut LiveSender,
    frame: &LiveFrame,
    leave: &CancellationToken,
) -> Result<bool, Broken> {
    let sending = timeout(SENDING, sender.send(frame));
    match leave.run_until_cancelled(sending).await {
        Some(sent) => Ok(sent?.map(|()| true)?),
        None => Ok(false),
    }
}
