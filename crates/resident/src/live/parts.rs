use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::ways::Way;
use crate::ui::ErrorCode;

/// How long nobody may ask for a part before nobody is taken to look.
const UNATTENDED: Duration = Duration::from_secs(15);

/// The most parts that are held: more than any camera's group of pictures that is fit for live view.
const MOST: usize = 200;

/// One part of a live picture, opened: an init segment, or every fragment that is there from the one that was asked
/// for, so that who is behind has the newest with one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivePart {
    /// The number of its last fragment: what comes next has the next one.
    pub n: u32,
    /// Whether it is an init segment.
    pub init: bool,
    /// How it came here.
    pub way: Way,
    /// The boxes.
    pub bytes: Bytes,
}

/// What a window may still ask for: the init segment and the newest two groups of pictures.
#[derive(Debug)]
pub(super) struct Parts {
    held: Mutex<Held>,
    more: Notify,
}

#[derive(Clone, Debug)]
struct Fragment {
    n: u32,
    way: Way,
    bytes: Bytes,
}

#[derive(Debug)]
struct Held {
    init: Fragment,
    groups: VecDeque<Vec<Fragment>>,
    /// How pictures come now.
    way: Way,
    next: u32,
    ended: Option<ErrorCode>,
    asked_at: Instant,
}

impl Parts {
    pub(super) fn new(way: Way, init: Bytes) -> Self {
        let held = Held {
            init: Fragment {
                n: 0,
                way,
                bytes: init,
            },
            groups: VecDeque::new(),
            way,
            next: 1,
            ended: None,
            asked_at: Instant::now(),
        };
        Self {
            held: Mutex::new(held),
            more: Notify::new(),
        }
    }

    /// Pictures go on, by this way. Another init segment, unless it is the same: nothing before it can be decoded
    /// with it.
    pub(super) fn begin(&self, way: Way, init: Bytes) {
        let mut held = self.lock();
        held.way = way;
        if held.init.bytes != init {
            held.init = Fragment {
                n: held.next,
                way,
                bytes: init,
            };
            held.next += 1;
            held.groups.clear();
        }
    }

    pub(super) fn push(&self, keyframe: bool, bytes: Bytes) {
        let mut held = self.lock();
        let fragment = Fragment {
            n: held.next,
            way: held.way,
            bytes,
        };
        held.next += 1;
        if keyframe {
            held.groups.push_back(Vec::new());
        }
        let newest = held.groups.len().saturating_sub(2);
        held.groups.drain(..newest);
        if let Some(group) = held.groups.back_mut().filter(|group| group.len() < MOST) {
            group.push(fragment);
        }
        drop(held);
        self.more.notify_waiters();
    }

    /// There is no more; who asks is told why.
    pub(super) fn end(&self, why: ErrorCode) {
        self.lock().ended.get_or_insert(why);
        self.more.notify_waiters();
    }

    /// From the `n`th fragment to the newest, or the newest group where that one is past.
    pub(super) async fn wait_for(&self, n: u32) -> Result<LivePart, ErrorCode> {
        loop {
            let mut more = std::pin::pin!(self.more.notified());
            more.as_mut().enable();
            let found = self.lock().find(n);
            if let Some(found) = found {
                return found;
            }
            more.await;
        }
    }

    /// Waits until it has ended, or nobody has asked for a while.
    pub(super) async fn abandoned(&self) {
        loop {
            let (ended, until) = {
                let held = self.lock();
                (held.ended, held.asked_at + UNATTENDED)
            };
            if ended.is_some() || until <= Instant::now() {
                return;
            }
            tokio::select! {
                () = sleep_until(until) => {}
                () = self.more.notified() => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn find(&mut self, n: u32) -> Option<Result<LivePart, ErrorCode>> {
        self.asked_at = Instant::now();
        if n <= self.init.n {
            return Some(Ok(self.init.clone().into_part(true)));
        }
        let oldest = self.groups.front().and_then(|group| group.first());
        let newest = self.groups.back().and_then(|group| group.first());
        let is_past = oldest.is_some_and(|oldest| n < oldest.n);
        let from = newest.filter(|_| is_past).map_or(n, |newest| newest.n);
        let mut fragments = self.groups.iter().flatten().filter(|one| one.n >= from);
        let Some(first) = fragments.next() else {
            return self.ended.map(Err);
        };
        Some(Ok(first.clone().joined(fragments)))
    }
}

impl Fragment {
    /// With those after it that came by the same way.
    fn joined<'a>(mut self, later: impl Iterator<Item = &'a Self>) -> LivePart {
        let mut bytes = BytesMut::from(self.bytes);
        for one in later.take_while(|one| one.way == self.way) {
            bytes.extend_from_slice(&one.bytes);
            self.n = one.n;
        }
        self.bytes = bytes.freeze();
        self.into_part(false)
    }

    fn into_part(self, init: bool) -> LivePart {
        LivePart {
            n: self.n,
            init,
            way: self.way,
            bytes: self.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred pictures and their init segment, four to a group.
    fn parts(count: u32) -> Parts {
        let parts = Parts::new(Way::Direct, "init".into());
        for n in 1..=count {
            parts.push(n % 4 == 1, n.to_be_bytes().to_vec().into());
        }
        parts
    }

    async fn number(parts: &Parts, n: u32) -> u32 {
        parts.wait_for(n).await.unwrap().n
    }

    #[tokio::test]
    async fn who_comes_is_given_the_init_segment_and_then_the_newest_group() {
        let parts = parts(10);
        let init = parts.wait_for(0).await.unwrap();
        assert!(init.init && init.bytes == "init");
        let group = parts.wait_for(1).await.unwrap();
        assert_eq!((group.n, group.init), (10, false));
        assert_eq!(group.bytes[..], [0, 0, 0, 9, 0, 0, 0, 10]);
        assert_eq!(number(&parts, 10).await, 10);
    }

    #[tokio::test]
    async fn who_is_a_little_late_misses_nothing_and_who_is_too_late_is_moved() {
        let parts = parts(10);
        let late = parts.wait_for(6).await.unwrap();
        assert_eq!((late.n, late.bytes.len()), (10, 5 * size_of::<u32>()));
        parts.push(false, Bytes::new());
        parts.push(false, Bytes::new());
        parts.push(true, "newest".into());
        assert_eq!(parts.wait_for(5).await.unwrap().bytes, "newest");
        assert_eq!(number(&parts, 9).await, 13);
    }

    #[tokio::test]
    async fn the_next_part_is_waited_for() {
        let parts = parts(10);
        let later = async {
            tokio::task::yield_now().await;
            parts.push(false, Bytes::new());
        };
        let (next, ()) = tokio::join!(number(&parts, 11), later);
        assert_eq!(next, 11);
    }

    #[tokio::test]
    async fn another_init_segment_is_not_passed_over() {
        let parts = parts(10);
        parts.begin(Way::Direct, "init".into());
        assert_eq!(number(&parts, 10).await, 10);
        parts.begin(Way::Hub, "other".into());
        for _ in 0..3 {
            parts.push(true, Bytes::new());
        }
        let init = parts.wait_for(10).await.unwrap();
        assert!(init.init && init.n == 11 && init.bytes == "other");
        assert_eq!(number(&parts, 12).await, 14);
    }

    #[tokio::test]
    async fn each_part_says_by_which_way_it_came() {
        let parts = parts(2);
        parts.begin(Way::Hub, "init".into());
        parts.push(true, Bytes::new());
        let mut ways = Vec::new();
        for n in 0..=3 {
            ways.push(parts.wait_for(n).await.unwrap().way);
        }
        assert_eq!(ways, [Way::Direct, Way::Direct, Way::Direct, Way::Hub]);
        assert_eq!(
            number(&parts, 1).await,
            2,
            "what came by another way is another part"
        );
    }

    #[tokio::test]
    async fn what_is_held_is_bounded() {
        let parts = Parts::new(Way::Direct, "init".into());
        parts.push(true, Bytes::new());
        (0..10_000).for_each(|_| parts.push(false, Bytes::new()));
        let held: usize = parts.lock().groups.iter().map(Vec::len).sum();
        assert_eq!(held, MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_ends_when_nobody_looks_or_it_is_closed() {
        let parts = parts(1);
        let begun = Instant::now();
        tokio::time::sleep(UNATTENDED / 2).await;
        parts.wait_for(0).await.unwrap();
        parts.abandoned().await;
        assert_eq!(begun.elapsed(), UNATTENDED + UNATTENDED / 2);

        parts.end(ErrorCode::CameraOff);
        parts.abandoned().await;
        assert_eq!(parts.wait_for(2).await, Err(ErrorCode::CameraOff));
        assert_eq!(number(&parts, 1).await, 1, "what is there is still shown");
    }
}
