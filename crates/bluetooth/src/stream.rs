//! The link over TCP, for doors on the same machine or the building's own network, and over what else carries bytes.

use std::{net::SocketAddr, time::Duration};

use access::ShortDoorId;
use async_trait::async_trait;
use bytes::BytesMut;
use futures::{FutureExt, StreamExt, stream, stream::BoxStream};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_stream::wrappers::IntervalStream;

use crate::{
    Central, Link, LinkAddress, LinkError, Listener, Sighting, Transport,
    central::Address,
    link::{Wire, link},
};

/// Bytes read or written at once.
const CHUNK: usize = 4096;

/// How long a door may take to take the connection.
const CONNECTING: Duration = Duration::from_secs(5);

/// How often a scan tries every address.
const ROUND: Duration = Duration::from_secs(5);

/// Doors at known addresses; each is seen while it takes connections.
#[derive(Clone, Debug, Default)]
pub struct StreamCentral {
    addresses: Vec<(ShortDoorId, SocketAddr)>,
}

impl StreamCentral {
    /// Makes a central of the doors' addresses.
    pub fn new(addresses: Vec<(ShortDoorId, SocketAddr)>) -> Self {
        Self { addresses }
    }
}

#[async_trait]
impl Central for StreamCentral {
    async fn availability(&self) -> Result<(), LinkError> {
        Ok(())
    }

    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        let addresses = self.addresses.clone();
        let rounds = IntervalStream::new(tokio::time::interval(ROUND));
        let tried = rounds.flat_map(move |_| stream::iter(addresses.clone()));
        Ok(tried
            .map(reach)
            .buffer_unordered(16)
            .filter_map(std::future::ready)
            .boxed())
    }

    async fn connect(&self, door: &Sighting) -> Result<Link, LinkError> {
        let Address::Socket(address) = door.address.0 else {
            return Err(LinkError::NotFound);
        };
        let connected = timeout(CONNECTING, TcpStream::connect(address)).await;
        over(connected.map_err(|_| LinkError::Timeout)??)
    }
}

async fn reach((door, address): (ShortDoorId, SocketAddr)) -> Option<Sighting> {
    let connected = timeout(CONNECTING, TcpStream::connect(address)).await;
    connected.ok()?.ok()?;
    Some(Sighting {
        door,
        rssi_dbm: None,
        address: LinkAddress(Address::Socket(address)),
    })
}

/// A door that takes TCP connections.
#[derive(Debug)]
pub struct StreamListener {
    listener: TcpListener,
}

impl StreamListener {
    /// Listens on `address`; port 0 takes any free port, which [`Self::local_addr`] then tells.
    pub async fn bind(address: SocketAddr) -> Result<Self, LinkError> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> Result<SocketAddr, LinkError> {
        Ok(self.listener.local_addr()?)
    }
}

#[async_trait]
impl Listener for StreamListener {
    /// Passes over connections that failed before they were taken.
    async fn accept(&mut self) -> Result<Link, LinkError> {
        loop {
            match self.listener.accept().await {
                Ok((socket, _)) => return over(socket),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

fn over(socket: TcpStream) -> Result<Link, LinkError> {
    socket.set_nodelay(true)?;
    Ok(carried(Transport::Stream, socket))
}

/// One end of a relay through the hub. Must be called inside a Tokio runtime.
pub fn relayed(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Link {
    carried(Transport::Relay, stream)
}

fn carried(transport: Transport, stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Link {
    let (link, wire) = link(transport, CHUNK);
    tokio::spawn(carry(stream, wire).map(drop));
    link
}

/// Carries chunks both ways until either end closes.
async fn carry(stream: impl AsyncRead + AsyncWrite, mut wire: Wire) -> std::io::Result<()> {
    let (mut from, mut to) = tokio::io::split(stream);
    let arrive = async {
        let mut buffer = BytesMut::with_capacity(CHUNK);
        while from.read_buf(&mut buffer).await? > 0 {
            if wire.arrived.send(buffer.split().freeze()).await.is_err() {
                break;
            }
            buffer.reserve(CHUNK);
        }
        Ok(())
    };
    let depart = async {
        while let Some(chunk) = wire.departing.recv().await {
            to.write_all(&chunk).await?;
            to.flush().await?;
        }
        to.shutdown().await
    };
    tokio::select! {
        result = arrive => result,
        result = depart => result,
    }
}
