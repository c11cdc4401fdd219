//! What BlueZ says about the doors' controllers, whatever their programs may think.

use std::time::Duration;

use anyhow::{Result, ensure};
use bluer::{
    Adapter, Device, ErrorKind,
    adv::{Advertisement, AdvertisementHandle},
};
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

/// An advertisement beside a controller's own one; withdrawn when dropped.
///
/// A virtual controller tells of an advertisement when that begins or a scan does, and not again. What it tells at the
/// very beginning of a scan the kernel may drop, not yet taking itself for scanning. Of two advertisements the kernel
/// shows one after the other, so that each begins every few seconds, as radios repeat theirs.
#[derive(Debug)]
pub struct Companion {
    _advertisement: AdvertisementHandle,
}

impl Companion {
    /// Advertises next to what the controller advertises already or will.
    pub async fn of(controller: &str) -> Result<Self> {
        let adapter = bluer::Session::new().await?.adapter(controller)?;
        adapter.set_powered(true).await?;
        let nothing_in_particular = Advertisement {
            discoverable: Some(true),
            ..Advertisement::default()
        };
        Ok(Self {
            _advertisement: adapter.advertise(nothing_in_particular).await?,
        })
    }
}

/// Waits until the controller advertises its door beside the door's [`Companion`].
pub async fn door_is_advertised(controller: &str) -> Result<()> {
    advertisements_become(controller, 2).await
}

/// Waits until the controller advertises the [`Companion`] alone.
pub async fn door_is_silent(controller: &str) -> Result<()> {
    advertisements_become(controller, 1).await
}

async fn advertisements_become(controller: &str, wanted: u8) -> Result<()> {
    let session = bluer::Session::new().await?;
    let adapter = session.adapter(controller)?;
    let what = format!("the time when {controller} has {wanted} advertisements");
    eventually(&what, PATIENCE, async || {
        let advertised = adapter.active_advertising_instances().await?;
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
