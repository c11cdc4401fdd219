use std::{io, net::SocketAddr, sync::atomic::Ordering, time::Duration};

use hub_api::{LocalAddress, live_connection_of_a_viewer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{LiveView, show::Peer};
use crate::guests::Guests;

/// The most connections, of strangers and of those who watch.
const PLACES: usize = 32;
/// How long to wait after a connection could not be taken, as when there are no file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes devices that come over the door's own network, without the hub.
#[derive(Debug)]
pub struct LiveListener(TcpListener);

impl LiveListener {
    /// Listens on `address`; port 0 takes any free port.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Shows `view` to who may see it, each in a task of its own in `tasks`, until `stop`.
    pub async fn receive(self, view: LiveView, tasks: TaskTracker, stop: CancellationToken) {
        let guests = Guests::new(PLACES);
        while let Some(accepted) = stop.run_until_cancelled(self.0.accept()).await {
            match accepted {
                Ok((socket, from)) if LocalAddress::try_from(from).is_ok() => {
                    admit(socket, &view, &guests, &tasks, &stop);
                }
                Ok(_) => tracing::debug!("who asks from beyond the local network is not heard"),
                Err(error) => {
                    tracing::warn!(%error, "a connection to watch live could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

fn admit(
    socket: TcpStream,
    view: &LiveView,
    guests: &Guests,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    let Some(place) = guests.seat(stop) else {
        return tracing::debug!("too many watch or come to watch: one was refused");
    };
    let view = view.clone();
    tasks.spawn(async move {
        // Without it pictures come later, and still come.
        let _prompt = socket.set_nodelay(true);
        let connection = live_connection_of_a_viewer(socket);
        let (known, leave) = (&place.known, &place.leave);
        let Err(error) = view.serve(Peer::Viewer, connection, known, leave).await else {
            return;
        };
        // A stranger's noise is worth a line only to somebody who looks for it.
        if known.load(Ordering::Relaxed) {
            tracing::info!(%error, "live view on the local network broke off");
        } else {
            tracing::debug!(%error, "a stranger who came to watch live went");
        }
    });
}
