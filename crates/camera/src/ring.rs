//! The newest whole GOPs of a camera, and everybody who takes them on from there.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{
    boxes::{self, TIMESCALE},
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
    running: bool,
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
            running: false,
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
        inner.running = true;
    }

    /// Ends the epoch: every [`ClipSource`] ends after what it has. What is held stays until the next epoch.
    pub fn end(&self) {
        let mut inner = self.lock();
        inner.live.clear();
        inner.running = false;
    }

    /// Takes the next fragment of the epoch, hands it to every reader and evicts whole GOPs.
    ///
    /// Fragments before the first keyframe of an epoch are dropped: nothing could decode them.
    pub fn push(&self, fragment: &Fragment) {
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
    /// Where what is held ends before `start` it begins with the newest keyframe, and `None` where
    /// the epoch has ended: nothing at or after `start` will follow.
    pub fn clip_from(&self, start: Duration) -> Option<ClipSource> {
        let mut inner = self.lock();
        let newest = inner.gops.back()?.fragments.last()?.ends_at();
        if newest <= start && !inner.running {
            return None;
        }
        let after = inner
            .gops
            .partition_point(|gop| gop.starts_at().is_some_and(|at| at <= start));
        let first = after.saturating_sub(1);
        let starts_at = inner.gops.get(first)?.starts_at()?;
        inner.hand_out(first, starts_at)
    }

    /// Takes a clip up again in the epoch after its own, from that epoch's first keyframe that is held.
    ///
    /// `None` as long as there is no later epoch with pictures, and where that epoch's init segment is
    /// another: a clip has only one.
    pub(crate) fn clip_after(&self, clip: &ClipSource) -> Option<ClipSource> {
        let mut inner = self.lock();
        let init = inner.init.as_ref()?;
        let can_go_on = !Arc::ptr_eq(init, &clip.init) && *init == clip.init;
        can_go_on.then(|| inner.hand_out(0, clip.starts_at))?
    }

    /// Takes the live picture: from the newest keyframe on.
    pub fn live(&self) -> Option<ClipSource> {
        let newest = self.lock().gops.back()?.starts_at()?;
        self.clip_from(newest)
    }

    /// The newest fragment that begins with a keyframe, and its init segment.
    pub(crate) fn newest_keyframe(&self) -> Option<(Arc<InitSegment>, Fragment)> {
        let inner = self.lock();
        let keyframe = inner.gops.back()?.fragments.first()?;
        Some((inner.init.clone()?, keyframe.clone()))
    }

    /// Whether the epoch has not yet had a keyframe.
    pub fn is_empty(&self) -> bool {
        self.lock().gops.is_empty()
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

    /// Hands out everything from the GOP `first` on, for a clip that began at `starts_at`.
    fn hand_out(&mut self, first: usize, starts_at: Duration) -> Option<ClipSource> {
        let gops = self.gops.iter().skip(first);
        let held: VecDeque<Fragment> = gops.flat_map(|gop| gop.fragments.iter().cloned()).collect();
        let init = self.init.clone()?;
        let shift = Shift::of(held.front()?, starts_at);
        let live = self.join();
        Some(ClipSource {
            init,
            starts_at,
            shift,
            held,
            live,
        })
    }

    /// Lets a reader take part in what is pushed; between epochs that is nothing.
    fn join(&mut self) -> mpsc::Receiver<Fragment> {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        if self.running {
            self.live.push(sender);
        }
        receiver
    }
}

/// A clip in the making: what the ring held, then what is filmed now, in one unbroken sequence.
///
/// Media time begins at 0 with the first fragment, so a player needs no offset. It ends when the
/// epoch ends (the source died) or when the reader fell more than 30 s behind: never with a gap.
/// [`crate::Camera::take_up`] goes on with it in a later epoch.
#[derive(Debug)]
pub struct ClipSource {
    init: Arc<InitSegment>,
    starts_at: Duration,
    shift: Shift,
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
        fragment.data = boxes::shifted(&fragment.data, self.shift.ticks);
        fragment.start_ms = fragment.start_ms.saturating_add_signed(self.shift.ms);
        Some(fragment)
    }
}

/// What makes a clip's media time of the epoch's.
#[derive(Clone, Copy, Debug)]
struct Shift {
    ms: i64,
    ticks: i64,
}

impl Shift {
    /// For a clip that began at `starts_at` and of whose fragments `first` is the first of its epoch.
    fn of(first: &Fragment, starts_at: Duration) -> Self {
        let into_clip = first.captured_at.saturating_sub(starts_at);
        let into_clip_ms = into_clip.as_millis();
        let ticks = into_clip.as_micros() * u128::from(TIMESCALE) / 1_000_000;
        let by = |wanted: u128, is: u64| {
            let signed = |ticks| i64::try_from(ticks).unwrap_or(i64::MAX);
            signed(wanted) - i64::try_from(is).unwrap_or(i64::MAX)
        };
        Self {
            ms: by(into_clip_ms, first.start_ms),
            ticks: by(ticks, boxes::media_time(&first.data).unwrap_or(0)),
        }
    }
}

#[cfg(test)]
#[path = "ring/tests.rs"]
mod tests;
