use std::{sync::Arc, time::Duration};

use tokio::{sync::Notify, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Broken, LiveView, show::Peer};
use crate::{guests::Known, hub_link::HubLink};

/// How long joining those who watch may take.
const JOINING: Duration = Duration::from_secs(10);

/// Joins those who come through the hub. Nothing is sent but words while nobody watches, and soon the
/// connection ends. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LiveCalls {
    hub: Arc<dyn HubLink>,
    view: LiveView,
    /// Rung when somebody comes; kept while the door is with others, who may be all that came.
    called: Arc<Notify>,
    stop: CancellationToken,
}

impl LiveCalls {
    /// Waits for calls in `tasks` until `stop`.
    pub fn new(
        hub: Arc<dyn HubLink>,
        view: LiveView,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let calls = Self {
            hub,
            view,
            called: Arc::default(),
            stop,
        };
        tasks.spawn(calls.clone().wait());
        calls
    }

    /// Somebody comes to watch; nothing waits for that.
    pub fn come(&self) {
        self.called.notify_one();
    }

    async fn wait(self) {
        while self
            .stop
            .run_until_cancelled(self.called.notified())
            .await
            .is_some()
        {
            if let Err(error) = self.meet().await {
                tracing::warn!(%error, "live view broke off");
            }
        }
    }

    async fn meet(&self) -> Result<(), Broken> {
        let connection = timeout(JOINING, self.hub.join_live()).await??;
        tracing::info!("somebody comes to watch live");
        let hub = Known::default();
        self.view
            .serve(Peer::Hub, connection, &hub, &self.stop)
            .await
    }
}
