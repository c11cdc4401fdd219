//! Where the radio comes from.

use std::time::Duration;

use async_trait::async_trait;
use btleplug::api::{Central, Manager as _};
use tokio::time::{sleep, timeout};

#[cfg(target_os = "android")]
use blec::android as system;
#[cfg(not(target_os = "android"))]
use blec::mock as system;

use crate::LinkError;

/// How long the app's start may take until its Java side is there.
const STARTING: Duration = Duration::from_secs(10);

/// A Bluetooth stack, and the person who lets it be used.
#[async_trait]
pub(super) trait Stack: Send + Sync + 'static {
    type Adapter: Central + 'static;

    /// Waits until it can be used at all.
    async fn ready(&self) -> Result<(), LinkError>;

    /// The phone's adapter.
    async fn adapter(&self) -> btleplug::Result<Self::Adapter>;

    /// Says whether the app may use Bluetooth; asks the person who has not decided yet.
    async fn ask(&self) -> Result<bool, LinkError>;
}

/// blec's. The app's plugin starts it.
pub(super) struct Blec;

#[async_trait]
impl Stack for Blec {
    type Adapter = system::Adapter;

    async fn ready(&self) -> Result<(), LinkError> {
        let started = async {
            while blec::get_handler().is_err() {
                sleep(Duration::from_millis(50)).await;
            }
        };
        let late = |_elapsed| LinkError::NoAdapter;
        timeout(STARTING, started).await.map_err(late)
    }

    async fn adapter(&self) -> btleplug::Result<system::Adapter> {
        let adapters = system::Manager::new().await?.adapters().await?;
        let first = adapters.into_iter().next();
        first.ok_or(btleplug::Error::NoAdapterAvailable)
    }

    async fn ask(&self) -> Result<bool, LinkError> {
        let answer = blec::check_permissions(false).await;
        answer.map_err(|error| LinkError::Io(error.to_string()))
    }
}
