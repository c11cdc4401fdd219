use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use resident::{Authenticator, NotConfirmed};
use tokio::time::timeout;
use tracing::warn;
use zbus::proxy;
use zbus::zvariant::Value;

/// What the person is asked for; installed as `linux/org.vestibule.app.policy` says.
const ACTION: &str = "org.vestibule.app.open-door";

/// How long the prompt stands.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the system's bus may take to answer.
const BUS_PATIENCE: Duration = Duration::from_secs(5);

/// polkit may show a prompt, instead of only saying that one is needed.
const ALLOW_USER_INTERACTION: u32 = 1;

/// `org.freedesktop.PolicyKit1.Authority`, as polkit(8) documents it.
#[proxy(
    interface = "org.freedesktop.PolicyKit1.Authority",
    default_service = "org.freedesktop.PolicyKit1",
    default_path = "/org/freedesktop/PolicyKit1/Authority"
)]
trait Authority {
    /// Answers whether the subject is authorized, and whether it would be after a prompt that could not be shown.
    fn check_authorization(
        &self,
        subject: &(&str, HashMap<&str, Value<'_>>),
        action_id: &str,
        details: HashMap<&str, &str>,
        flags: u32,
        cancellation_id: &str,
    ) -> zbus::Result<(bool, bool, HashMap<String, String>)>;

    fn cancel_check_authorization(&self, cancellation_id: &str) -> zbus::Result<()>;
}

type Connect = Box<dyn Fn() -> zbus::Result<zbus::connection::Builder<'static>> + Send + Sync>;

/// Asks polkit, which asks for the user's own password, or for a finger where the system is set up so.
pub(super) struct Polkit {
    connect: Connect,
}

impl Polkit {
    pub(super) fn on_the_system_bus() -> Self {
        Self {
            connect: Box::new(zbus::connection::Builder::system),
        }
    }

    async fn ask(&self) -> zbus::Result<Result<(), NotConfirmed>> {
        let Ok(connection) = timeout(BUS_PATIENCE, (self.connect)()?.build()).await else {
            return Ok(Err(NotConfirmed::Unavailable));
        };
        let connection = connection?;
        let authority = AuthorityProxy::new(&connection).await?;
        // Each connection has its own name on the bus, so it names this prompt too.
        let me = connection.unique_name().map_or("", |name| name.as_str());
        let subject = ("system-bus-name", HashMap::from([("name", me.into())]));
        let asked = authority.check_authorization(
            &subject,
            ACTION,
            HashMap::new(),
            ALLOW_USER_INTERACTION,
            me,
        );
        let Ok(answer) = timeout(PATIENCE, asked).await else {
            authority.cancel_check_authorization(me).await?;
            return Ok(Err(NotConfirmed::Refused));
        };
        Ok(match answer {
            Ok((true, _, _)) => Ok(()),
            // It wanted to ask, and nothing was there to show the prompt.
            Ok((false, true, _)) => Err(NotConfirmed::Unavailable),
            Ok((false, false, _)) => Err(NotConfirmed::Refused),
            Err(zbus::Error::MethodError(name, ..))
                if name.as_str() == "org.freedesktop.PolicyKit1.Error.Cancelled" =>
            {
                Err(NotConfirmed::Refused)
            }
            Err(error) => return Err(error),
        })
    }
}

#[async_trait]
impl Authenticator for Polkit {
    /// The prompt does not name the door: polkit takes such words from the system's own programs only.
    async fn confirm(&self, _door: &str) -> Result<(), NotConfirmed> {
        self.ask().await.unwrap_or_else(|error| {
            warn!(%error, "polkit cannot be asked");
            Err(NotConfirmed::Unavailable)
        })
    }
}

#[cfg(test)]
mod tests;
