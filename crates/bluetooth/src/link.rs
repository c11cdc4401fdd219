//! One connection, the same at both ends.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::LinkError;

/// Chunks that wait in one direction before the sender has to wait too.
const QUEUE: usize = 32;

/// The longest GATT value to send. The Core Specification (vol. 3, part F, 3.2.9) allows 512 bytes, of which
/// BlueZ up to 5.66 loses those beyond 510 without a word.
pub(crate) const LONGEST_VALUE: usize = 510;

/// How long a phone may take from connecting, or waiting for the end of an earlier connection, to being subscribed.
pub(crate) const CONNECTING: Duration = Duration::from_secs(15);

/// What carries a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Bluetooth Low Energy, GATT.
    Bluetooth,
    /// TCP.
    Stream,
    /// A relay through the hub.
    Relay,
    /// Memory.
    Loopback,
}

/// One connection between a phone and a door; closes when dropped, after what was sent has gone out.
#[derive(Debug)]
pub struct Link {
    /// Chunks from the other end, in order; `None` once the connection has ended.
    pub incoming: mpsc::Receiver<Bytes>,
    outgoing: mpsc::Sender<Bytes>,
    chunk_len: usize,
    transport: Transport,
}

impl Link {
    /// Sends framed bytes, split into chunks that the transport takes. [`LinkError::Lost`] when the connection has ended.
    pub async fn send(&self, framed: &[u8]) -> Result<(), LinkError> {
        for chunk in door_protocol::chunks(framed, self.chunk_len) {
            let sent = self.outgoing.send(Bytes::copy_from_slice(chunk)).await;
            sent.map_err(|_| LinkError::Lost)?;
        }
        Ok(())
    }

    /// Whether the connection has not ended, as far as this end knows.
    pub fn is_open(&self) -> bool {
        !self.outgoing.is_closed()
    }

    /// The longest chunk in bytes: the negotiated ATT MTU less its header over Bluetooth.
    pub fn chunk_len(&self) -> usize {
        self.chunk_len
    }

    /// What carries the link.
    pub fn transport(&self) -> Transport {
        self.transport
    }
}

/// The end of a link that a transport drives.
#[derive(Debug)]
pub(crate) struct Wire {
    /// Chunks off the wire; closed when the link was dropped.
    pub(crate) arrived: mpsc::Sender<Bytes>,
    /// Chunks to put on the wire; ends when the link was dropped.
    pub(crate) departing: mpsc::Receiver<Bytes>,
}

/// Makes a link and the end that its transport drives. `chunk_len` is at least 1.
pub(crate) fn link(transport: Transport, chunk_len: usize) -> (Link, Wire) {
    let (arrived, incoming) = mpsc::channel(QUEUE);
    let (outgoing, departing) = mpsc::channel(QUEUE);
    let chunk_len = chunk_len.max(1);
    (
        Link {
            incoming,
            outgoing,
            chunk_len,
            transport,
        },
        Wire { arrived, departing },
    )
}

/// Makes two links joined in memory.
pub(crate) fn pair(chunk_len: usize) -> (Link, Link) {
    let (to_phone, phone_incoming) = mpsc::channel(QUEUE);
    let (to_door, door_incoming) = mpsc::channel(QUEUE);
    let end = |incoming, outgoing| Link {
        incoming,
        outgoing,
        chunk_len: chunk_len.max(1),
        transport: Transport::Loopback,
    };
    (end(phone_incoming, to_door), end(door_incoming, to_phone))
}
