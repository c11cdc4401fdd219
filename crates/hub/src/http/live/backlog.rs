use std::collections::VecDeque;

use hub_api::LiveFrame;

/// The most fragments that wait for a watcher, and the most bytes of them: more than a group of
/// pictures of any camera that is set up for live view.
const MOST_FRAGMENTS: usize = 100;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What waits to be sent to one watcher: at most one whole group of pictures and what came after it.
///
/// Who is too slow for the pictures goes on with the newest keyframe; words are never left out.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    frames: VecDeque<LiveFrame>,
    fragments: usize,
    bytes: usize,
    keyframes: usize,
    /// Waits for a keyframe: nothing before it could be decoded.
    skips: bool,
}

impl Backlog {
    pub(super) fn push(&mut self, frame: LiveFrame) {
        let LiveFrame::Fragment { keyframe, fragment } = &frame else {
            return self.frames.push_back(frame);
        };
        if *keyframe {
            if self.keyframes > 0 {
                self.drop_pictures();
            }
            self.skips = false;
        } else if self.fragments >= MOST_FRAGMENTS || self.bytes + fragment.len() > MOST_BYTES {
            self.drop_pictures();
            self.skips = true;
        }
        if !self.skips {
            self.count(&frame, usize::wrapping_add);
            self.frames.push_back(frame);
        }
    }

    pub(super) fn pop(&mut self) -> Option<LiveFrame> {
        let frame = self.frames.pop_front()?;
        self.count(&frame, usize::wrapping_sub);
        Some(frame)
    }

    /// What waits, in order.
    pub(super) fn frames(&self) -> impl Iterator<Item = &LiveFrame> {
        self.frames.iter()
    }

    fn count(&mut self, frame: &LiveFrame, change: fn(usize, usize) -> usize) {
        if let LiveFrame::Fragment { keyframe, fragment } = frame {
            self.fragments = change(self.fragments, 1);
            self.bytes = change(self.bytes, fragment.len());
            self.keyframes = change(self.keyframes, usize::from(*keyframe));
        }
    }

    fn drop_pictures(&mut self) {
        let is_picture = |frame: &LiveFrame| matches!(frame, LiveFrame::Fragment { .. });
        self.frames.retain(|frame| !is_picture(frame));
        (self.fragments, self.bytes, self.keyframes) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// The `n`th fragment, ten to a group.
    fn picture(n: usize) -> LiveFrame {
        LiveFrame::Fragment {
            keyframe: n.is_multiple_of(10),
            fragment: n.to_be_bytes().to_vec().into(),
        }
    }

    fn word(n: u32) -> LiveFrame {
        LiveFrame::Answer {
            watcher: n,
            answer: Bytes::new(),
        }
    }

    fn drained(mut backlog: Backlog) -> Vec<LiveFrame> {
        std::iter::from_fn(|| backlog.pop()).collect()
    }

    #[test]
    fn who_keeps_up_gets_everything() {
        let mut backlog = Backlog::default();
        for n in 0..500 {
            backlog.push(picture(n));
            assert_eq!(backlog.pop(), Some(picture(n)));
        }
    }

    #[test]
    fn who_is_too_slow_goes_on_with_the_newest_group() {
        let mut backlog = Backlog::default();
        (0..57).for_each(|n| backlog.push(picture(n)));
        let expected: Vec<_> = (50..57).map(picture).collect();
        assert_eq!(drained(backlog), expected);
    }

    #[test]
    fn the_rest_of_a_group_that_is_being_sent_is_not_cut_off() {
        let mut backlog = Backlog::default();
        (0..10).for_each(|n| backlog.push(picture(n)));
        assert_eq!(backlog.pop(), Some(picture(0)));
        (10..13).for_each(|n| backlog.push(picture(n)));
        let expected: Vec<_> = (1..13).map(picture).collect();
        assert_eq!(drained(backlog), expected);
    }

    #[test]
    fn words_are_never_left_out() {
        let mut backlog = Backlog::default();
        for n in 0..40 {
            backlog.push(picture(n));
            if n % 15 == 0 {
                backlog.push(word(u32::try_from(n).unwrap()));
            }
        }
        let words = drained(backlog);
        let words: Vec<_> = words
            .into_iter()
            .filter(|frame| matches!(frame, LiveFrame::Answer { .. }))
            .collect();
        assert_eq!(words, [0, 15, 30].map(word));
    }

    #[test]
    fn a_group_without_end_is_bounded_and_left_at_the_next_keyframe() {
        let mut backlog = Backlog::default();
        backlog.push(picture(0));
        (1..5_000)
            .filter(|n| n % 10 != 0)
            .for_each(|n| backlog.push(picture(n)));
        assert!(backlog.frames.len() <= MOST_FRAGMENTS);
        backlog.push(picture(5_000));
        assert_eq!(drained(backlog), [picture(5_000)]);

        let mut backlog = Backlog::default();
        let huge = |keyframe| LiveFrame::Fragment {
            keyframe,
            fragment: vec![0; MOST_BYTES / 2].into(),
        };
        for keyframe in [true, false, false] {
            backlog.push(huge(keyframe));
        }
        assert_eq!(drained(backlog), []);
    }
}
