//! The newest whole GOPs of a camera, and everybody who takes them on from there.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{
    boxes,
    fragment::{Fragment, InitSegment},
};

/// What a ring holds beyond the pre-roll: one GOP, so that the keyframe at or before the start of
/// the pre-roll is still there when the decision to film has taken a moment.
const SPARE: Duration = Duration::from_secs(1);

/// How many fragments a reader may fall behind, about 30 s, before it is cut off.
const BACKLOG: usize = 300;

/// The newest fragments of one camera, evicted by whole GOPs. Clones share the same ring.
#[derive(Clone, Debug)]
pub struct Ring {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    hold: Duration,
    init: Option<Arc<InitSegment>>,
    gops: VecDeque<Gop>,
    live: Vec<mpsc::Sender<Fragment>>,
}

/// Fragments from one keyframe up to the next; never empty, begins with the keyframe.
#[derive(Debug)]
struct Gop {
    fragments: Vec<Fragment>,
}

impl Gop {
    fn starts_at(&self) -> Option<Duration> {
        self.fragments.first().map(|first| first.captured_at)
    }
}

impl Ring {
    /// Makes an empty ring that holds `pre_roll` and one GOP of a second.
    pub fn new(pre_roll: Duration) -> Self {
        let inner = Inner {
            hold: pre_roll + SPARE,
            init: None,
            gops: VecDeque::new(),
            live: Vec::new(),
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    /// Begins an epoch: forgets the earlier one and ends every [`ClipSource`] taken from it.
    pub fn begin(&self, init: InitSegment) {
        let mut inner = self.lock();
        inner.init = Some(Arc::new(init));
        inner.gops.clear();
        inner.live.clear();
    }

    /// Ends the epoch: every [`ClipSource`] ends after what it has. What is held stays until the next epoch.
    pub fn end(&self) {
        self.lock().live.clear();
    }

    /// Takes the next fragment of the epoch, hands it to every reader and evicts whole GOPs.
    ///
    /// Fragments before the first keyframe of an epoch are dropped: nothing could decode them.
    pub fn push(&self, fragment: Fragment) {
        let mut inner = self.lock();
        if fragment.keyframe {
            inner.gops.push_back(Gop {
                fragments: Vec::new(),
            });
        }
        let Some(gop) = inner.gops.back_mut() else {
            return;
        };
        gop.fragments.push(fragment.clone());
        let newest = fragment.ends_at();
        inner
            .live
            .retain(|reader| reader.try_send(fragment.clone()).is_ok());
        inner.evict(newest);
    }

    /// Takes a clip: from the last keyframe taken at or before `start` to whatever comes until the epoch ends.
    ///
    /// `start` counts from the origin given to [`crate::Camera::open`]. Where the ring does not
    /// reach back that far the clip begins with the oldest GOP: see [`ClipSource::starts_at`].
    /// `None` where nothing at or after `start` is held.
    pub fn clip_from(&self, start: Duration) -> Option<ClipSource> {
        let mut inner = self.lock();
        let newest = inner.gops.back()?.fragments.last()?.ends_at();
        if newest <= start {
            return None;
        }
        let after = inner
            .gops
            .partition_point(|gop| gop.starts_at().is_some_and(|at| at <= start));
        let held: VecDeque<Fragment> = inner
            .gops
            .iter()
            .skip(after.saturating_sub(1))
            .flat_map(|gop| gop.fragments.iter().cloned())
            .collect();
        let init = inner.init.clone()?;
        let first = held.front()?;
        let starts_at = first.captured_at;
        let origin = Origin {
            ms: first.start_ms,
            ticks: boxes::media_time(&first.data).unwrap_or(0),
        };
        let live = inner.join();
        Some(ClipSource {
            init,
            starts_at,
            origin,
            held,
            live,
        })
    }

    /// Takes the live picture: from the newest keyframe on.
    pub fn live(&self) -> Option<ClipSource> {
        let newest = self.lock().gops.back()?.starts_at()?;
        self.clip_from(newest)
    }

    /// The time that is held: from the oldest keyframe to the end of the newest fragment.
    pub fn span(&self) -> Duration {
        let inner = self.lock();
        let oldest = inner.gops.front().and_then(Gop::starts_at);
        let newest = inner.gops.back().and_then(|gop| gop.fragments.last());
        match (oldest, newest) {
            (Some(oldest), Some(newest)) => newest.ends_at().saturating_sub(oldest),
            _ => Duration::ZERO,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Drops the oldest GOP as long as the rest still covers what must be held.
    fn evict(&mut self, newest: Duration) {
        let covered = |gop: &Gop, hold| {
            gop.starts_at()
                .is_some_and(|at| newest.saturating_sub(at) >= hold)
        };
        while self.gops.get(1).is_some_and(|gop| covered(gop, self.hold)) {
            self.gops.pop_front();
        }
    }

    fn join(&mut self) -> mpsc::Receiver<Fragment> {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        self.live.push(sender);
        receiver
    }
}

/// A clip in the making: what the ring held, then what is filmed now, in one unbroken sequence.
///
/// Media time begins at 0 with the first fragment, so a player needs no offset. It ends when the
/// epoch ends (the source died) or when the reader fell more than 30 s behind: never with a gap.
#[derive(Debug)]
pub struct ClipSource {
    init: Arc<InitSegment>,
    starts_at: Duration,
    origin: Origin,
    held: VecDeque<Fragment>,
    live: mpsc::Receiver<Fragment>,
}

impl ClipSource {
    /// The init segment of every fragment in the clip.
    pub fn init(&self) -> &InitSegment {
        &self.init
    }

    /// When the first picture was taken: time since the origin given to [`crate::Camera::open`].
    pub fn starts_at(&self) -> Duration {
        self.starts_at
    }

    /// Waits for the next fragment; `None` once the clip can go on no further.
    ///
    /// Cancel safe: no fragment is lost where the future is dropped.
    pub async fn next(&mut self) -> Option<Fragment> {
        let mut fragment = match self.held.pop_front() {
            Some(fragment) => fragment,
            None => self.live.recv().await?,
        };
        fragment.data = boxes::rebase(&fragment.data, self.origin.ticks);
        fragment.start_ms = fragment.start_ms.saturating_sub(self.origin.ms);
        Some(fragment)
    }
}

/// The epoch's media time at which a clip begins.
#[derive(Clone, Copy, Debug)]
struct Origin {
    ms: u64,
    ticks: u64,
}
