use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::ui::ErrorCode;

/// How long nobody may ask for a part before nobody is taken to look.
const UNATTENDED: Duration = Duration::from_secs(15);

/// The most parts that are held: more than any camera's group of pictures that is fit for live view.
const MOST: usize = 200;

/// One part of a live picture, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivePart {
    /// Its number: what comes next has the next one.
    pub n: u32,
    /// Whether it is an init segment.
    pub init: bool,
    /// The boxes.
    pub bytes: Bytes,
}

/// What a window may still ask for: the init segment and the newest two groups of pictures.
#[derive(Debug)]
pub(super) struct Parts {
    held: Mutex<Held>,
    more: Notify,
}

#[derive(Debug)]
struct Held {
    init: LivePart,
    groups: VecDeque<Vec<LivePart>>,
    next: u32,
    ended: Option<ErrorCode>,
    asked_at: Instant,
}

impl Parts {
    pub(super) fn new(init: Bytes) -> Self {
        let held = Held {
            init: LivePart {
                n: 0,
                init: true,
                bytes: init,
            },
            groups: VecDeque::new(),
            next: 1,
            ended: None,
            asked_at: Instant::now(),
        };
        Self {
            held: Mutex::new(held),
            more: Notify::new(),
        }
    }

    /// Another init segment, unless it is the same: nothing before it can be decoded with it.
    pub(super) fn begin(&self, init: Bytes) {
        let mut held = self.lock();
        if held.init.bytes != init {
            held.init = LivePart {
                n: held.next,
                init: true,
                bytes: init,
            };
            held.next += 1;
            held.groups.clear();
        }
    }

    pub(super) fn push(&self, keyframe: bool, bytes: Bytes) {
        let mut held = self.lock();
        let part = LivePart {
            n: held.next,
            init: false,
            bytes,
        };
        held.next += 1;
        if keyframe {
            held.groups.push_back(Vec::new());
        }
        let newest = held.groups.len().saturating_sub(2);
        held.groups.drain(..newest);
        if let Some(group) = held.groups.back_mut().filter(|group| group.len() < MOST) {
            group.push(part);
        }
        drop(held);
        self.more.notify_waiters();
    }

    /// There is no more; who asks is told why.
    pub(super) fn end(&self, why: ErrorCode) {
        self.lock().ended.get_or_insert(why);
        self.more.notify_waiters();
    }

    /// The `n`th part, or the first of the newest group where that one is past.
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
            return Some(Ok(self.init.clone()));
        }
        let parts = self.groups.iter().flatten();
        let found = parts.clone().find(|part| part.n == n);
        let past = parts.clone().next().is_some_and(|oldest| n < oldest.n);
        let newest = self.groups.back().and_then(|group| group.first());
        match found.or(newest.filter(|_| past)) {
            Some(part) => Some(Ok(part.clone())),
            None => self.ended.map(Err),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred pictures and their init segment, four to a group.
    fn parts(count: u32) -> Parts {
        let parts = Parts::new("init".into());
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
        assert_eq!(number(&parts, 1).await, 9);
        assert_eq!(number(&parts, 10).await, 10);
    }

    #[tokio::test]
    async fn who_is_a_little_late_misses_nothing_and_who_is_too_late_is_moved() {
        let parts = parts(10);
        assert_eq!(number(&parts, 5).await, 5);
        parts.push(false, Bytes::new());
        parts.push(false, Bytes::new());
        parts.push(true, Bytes::new());
        assert_eq!(number(&parts, 5).await, 13);
        assert_eq!(number(&parts, 9).await, 9);
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
        parts.begin("init".into());
        assert_eq!(number(&parts, 10).await, 10);
        parts.begin("other".into());
        for _ in 0..3 {
            parts.push(true, Bytes::new());
        }
        let init = parts.wait_for(10).await.unwrap();
        assert!(init.init && init.n == 11 && init.bytes == "other");
        assert_eq!(number(&parts, 12).await, 14);
    }

    #[tokio::test]
    async fn what_is_held_is_bounded() {
        let parts = Parts::new("init".into());
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
