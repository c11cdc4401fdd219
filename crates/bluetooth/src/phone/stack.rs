//! Where the radio comes from.

use std::{sync::atomic::Ordering, time::Duration};

use android_system_properties::AndroidSystemProperties;
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
        let api_level = AndroidSystemProperties::new().get("ro.build.version.sdk");
        let with_place = counts_as_location(api_level);
        blec::ALLOW_IBEACONS.store(with_place, Ordering::Release);
        let answer = blec::check_permissions(false).await;
        answer.map_err(|error| LinkError::Io(error.to_string()))
    }
}

/// Whether this version of Android hears nothing without the permission for the phone's place, which blec asks for
/// together with iBeacons: up to version 11, API level 30.
fn counts_as_location(api_level: Option<String>) -> bool {
    let level = api_level.and_then(|level| level.parse::<u32>().ok());
    level.is_some_and(|level| level <= 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_older_androids_want_to_be_asked_for_the_place() {
        let wants = |level: &str| counts_as_location(Some(level.to_owned()));
        assert!(wants("26") && wants("30"));
        assert!(!wants("31") && !wants("36"));
        assert!(!counts_as_location(None));
    }
}
