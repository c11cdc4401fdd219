//! Messages on a link that knows only chunks.

use std::collections::VecDeque;
use std::time::Duration;

use crate::{CHUNK_TIMEOUT, MAX_MESSAGE};

const PREFIX_LEN: usize = 2;

/// What a framer holds at most: two messages of the largest size. A peer never has more than one in
/// flight.
const MAX_BUFFERED: usize = 2 * (PREFIX_LEN + MAX_MESSAGE);

/// Why the bytes of a peer are not messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length prefix, or the message to send, is over [`MAX_MESSAGE`].
    #[error("the peer announced a message of {len} bytes; at most {MAX_MESSAGE} are allowed")]
    Oversize {
        /// The announced length.
        len: usize,
    },
    /// The length prefix is zero.
    #[error("the peer announced an empty message")]
    Empty,
    /// More than [`CHUNK_TIMEOUT`] passed between two chunks of one message.
    #[error("the peer paused too long within a message")]
    TooSlow,
    /// The link ended within a message.
    #[error("the link ended within a message")]
    Truncated,
    /// More bytes arrived than a peer in turn could have sent.
    #[error("the peer sent more than it may before being answered")]
    Flooded,
}

/// Reassembles messages from chunks. After an error nothing more comes out of it.
#[derive(Debug, Default)]
pub struct Framer {
    partial: Vec<u8>,
    complete: VecDeque<Vec<u8>>,
    last_chunk_at: Duration,
    failed: Option<FrameError>,
}

impl Framer {
    /// Takes the next chunk off the link; `now` is monotonic.
    pub fn push(&mut self, chunk: &[u8], now: Duration) -> Result<(), FrameError> {
        let result = self
            .handle_timeout(now)
            .and_then(|()| self.extend(chunk, now));
        self.fail_on(result)
    }

    /// The next whole message, without its prefix.
    pub fn next_message(&mut self) -> Option<Vec<u8>> {
        self.failed.is_none().then(|| self.complete.pop_front())?
    }

    /// When the message in progress will be too slow; `None` between messages.
    pub fn deadline(&self) -> Option<Duration> {
        let waiting = self.failed.is_none() && !self.partial.is_empty();
        waiting.then(|| self.last_chunk_at.saturating_add(CHUNK_TIMEOUT))
    }

    /// Fails with [`FrameError::TooSlow`] when the deadline has passed.
    pub fn handle_timeout(&mut self, now: Duration) -> Result<(), FrameError> {
        let late =
            !access::off!(FrameLimits) && self.deadline().is_some_and(|deadline| now >= deadline);
        let result = if late {
            Err(FrameError::TooSlow)
        } else {
            Ok(())
        };
        self.fail_on(result)
    }

    /// Says that the link has ended: [`FrameError::Truncated`] when it did so within a message.
    pub fn finish(&mut self) -> Result<(), FrameError> {
        let result = if self.partial.is_empty() {
            Ok(())
        } else {
            Err(FrameError::Truncated)
        };
        self.fail_on(result)
    }

    fn extend(&mut self, mut chunk: &[u8], now: Duration) -> Result<(), FrameError> {
        let waiting: usize = self.complete.iter().map(Vec::len).sum();
        if waiting + self.partial.len() + chunk.len() > MAX_BUFFERED {
            return Err(FrameError::Flooded);
        }
        self.last_chunk_at = now;
        while !chunk.is_empty() {
            let taken = self.missing()?.min(chunk.len());
            let (head, rest) = chunk.split_at(taken);
            self.partial.extend_from_slice(head);
            chunk = rest;
            if self.missing()? == 0 {
                let message = self.partial.split_off(PREFIX_LEN);
                self.partial.clear();
                self.complete.push_back(message);
            }
        }
        Ok(())
    }

    /// How many bytes the prefix or the message still lacks.
    fn missing(&self) -> Result<usize, FrameError> {
        match *self.partial.as_slice() {
            [] => Ok(PREFIX_LEN),
            [_] => Ok(1),
            [high, low, ref body @ ..] => match usize::from(u16::from_be_bytes([high, low])) {
                0 => Err(FrameError::Empty),
                len if len > MAX_MESSAGE => Err(FrameError::Oversize { len }),
                len => Ok(len - body.len()),
            },
        }
    }

    fn fail_on(&mut self, result: Result<(), FrameError>) -> Result<(), FrameError> {
        if let Some(earlier) = self.failed {
            return Err(earlier);
        }
        if let Err(error) = result {
            self.failed = Some(error);
            self.partial = Vec::new();
            self.complete = VecDeque::new();
        }
        result
    }
}

/// Puts the length prefix before a message of 1 to [`MAX_MESSAGE`] bytes.
pub fn frame(message: &[u8]) -> Result<Vec<u8>, FrameError> {
    let oversize = FrameError::Oversize { len: message.len() };
    let len = u16::try_from(message.len()).map_err(|_| oversize)?;
    match message.len() {
        0 => Err(FrameError::Empty),
        len if len > MAX_MESSAGE => Err(oversize),
        _ => Ok([&len.to_be_bytes()[..], message].concat()),
    }
}

/// Cuts a framed message into chunks of at most `payload` bytes, as a link's writes carry them.
pub fn chunks(framed: &[u8], payload: usize) -> impl Iterator<Item = &[u8]> {
    framed.chunks(payload.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    #[test]
    fn a_message_survives_any_chunk_size() {
        let bytes = frame(&[7; 300]).unwrap();
        for payload in 1..=bytes.len() {
            let mut framer = Framer::default();
            for chunk in chunks(&bytes, payload) {
                assert_eq!(framer.next_message(), None);
                framer.push(chunk, NOW).unwrap();
            }
            assert_eq!(framer.next_message(), Some(vec![7; 300]));
            assert_eq!((framer.next_message(), framer.deadline()), (None, None));
        }
    }

    #[test]
    fn two_messages_in_one_chunk_come_out_in_order() {
        let both = [frame(b"one").unwrap(), frame(b"two").unwrap()].concat();
        let mut framer = Framer::default();
        framer.push(&both, NOW).unwrap();
        assert_eq!(framer.next_message().as_deref(), Some(&b"one"[..]));
        assert_eq!(framer.next_message().as_deref(), Some(&b"two"[..]));
    }

    #[test]
    fn the_largest_message_passes_and_one_byte_more_does_not() {
        let mut framer = Framer::default();
        framer
            .push(&frame(&[1; MAX_MESSAGE]).unwrap(), NOW)
            .unwrap();
        assert_eq!(
            framer.next_message().map(|message| message.len()),
            Some(MAX_MESSAGE)
        );
        assert_eq!(
            framer.push(&[0x10, 0x01], NOW),
            Err(FrameError::Oversize { len: 4097 })
        );
        assert_eq!(
            frame(&[1; MAX_MESSAGE + 1]),
            Err(FrameError::Oversize { len: 4097 })
        );
    }

    #[test]
    fn an_empty_message_is_refused_at_both_ends() {
        assert_eq!(frame(&[]), Err(FrameError::Empty));
        assert_eq!(Framer::default().push(&[0, 0], NOW), Err(FrameError::Empty));
    }

    #[test]
    fn two_seconds_between_chunks_are_too_slow() {
        let mut framer = Framer::default();
        framer.push(&[0, 3, 1], NOW).unwrap();
        assert_eq!(framer.deadline(), Some(NOW + CHUNK_TIMEOUT));
        let almost = NOW + Duration::from_millis(1_999);
        framer.push(&[2], almost).unwrap();
        assert_eq!(
            framer.push(&[3], almost + CHUNK_TIMEOUT),
            Err(FrameError::TooSlow)
        );
        assert_eq!(
            framer.push(&[3], NOW),
            Err(FrameError::TooSlow),
            "an error is final"
        );
        assert_eq!(framer.next_message(), None);
    }

    #[test]
    fn silence_between_messages_is_not_slow() {
        let mut framer = Framer::default();
        framer.push(&frame(b"a").unwrap(), NOW).unwrap();
        framer
            .push(&frame(b"b").unwrap(), NOW + CHUNK_TIMEOUT * 10)
            .unwrap();
        assert_eq!(framer.finish(), Ok(()));
    }

    #[test]
    fn a_link_that_ends_within_a_message_is_truncated() {
        let mut framer = Framer::default();
        framer.push(&[0], NOW).unwrap();
        assert_eq!(framer.finish(), Err(FrameError::Truncated));
    }

    #[test]
    fn what_a_framer_holds_is_bounded() {
        let mut framer = Framer::default();
        let largest = frame(&[1; MAX_MESSAGE]).unwrap();
        framer.push(&largest, NOW).unwrap();
        framer.push(&largest, NOW).unwrap();
        assert_eq!(framer.push(&largest, NOW), Err(FrameError::Flooded));
        assert_eq!(
            Framer::default().push(&vec![1; 100_000], NOW),
            Err(FrameError::Flooded)
        );
    }
}
