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
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The `n`th fragment of 100 ms, ten to a GOP.
    fn fragment(n: u32) -> Fragment {
        Fragment {
            data: n.to_be_bytes().to_vec().into(),
            captured_at: Duration::from_millis(u64::from(n) * 100),
            start_ms: u64::from(n) * 100,
            duration_ms: 100,
            keyframe: n.is_multiple_of(10),
        }
    }

    fn filled(pre_roll: Duration, fragments: u32) -> Ring {
        let ring = Ring::new(pre_roll);
        ring.begin(InitSegment {
            data: "init".into(),
            codec: "avc1.42C01F".into(),
            width: 320,
            height: 240,
        });
        (0..fragments).for_each(|n| ring.push(&fragment(n)));
        ring
    }

    async fn all(mut clip: ClipSource) -> Vec<Duration> {
        let mut taken = Vec::new();
        while let Some(fragment) = clip.next().await {
            taken.push(fragment.captured_at);
        }
        taken
    }

    #[test]
    fn whole_gops_are_evicted_and_the_pre_roll_with_one_gop_stays() {
        for newest in 60..100 {
            let ring = filled(3 * SECOND, newest);
            let span = ring.span();
            assert!(span >= 4 * SECOND && span < 5 * SECOND, "{span:?}");
            let oldest = ring.clip_from(Duration::ZERO).unwrap().starts_at();
            assert_eq!(oldest.as_millis() % 1000, 0, "begins within a GOP");
        }
    }

    #[tokio::test]
    async fn a_clip_begins_with_the_last_keyframe_at_or_before_its_start() {
        let ring = filled(3 * SECOND, 50);
        let from = |ms| {
            ring.clip_from(Duration::from_millis(ms))
                .unwrap()
                .starts_at()
        };
        assert_eq!(from(2999), 2 * SECOND);
        assert_eq!(from(3000), 3 * SECOND);
        assert_eq!(from(3001), 3 * SECOND);
        assert_eq!(from(4999), 4 * SECOND);
    }

    #[tokio::test]
    async fn a_clip_of_what_is_to_come_begins_with_the_newest_keyframe() {
        let ring = filled(Duration::ZERO, 55);
        let clip = ring.clip_from(6 * SECOND).unwrap();
        ring.push(&fragment(55));
        ring.end();
        let expected: Vec<Duration> = (50..56).map(|n| fragment(n).captured_at).collect();
        assert_eq!(all(clip).await, expected);
        assert!(
            ring.clip_from(6 * SECOND).is_none(),
            "nothing more will come"
        );
    }

    #[tokio::test]
    async fn what_is_pushed_after_the_clip_was_taken_follows_what_was_held() {
        let ring = filled(SECOND, 25);
        let clip = ring.clip_from(SECOND).unwrap();
        (25..60).for_each(|n| ring.push(&fragment(n)));
        ring.end();
        let expected: Vec<Duration> = (10..60).map(|n| fragment(n).captured_at).collect();
        assert_eq!(all(clip).await, expected);
    }

    #[tokio::test]
    async fn readers_that_come_at_any_moment_miss_nothing_and_see_nothing_twice() {
        let ring = filled(SECOND, 10);
        let writer = {
            let ring = ring.clone();
            std::thread::spawn(move || (10..200).for_each(|n| ring.push(&fragment(n))))
        };
        let mut clips = Vec::new();
        while !writer.is_finished() {
            clips.extend(ring.live());
            std::thread::yield_now();
        }
        writer.join().unwrap();
        ring.end();
        for clip in clips {
            let taken = all(clip).await;
            assert!(taken.windows(2).all(|two| two[0] + SECOND / 10 == two[1]));
            assert_eq!(taken.last(), Some(&fragment(199).captured_at));
        }
    }

    #[tokio::test]
    async fn a_reader_that_falls_too_far_behind_is_cut_off_rather_than_given_a_gap() {
        let ring = filled(SECOND, 10);
        let clip = ring.live().unwrap();
        (10..1000).for_each(|n| ring.push(&fragment(n)));
        let taken = all(clip).await;
        assert_eq!(taken.len(), 10 + BACKLOG);
        assert!(taken.windows(2).all(|two| two[0] + SECOND / 10 == two[1]));
    }

    #[tokio::test]
    async fn a_new_epoch_ends_the_clips_of_the_one_before_it() {
        let ring = filled(SECOND, 10);
        let clip = ring.live().unwrap();
        let next = ring.clip_from(Duration::ZERO).unwrap().init().clone();
        ring.begin(next);
        ring.push(&fragment(20));
        assert_eq!(all(clip).await.len(), 10);
    }

    #[tokio::test]
    async fn a_clip_is_taken_up_in_a_later_epoch_with_the_same_init_segment_and_no_other() {
        let ring = filled(SECOND, 10);
        let clip = ring.live().unwrap();
        assert!(ring.clip_after(&clip).is_none(), "its own epoch");
        let same = clip.init().clone();
        ring.begin(same.clone());
        assert!(ring.clip_after(&clip).is_none(), "no keyframe yet");
        ring.push(&fragment(40));
        let mut later = ring.clip_after(&clip).unwrap();
        assert_eq!(later.next().await.unwrap().start_ms, 4000);
        ring.begin(InitSegment { width: 640, ..same });
        ring.push(&fragment(80));
        assert!(ring.clip_after(&clip).is_none(), "another size");
    }

    #[tokio::test]
    async fn a_clip_that_was_taken_up_again_and_again_counts_from_its_first_fragment() {
        let ring = filled(SECOND, 10);
        let mut clip = ring.live().unwrap();
        for epoch in 2..5 {
            ring.begin(clip.init().clone());
            // Each epoch's media time begins at 0.
            ring.push(&Fragment {
                start_ms: 0,
                ..fragment(epoch * 10)
            });
            clip = ring.clip_after(&clip).unwrap();
            assert_eq!(clip.next().await.unwrap().start_ms, u64::from(epoch) * 1000);
        }
    }

    #[test]
    fn overlapping_clips_hold_the_same_bytes_and_not_copies() {
        let ring = filled(3 * SECOND, 50);
        let clips = [0, 1, 2].map(|start| ring.clip_from(start * SECOND).unwrap());
        let [first, rest @ ..] = &clips;
        for clip in rest {
            let earlier = first.held.len() - clip.held.len();
            let shared = first.held.iter().skip(earlier).zip(&clip.held);
            for (one, other) in shared {
                assert_eq!(one.data.as_ptr(), other.data.as_ptr());
            }
        }
    }

    #[tokio::test]
    async fn what_a_dead_camera_saw_can_still_be_taken_and_ends_there() {
        let ring = filled(SECOND, 10);
        ring.end();
        let clip = ring.clip_from(Duration::from_millis(300)).unwrap();
        assert_eq!(all(clip).await.len(), 10);
    }

    #[test]
    fn nothing_is_kept_before_the_first_keyframe() {
        let ring = filled(SECOND, 0);
        ring.push(&fragment(5));
        assert_eq!(ring.span(), Duration::ZERO);
        assert!(ring.live().is_none());
    }
}
