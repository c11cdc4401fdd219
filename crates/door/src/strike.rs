//! The strike and the one thread that moves it.
//!
//! The thread owns the strike and the relock timer, so a door relocks whatever becomes of the
//! connection, the session or the async runtime that asked for the unlock.

mod gpio;
mod simulated;
mod together;

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub use self::{gpio::GpioStrike, simulated::SimulatedStrike, together::Together};
use crate::config::StrikeConfig;

/// How soon a relock that failed is tried again.
const RELOCK_RETRY: Duration = Duration::from_millis(200);

/// Something that holds a door shut until it is told otherwise.
///
/// An implementation is locked when it is made and must lock when it is dropped.
pub trait Strike: Send {
    /// Lets the door open; `seq` is the committed record that allows it.
    fn unlock(&mut self, seq: u64) -> io::Result<()>;
    /// Holds the door shut.
    fn lock(&mut self) -> io::Result<()>;
}

/// Why there is no strike to move.
#[derive(Debug, thiserror::Error)]
pub enum StrikeError {
    /// The GPIO line is not to be had.
    #[error(
        "cannot take GPIO line {line} of {chip}: {source}. Check [strike] in the configuration, that no other program holds the line (gpioinfo tells), and that this user is in the group of the device (gpio on Raspberry Pi OS)"
    )]
    Gpio {
        /// The device.
        chip: String,
        /// The line's offset.
        line: u32,
        /// What the kernel said.
        source: gpiocdev::Error,
    },
    /// The log of the simulated strike cannot be written.
    #[error(
        "cannot write the simulated strike's log {path}: {source}. Check strike.log in the configuration"
    )]
    Log {
        /// The file.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The thread that moves the strike cannot be started.
    #[error("cannot start the strike's thread: {0}")]
    Thread(io::Error),
}

/// Takes the configured strikes, locked, as one.
pub fn open(configs: &[StrikeConfig]) -> Result<Box<dyn Strike>, StrikeError> {
    let strikes: Result<Vec<_>, _> = configs.iter().map(open_one).collect();
    Ok(Box::new(Together::new(strikes?)))
}

/// Says so where one moves nothing.
pub fn warn_of_simulated(configs: &[StrikeConfig]) {
    let is_simulated = |config: &StrikeConfig| matches!(config, StrikeConfig::Simulated { .. });
    if configs.iter().any(is_simulated) {
        tracing::warn!("the strike is simulated and moves nothing: this is no real door");
    }
}

fn open_one(config: &StrikeConfig) -> Result<Box<dyn Strike>, StrikeError> {
    match config {
        StrikeConfig::Gpio {
            chip,
            line,
            active_low,
            fail,
        } => Ok(Box::new(GpioStrike::open(chip, *line, *active_low, *fail)?)),
        StrikeConfig::Simulated { log } => Ok(Box::new(SimulatedStrike::open(log)?)),
    }
}

/// Why the strike did not move.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The hardware refused.
    #[error("the strike did not move: {0}")]
    Refused(#[from] io::Error),
    /// The door is being stopped.
    #[error("the strike is no longer driven: the door is stopping")]
    Stopped,
}

/// The order to let the door open.
struct Unlock {
    seq: u64,
    open_for: Duration,
    moved: oneshot::Sender<io::Result<()>>,
}

enum Order {
    Unlock(Unlock),
    Relock,
    Stop,
}

/// Until when somebody who was let in or out may open the door; none when nobody may.
#[derive(Clone, Debug, Default)]
struct Passage(Arc<Mutex<Option<Instant>>>);

impl Passage {
    fn until(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, until: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// Asks the strike's thread to unlock.
#[derive(Clone, Debug)]
pub struct StrikeHandle {
    orders: Sender<Order>,
    passage: Passage,
}

impl StrikeHandle {
    /// Unlocks for `open_for` from now and returns once the strike has moved.
    ///
    /// Overlapping unlocks extend: the door relocks when the last of them ends.
    pub async fn unlock(&self, seq: u64, open_for: Duration) -> Result<(), MoveError> {
        let (moved, answer) = oneshot::channel();
        let order = Order::Unlock(Unlock {
            seq,
            open_for,
            moved,
        });
        self.orders.send(order).map_err(|_| MoveError::Stopped)?;
        answer.await.map_err(|_| MoveError::Stopped)??;
        Ok(())
    }

    /// Locks at once: the door has opened, or has shut again, so that nobody waits for it any more.
    pub fn relock(&self) {
        // A thread that has ended has locked.
        let _ = self.orders.send(Order::Relock);
    }

    /// When the last unlock ends or ended through which the door has not been opened yet.
    pub fn passage_until(&self) -> Option<Instant> {
        self.passage.until()
    }
}

/// The thread that owns the strike.
#[derive(Debug)]
pub struct StrikeThread {
    orders: Sender<Order>,
    passage: Passage,
    thread: Option<JoinHandle<()>>,
    ended: CancellationToken,
}

impl StrikeThread {
    /// Starts driving `strike`.
    pub fn start(strike: Box<dyn Strike>) -> Result<Self, StrikeError> {
        let (orders, received) = mpsc::channel();
        let ended = CancellationToken::new();
        let says_so = ended.clone().drop_guard();
        let passage = Passage::default();
        let shared = passage.clone();
        let thread = thread::Builder::new()
            .name("strike".into())
            .spawn(move || {
                // Also when it panics.
                let _says_so = says_so;
                drive(strike, &received, &shared);
            })
            .map_err(StrikeError::Thread)?;
        Ok(Self {
            orders,
            passage,
            thread: Some(thread),
            ended,
        })
    }

    /// Waits until the thread has ended, whatever ended it.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// A handle for one session.
    pub fn handle(&self) -> StrikeHandle {
        StrikeHandle {
            orders: self.orders.clone(),
            passage: self.passage.clone(),
        }
    }
}

/// Relocks at once and waits until that has happened.
impl Drop for StrikeThread {
    fn drop(&mut self) {
        // A thread that has already ended has locked.
        let _ = self.orders.send(Order::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the strike's thread panicked; the strike locked as it was dropped");
        }
    }
}

fn drive(mut strike: Box<dyn Strike>, orders: &Receiver<Order>, passage: &Passage) {
    let mut open_until = None;
    loop {
        match next_order(orders, open_until) {
            Ok(Order::Unlock(order)) => {
                open_until = unlock(strike.as_mut(), order, open_until, passage);
            }
            Ok(Order::Relock) => {
                passage.set(None);
                if open_until.is_some() {
                    open_until = relock(strike.as_mut());
                }
            }
            Err(RecvTimeoutError::Timeout) => open_until = relock(strike.as_mut()),
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if open_until.is_some() {
        relock(strike.as_mut());
    }
}

fn next_order(
    orders: &Receiver<Order>,
    open_until: Option<Instant>,
) -> Result<Order, RecvTimeoutError> {
    let Some(until) = open_until else {
        return orders.recv().map_err(|_| RecvTimeoutError::Disconnected);
    };
    orders.recv_timeout(until.saturating_duration_since(Instant::now()))
}

fn unlock(
    strike: &mut dyn Strike,
    order: Unlock,
    until: Option<Instant>,
    passage: &Passage,
) -> Option<Instant> {
    // Before the strike moves: the door may open at once.
    passage.set(until.max(Some(Instant::now() + order.open_for)));
    let moved = strike.unlock(order.seq);
    let until = if moved.is_ok() {
        let until = until.max(Some(Instant::now() + order.open_for));
        passage.set(until);
        until
    } else {
        passage.set(None);
        // Half-moved is not a state that a door may stay in.
        relock(strike)
    };
    // A session that has gone still has its door opened: the entry is on record.
    let _ = order.moved.send(moved);
    until
}

/// Locks; the result is when to try again, if it has to be.
fn relock(strike: &mut dyn Strike) -> Option<Instant> {
    match strike.lock() {
        Ok(()) => None,
        Err(error) => {
            tracing::error!(%error, "the strike did not relock; trying again");
            Some(Instant::now() + RELOCK_RETRY)
        }
    }
}

#[cfg(test)]
#[path = "strike/tests.rs"]
mod tests;
