//! Chunks of a link become the messages that were framed, or nothing.
//!
//! Input: steps of a pause (one byte, tenths of a second) and a chunk.

use std::time::Duration;

use arbitrary::Unstructured;
use door_protocol::{CHUNK_TIMEOUT, FrameError, Framer, MAX_MESSAGE, chunks, frame};

use crate::mutation::{as_chunk, chunk, number};
use crate::vectors;

/// Most bytes that may wait: two messages of the largest size with their prefixes.
const MOST: usize = 2 * (2 + MAX_MESSAGE);

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let step = |pause: u8, bytes: &[u8]| [vec![pause], as_chunk(bytes)].concat();
    let mut seeds: Vec<_> = vectors::frames().iter().map(|one| step(0, one)).collect();
    for framed in vectors::frames() {
        let parts = chunks(&framed, 20).map(|part| step(1, part));
        seeds.push(parts.collect::<Vec<_>>().concat());
    }
    seeds.push([step(0, &[0, 3, 1]), step(19, &[2]), step(20, &[3])].concat());
    seeds
}

pub(crate) fn check(input: &[u8]) {
    let mut input = Unstructured::new(input);
    let (mut framer, mut reference) = (Framer::default(), Reference::default());
    let mut now = Duration::ZERO;
    while !input.is_empty() {
        now += Duration::from_millis(u64::from(number(&mut input)) * 100);
        let chunk = chunk(&mut input);
        let pushed = framer.push(chunk, now);
        assert_eq!(pushed, reference.push(chunk, now));
        assert_eq!(framer.deadline(), reference.deadline());
        if number(&mut input).is_multiple_of(2) {
            let taken = framer.next_message();
            assert_eq!(taken, reference.take());
            if let Some(message) = &taken {
                assert_is_framed_back(message);
            }
        }
    }
    let ended = framer.finish();
    assert_eq!(
        ended.is_err(),
        reference.failed.is_some() || !reference.held.is_empty()
    );
}

fn assert_is_framed_back(message: &[u8]) {
    assert!((1..=MAX_MESSAGE).contains(&message.len()));
    let framed = frame(message).expect("what came can be sent");
    let mut again = Framer::default();
    for part in chunks(&framed, 23) {
        again.push(part, Duration::ZERO).expect("it is well framed");
    }
    assert_eq!(again.next_message().as_deref(), Some(message));
}

/// The same, written down as simply as it can be said: all bytes so far, cut anew each time.
#[derive(Default)]
struct Reference {
    held: Vec<u8>,
    waiting: Vec<Vec<u8>>,
    last: Duration,
    failed: Option<FrameError>,
}

impl Reference {
    fn push(&mut self, chunk: &[u8], now: Duration) -> Result<(), FrameError> {
        if self.failed.is_none() {
            self.failed = self.take_chunk(chunk, now).err();
        }
        self.failed.map_or(Ok(()), Err)
    }

    fn take_chunk(&mut self, chunk: &[u8], now: Duration) -> Result<(), FrameError> {
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            return Err(FrameError::TooSlow);
        }
        let waiting: usize = self.waiting.iter().map(Vec::len).sum();
        if waiting + self.held.len() + chunk.len() > MOST {
            return Err(FrameError::Flooded);
        }
        self.last = now;
        self.held.extend_from_slice(chunk);
        while let [high, low, ..] = self.held[..] {
            let len = usize::from(high) * 256 + usize::from(low);
            match len {
                0 => return Err(FrameError::Empty),
                len if len > MAX_MESSAGE => return Err(FrameError::Oversize { len }),
                len if self.held.len() < 2 + len => break,
                len => {
                    let rest = self.held.split_off(2 + len);
                    self.waiting.push(self.held.split_off(2));
                    self.held = rest;
                }
            }
        }
        Ok(())
    }

    fn deadline(&self) -> Option<Duration> {
        let is_within = self.failed.is_none() && !self.held.is_empty();
        is_within.then(|| self.last + CHUNK_TIMEOUT)
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let is_there = self.failed.is_none() && !self.waiting.is_empty();
        is_there.then(|| self.waiting.remove(0))
    }
}
