//! A desktop's notification server without a desktop (Desktop Notifications Specification 1.2).
//!
//! Takes the well-known name on the session bus, prints every notification as one JSON line, and `{"closed": ID}` when it is to be
//! closed; it acts as the person would: each line `ID ACTION` on standard input activates that action. With the argument `refusing`
//! it refuses every notification, with `silent` it never answers.

use std::{
    collections::HashMap,
    env,
    future::pending,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::bail;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, stdin, stdout};
use zbus::{OwnedVariant, connection, fdo, interface, object_server::SignalEmitter};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

#[derive(Debug, Default)]
struct Server {
    last: AtomicU32,
    manners: Manners,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Manners {
    #[default]
    Good,
    Refusing,
    Silent,
}

impl Manners {
    fn from_arguments() -> anyhow::Result<Self> {
        match env::args().nth(1).as_deref() {
            None => Ok(Self::Good),
            Some("refusing") => Ok(Self::Refusing),
            Some("silent") => Ok(Self::Silent),
            Some(other) => bail!("a server can be refusing or silent, not {other}"),
        }
    }
}

#[expect(clippy::unused_self, reason = "the interface's macro calls methods")]
#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[expect(clippy::too_many_arguments, reason = "the specification's signature")]
    async fn notify(
        &self,
        app_name: String,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        expire_timeout: i32,
    ) -> fdo::Result<u32> {
        match self.manners {
            Manners::Good => {}
            Manners::Refusing => return Err(fdo::Error::Failed("not today".to_owned())),
            Manners::Silent => pending::<()>().await,
        }
        // What only a real desktop would look at.
        let _ = (app_icon, expire_timeout);
        // Its name in versions 1.2 and 1.1 of the specification.
        let picture = ["image-data", "image_data"]
            .iter()
            .any(|name| hints.contains_key(*name));
        let next = || self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let id = if replaces_id == 0 {
            next()
        } else {
            replaces_id
        };
        let line = serde_json::json!({
            "id": id, "at_ms": now_ms(), "app": app_name, "summary": summary, "body": body,
            "actions": actions, "replaces": replaces_id, "picture": picture,
        });
        tell(&line).await;
        Ok(id)
    }

    async fn close_notification(
        &self,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        id: u32,
    ) {
        tell(&serde_json::json!({ "closed": id })).await;
        let closed_by_call = 3;
        let _ = Self::notification_closed(&emitter, id, closed_by_call).await;
    }

    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["actions", "body", "icon-static", "persistence"]
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        (
            "vestibule-notification-server",
            "Vestibule",
            env!("CARGO_PKG_VERSION"),
            "1.2",
        )
    }

    #[zbus(signal)]
    async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        action_key: &str,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let server = Server {
        manners: Manners::from_arguments()?,
        ..Server::default()
    };
    let connection = connection::Builder::session()
        .serve_at(PATH, server)
        .name(NAME)
        .build()
        .await?;
    let emitter = SignalEmitter::new(&connection, PATH)?;
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((id, action)) = line.split_once(' ') {
            Server::action_invoked(&emitter, id.parse()?, action).await?;
        }
    }
    Ok(())
}

async fn tell(line: &serde_json::Value) {
    let mut out = stdout();
    // Whoever started the server has gone when its pipe is closed.
    let _ = out.write_all(format!("{line}\n").as_bytes()).await;
    let _ = out.flush().await;
}

fn now_ms() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis())
}
