//! What passes between a door, the hub and those who watch the door live.

use std::io;

use bytes::{BufMut as _, Bytes, BytesMut};
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf};
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};

/// What a connection is upgraded to (RFC 9110 section 7.8) by which a door is watched live: from
/// then on it carries [`LiveFrame`]s. Each is a length (u32), a kind (u8), a watcher (u32; 0 where
/// none is meant) and a body that only door and watcher understand. On the door's own network they
/// go over a bare TCP connection.
pub const LIVE_PROTOCOL: &str = "vestibule-live";

/// The longest frame, in bytes: a sealed fragment and its head.
const MAX_LEN: usize = clip::MAX_FRAGMENT_LEN + clip::live::LIVE_OVERHEAD + HEAD_LEN;
const HEAD_LEN: usize = 5;

/// The longest frame of a viewer, in bytes: an ask has less than 200.
const MAX_LEN_OF_A_VIEWER: usize = 1024;

/// How many fragments a watcher may be sent before it has said [`LiveFrame::Taken`] of the first:
/// what lies in buffers on the way is never older than this.
pub const LIVE_WINDOW: usize = 20;

/// One message of a live connection. The hub numbers the watchers of a door; a watcher's own
/// connection has number 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveFrame {
    /// From the door, first: for everybody who watches ([`clip::live::LiveDoor::hello`]).
    Hello(Bytes),
    /// From a watcher to the door.
    Ask {
        /// Whose.
        watcher: u32,
        /// See [`clip::live::Watch::ask`].
        ask: Bytes,
    },
    /// From the door to a watcher.
    Answer {
        /// For whom.
        watcher: u32,
        /// See [`clip::live::Watch::take_answer`].
        answer: Bytes,
    },
    /// From the hub to the door: that watcher's connection is gone.
    Left {
        /// Whose.
        watcher: u32,
    },
    /// From the door to everybody who has an answer.
    Fragment {
        /// Whether decoding can start here.
        keyframe: bool,
        /// See [`clip::live::Watch::take_fragment`].
        fragment: Bytes,
    },
    /// From a watcher to the hub, or to a door that it watches directly: it has taken one fragment more.
    Taken,
}

impl LiveFrame {
    fn encode(&self) -> Bytes {
        let (kind, watcher, body): (u8, u32, &[u8]) = match self {
            Self::Hello(hello) => (0, 0, hello),
            Self::Ask { watcher, ask } => (1, *watcher, ask),
            Self::Answer { watcher, answer } => (2, *watcher, answer),
            Self::Left { watcher } => (3, *watcher, &[]),
            Self::Fragment { keyframe, fragment } => (4 + u8::from(*keyframe), 0, fragment),
            Self::Taken => (6, 0, &[]),
        };
        let mut bytes = BytesMut::with_capacity(HEAD_LEN + body.len());
        bytes.put_u8(kind);
        bytes.put_u32(watcher);
        bytes.put_slice(body);
        bytes.freeze()
    }

    fn decode(bytes: BytesMut) -> Option<Self> {
        let mut body = bytes.freeze();
        if body.len() < HEAD_LEN {
            return None;
        }
        let head = body.split_to(HEAD_LEN);
        let (kind, watcher) = head.split_first()?;
        let watcher = u32::from_be_bytes(watcher.try_into().ok()?);
        Some(match kind {
            0 => Self::Hello(body),
            1 => Self::Ask { watcher, ask: body },
            2 => Self::Answer {
                watcher,
                answer: body,
            },
            3 => Self::Left { watcher },
            4 | 5 => Self::Fragment {
                keyframe: *kind == 5,
                fragment: body,
            },
            6 => Self::Taken,
            _ => return None,
        })
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

type Wire = Box<dyn Stream>;

/// The end of a live connection that frames come from. Closed when both ends are dropped.
pub struct LiveReceiver(FramedRead<ReadHalf<Wire>, LengthDelimitedCodec>);

/// The end of a live connection that frames go to.
pub struct LiveSender(FramedWrite<WriteHalf<Wire>, LengthDelimitedCodec>);

/// Makes a byte stream a live connection.
pub fn live_connection(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> (LiveSender, LiveReceiver) {
    framed(Box::new(stream), MAX_LEN)
}

/// The same for a door to which a device connects directly: nothing that is longer than what a viewer
/// says is taken from it.
pub fn live_connection_of_a_viewer(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> (LiveSender, LiveReceiver) {
    framed(Box::new(stream), MAX_LEN_OF_A_VIEWER)
}

fn framed(stream: Wire, max_received: usize) -> (LiveSender, LiveReceiver) {
    let up_to = |length| {
        let mut codec = LengthDelimitedCodec::builder();
        codec.max_frame_length(length).new_codec()
    };
    let (from, to) = tokio::io::split(stream);
    let receiver = FramedRead::new(from, up_to(max_received));
    let sender = FramedWrite::new(to, up_to(MAX_LEN));
    (LiveSender(sender), LiveReceiver(receiver))
}

impl LiveReceiver {
    /// Waits for the next frame; [`io::ErrorKind::UnexpectedEof`] at the end. No frame is lost where
    /// the future is dropped.
    pub async fn next(&mut self) -> io::Result<LiveFrame> {
        let frame = self.0.next().await;
        let frame = frame.ok_or(io::ErrorKind::UnexpectedEof)??;
        LiveFrame::decode(frame).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl LiveSender {
    /// Sends a frame; returns once the connection has taken it.
    pub async fn send(&mut self, frame: &LiveFrame) -> io::Result<()> {
        self.0.send(frame.encode()).await
    }
}

impl std::fmt::Debug for LiveReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveReceiver")
    }
}

impl std::fmt::Debug for LiveSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveSender")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> [LiveFrame; 7] {
        let (watcher, body) = (7, Bytes::from_static(b"sealed"));
        [
            LiveFrame::Hello(body.clone()),
            LiveFrame::Ask {
                watcher,
                ask: body.clone(),
            },
            LiveFrame::Answer {
                watcher,
                answer: body.clone(),
            },
            LiveFrame::Left { watcher },
            LiveFrame::Fragment {
                keyframe: false,
                fragment: body.clone(),
            },
            LiveFrame::Fragment {
                keyframe: true,
                fragment: body,
            },
            LiveFrame::Taken,
        ]
    }

    #[tokio::test]
    async fn every_frame_arrives_as_it_was_sent() {
        let (one, other) = tokio::io::duplex(16);
        let (mut sender, _keep) = live_connection(one);
        let (_keep_too, mut receiver) = live_connection(other);
        for frame in frames() {
            let (sent, received) = tokio::join!(sender.send(&frame), receiver.next());
            sent.unwrap();
            assert_eq!(received.unwrap(), frame);
        }
    }

    #[tokio::test]
    async fn a_viewer_is_given_pictures_and_cannot_send_one() {
        let (one, other) = tokio::io::duplex(4096);
        let (mut door, mut from_viewer) = live_connection_of_a_viewer(one);
        let (mut viewer, mut from_door) = live_connection(other);
        let long = LiveFrame::Fragment {
            keyframe: true,
            fragment: vec![7; 2 * MAX_LEN_OF_A_VIEWER].into(),
        };
        door.send(&long).await.unwrap();
        assert_eq!(from_door.next().await.unwrap(), long);
        viewer.send(&long).await.unwrap();
        let error = from_viewer.next().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn what_is_no_frame_ends_the_connection() {
        for wrong in [
            &b"\0\0\0\x05\x07\0\0\0\0"[..],
            b"\0\0\0\x04\0\0\0\0",
            b"\xff\xff\xff\xff",
        ] {
            let (mut one, other) = tokio::io::duplex(64);
            let (_keep, mut receiver) = live_connection(other);
            tokio::io::AsyncWriteExt::write_all(&mut one, wrong)
                .await
                .unwrap();
            let error = receiver.next().await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{wrong:?}");
        }
    }
}
