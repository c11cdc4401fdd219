//! What BlueZ says about the doors' controllers, whatever their programs may think.

use std::time::Duration;

use anyhow::{Result, ensure};
use bluer::{Adapter, Device, ErrorKind};
use building_tests::eventually;

use crate::controllers;

const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until no door has a link any more.
///
/// The virtual controllers (BlueZ's btvirt) tell both ends of a link the handle that it has at the phone's end. A
/// second link to one door would get the handle of the first there, which the kernel does not survive.
pub async fn links_have_ended() -> Result<()> {
    let session = bluer::Session::new().await?;
    for door in controllers::DOORS {
        let adapter = session.adapter(door)?;
        eventually("the end of the last link", PATIENCE, async || {
            Ok(linked(&adapter).await?.is_empty().then_some(()))
        })
        .await?;
    }
    Ok(())
}

/// Waits until the controller advertises.
pub async fn is_advertised(controller: &str) -> Result<()> {
    advertises(controller, true).await
}

/// Waits until the controller advertises nothing.
pub async fn is_silent(controller: &str) -> Result<()> {
    advertises(controller, false).await
}

async fn advertises(controller: &str, wanted: bool) -> Result<()> {
    let session = bluer::Session::new().await?;
    let adapter = session.adapter(controller)?;
    let change = if wanted { "begin" } else { "end" };
    let what = format!("the {change} of the advertisement of {controller}");
    eventually(&what, PATIENCE, async || {
        let advertised = adapter.active_advertising_instances().await? > 0;
        Ok((advertised == wanted).then_some(()))
    })
    .await
}

/// Disconnects, below the door's program, whoever is connected to a controller.
pub async fn cut_all_links_of(controller: &str) -> Result<()> {
    let session = bluer::Session::new().await?;
    let linked = linked(&session.adapter(controller)?).await?;
    ensure!(!linked.is_empty(), "nobody was connected to {controller}");
    for phone in linked {
        phone.disconnect().await?;
    }
    Ok(())
}

async fn linked(adapter: &Adapter) -> Result<Vec<Device>> {
    let mut linked = Vec::new();
    for address in adapter.device_addresses().await? {
        let phone = adapter.device(address)?;
        if is_linked(&phone).await? {
            linked.push(phone);
        }
    }
    Ok(linked)
}

/// BlueZ forgets strangers some time after they have gone, perhaps just now.
async fn is_linked(phone: &Device) -> Result<bool> {
    match phone.is_connected().await {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
        linked => Ok(linked?),
    }
}
