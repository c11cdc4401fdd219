//! The hub as a running server.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::rt::TokioTimer;
use socket2::{SockRef, TcpKeepalive};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use crate::clock::Clock;
use crate::data::{DataError, DataFolder, ServeLock, Settings};
use crate::domain::{Hub, HubError};
use crate::http::App;
use crate::push::{self, SenderError};
use crate::tls::{self, Certificates};

/// A client must have sent its request's head by then.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// A silent client is probed after this time, and again after each of these, up to the last.
const SILENT_AFTER: Duration = Duration::from_secs(10);
const PROBED_EVERY: Duration = Duration::from_secs(5);
const VANISHED_AFTER: Duration = Duration::from_secs(25);
/// How long requests may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// How often retention and expiry are looked at.
const UPKEEP_INTERVAL: Duration = Duration::from_mins(1);
/// Changes within this time are published together.
const PUBLISH_DELAY: Duration = Duration::from_millis(50);

/// A hub that serves, until [`Self::stop`].
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    hub: Arc<Hub>,
    handle: Handle<SocketAddr>,
    stopping: CancellationToken,
    serving: JoinHandle<io::Result<()>>,
    tasks: JoinSet<()>,
    _lock: ServeLock,
}

/// Why a hub does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The hub cannot start.
    #[error("the hub cannot start: {0}")]
    Hub(#[from] HubError),
    /// No pushes can be sent.
    #[error(transparent)]
    Push(#[from] SenderError),
    /// The address is taken, or not this machine's.
    #[error("the hub cannot listen on {address}: {source}. Choose another with --listen.")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The certificate or key is unusable.
    #[error("the hub's TLS key is damaged: {0}. Restore keys/ from a backup.")]
    Tls(rustls::Error),
    /// The operator's certificate for browsers, or its key.
    #[error(
        "the certificate for browsers cannot be used: {path}: {why}. Mend the file, or take [tls] out of hub.toml."
    )]
    OwnCertificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A signing key is unusable.
    #[error("the hub's token key is damaged. Restore keys/ from a backup.")]
    TokenKey,
}

impl Server {
    /// Starts to serve a data folder, on `listen` or where its settings say.
    pub async fn start(
        folder: DataFolder,
        listen: Option<SocketAddr>,
        clock: Clock,
    ) -> Result<Self, ServeError> {
        let lock = folder.lock()?;
        let store = folder.open_store()?;
        store.watch_other_processes().map_err(HubError::from)?;
        let hub = Arc::new(Hub::open(folder.clone(), Arc::new(store), clock)?);
        hub.delete_stray_files().await?;
        hub.read_watch_backlog().await?;
        hub.enforce_retention().await?;
        hub.refresh_bundles().await?;

        let settings = hub.settings();
        let (listener, address) = bind(listen.unwrap_or(settings.listen))?;
        let origins = origins(settings, address);
        let stopping = CancellationToken::new();
        let names = host_names(origins.iter().chain(&settings.pass_url));
        let certificates = Certificates::open(&folder, settings, &hub.keys().tls, names)?;
        let certificates = Arc::new(certificates);
        let app =
            App::new(hub.clone(), origins, stopping.clone()).map_err(|_| ServeError::TokenKey)?;
        let sender = push::sender(&hub)?;
        let handle = Handle::new();
        let serving = serve(listener, certificates.clone(), app, handle.clone(), address)?;
        folder.write_address(address)?;

        let mut tasks = JoinSet::new();
        tasks.spawn(publish_changes(hub.clone()));
        tasks.spawn(keep_up(hub.clone(), certificates));
        if let Some(sender) = sender {
            tasks.spawn(push::wake_devices(hub.clone(), sender));
        }
        Ok(Self {
            address,
            hub,
            handle,
            stopping,
            serving,
            tasks,
            _lock: lock,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The hub that it serves.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Waits until the server ends by a failure.
    pub async fn failed(&mut self) -> std::io::Result<()> {
        (&mut self.serving).await.map_err(std::io::Error::other)?
    }

    /// Ends event streams, lets requests finish for a few seconds, and stops.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        self.handle.graceful_shutdown(Some(GRACE));
        match tokio::time::timeout(GRACE + GRACE, self.failed()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the server did not end well"),
            Err(_) => self.serving.abort(),
        }
        self.tasks.shutdown().await;
    }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listen = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        set_up(&listener)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listen().map_err(|source| ServeError::Listen { address, source })
}

/// Sends what there is at once, as live pictures want it. Ends the connections of clients that vanish without a word,
/// as a door does whose power is cut: it must not count as online for long. Accepted connections inherit the options.
fn set_up(listener: &TcpListener) -> io::Result<()> {
    let socket = SockRef::from(listener);
    socket.set_tcp_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(SILENT_AFTER)
        .with_interval(PROBED_EVERY);
    socket.set_tcp_keepalive(&keepalive)?;
    // Probes wait while something is unanswered; then this limit counts (Linux, RFC 5482).
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(VANISHED_AFTER))?;
    Ok(())
}

/// Where clients may believe the hub to be; a proof made for any other place is refused.
fn origins(settings: &Settings, address: SocketAddr) -> Vec<Url> {
    let origins: Vec<_> = settings
        .public_url
        .iter()
        .cloned()
        .chain(origin_of(address))
        .collect();
    if origins.is_empty() {
        tracing::warn!("no client can call the hub: set public_url in hub.toml, then serve again");
    }
    origins
}

/// The names that the hub's own certificate for browsers is good for.
fn host_names<'a>(origins: impl Iterator<Item = &'a Url>) -> Vec<String> {
    let hosts = origins.filter_map(Url::host);
    let mut names: Vec<_> = hosts
        .map(|host| match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        })
        .collect();
    names.dedup();
    names
}

/// The origin under which an address is called; a wildcard address has none.
fn origin_of(address: SocketAddr) -> Option<Url> {
    let callable = !address.ip().is_unspecified();
    callable
        .then(|| Url::parse(&format!("https://{address}/")).ok())
        .flatten()
}

fn serve(
    listener: TcpListener,
    certificates: Arc<Certificates>,
    app: App,
    handle: Handle<SocketAddr>,
    address: SocketAddr,
) -> Result<JoinHandle<io::Result<()>>, ServeError> {
    let config = RustlsConfig::from_config(Arc::new(tls::config(certificates)?));
    let mut server = axum_server::from_tcp_rustls(listener, config)
        .map_err(|source| ServeError::Listen { address, source })?
        .map(|acceptor| acceptor.handshake_timeout(HANDSHAKE_TIMEOUT))
        .handle(handle);
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    let service = app
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    Ok(tokio::spawn(server.serve(service)))
}

/// Publishes bundles soon after anything changed, by this process or another.
async fn publish_changes(hub: Arc<Hub>) {
    let mut changes = hub.store.changes();
    while changes.changed().await.is_ok() {
        tokio::time::sleep(PUBLISH_DELAY).await;
        changes.mark_unchanged();
        if let Err(error) = hub.refresh_bundles().await {
            tracing::error!(%error, "a bundle was not published");
        }
    }
}

/// Retention, a renewed certificate, and bundles from which a revoked grant may drop out by time.
async fn keep_up(hub: Arc<Hub>, certificates: Arc<Certificates>) {
    let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        ticks.tick().await;
        certificates.renew();
        if let Err(error) = hub.enforce_retention().await {
            tracing::error!(%error, "retention was not enforced");
        }
        if let Err(error) = hub.refresh_bundles().await {
            tracing::error!(%error, "a bundle was not published");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_send_at_once_and_end_soon_after_their_client_vanished() {
        let (listener, address) = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        listener.set_nonblocking(false).unwrap();
        let _client = std::net::TcpStream::connect(address).unwrap();
        let (connection, _) = listener.accept().unwrap();
        let socket = SockRef::from(&connection);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), SILENT_AFTER);
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(VANISHED_AFTER));
    }
}
