//! Keeps the radio fit to be used: notices when it is gone, and phones that only take up room.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use bluer::{Adapter, Address};

use super::{
    application::fault,
    visitor::{Visitors, part},
};
use crate::{LinkError, link::CONNECTING};

const ROUND: Duration = Duration::from_secs(1);

/// How long a phone may be connected without a link where another was served meanwhile: it may have subscribed
/// unnoticed, and should come again before it gives up. On slow machines setting up alone takes nearly as long.
const UNNOTICED: Duration = Duration::from_secs(6);

/// A phone that is connected and has no link. Connections are few: whoever holds one keeps others out.
#[derive(Clone, Copy)]
struct Idler {
    since: Instant,
    /// Whether another was served meanwhile.
    in_company: bool,
}

impl Idler {
    fn patience(self) -> Duration {
        if self.in_company {
            UNNOTICED
        } else {
            CONNECTING
        }
    }
}

/// The state of the upkeep of one adapter.
pub(super) struct Upkeep {
    adapter: Adapter,
    visitors: Visitors,
    idle: HashMap<Address, Idler>,
}

impl Upkeep {
    pub(super) fn new(adapter: Adapter, visitors: Visitors) -> Self {
        Self {
            adapter,
            visitors,
            idle: HashMap::new(),
        }
    }

    /// Goes on until the radio is gone, and says why.
    pub(super) async fn run(mut self) -> LinkError {
        loop {
            tokio::time::sleep(ROUND).await;
            if let Err(error) = self.round().await {
                return error;
            }
        }
    }

    async fn round(&mut self) -> Result<(), LinkError> {
        if !self.adapter.is_powered().await.map_err(fault)? {
            return Err(LinkError::BluetoothOff);
        }
        let advertised = self.adapter.active_advertising_instances().await;
        if advertised.map_err(fault)? == 0 {
            // BlueZ has been restarted and knows nothing of this door.
            return Err(LinkError::Lost);
        }
        self.part_with_idlers().await
    }

    async fn part_with_idlers(&mut self) -> Result<(), LinkError> {
        let strangers = self.visitors.take_strangers();
        let mut seen = HashMap::new();
        for phone in self.adapter.device_addresses().await.map_err(fault)? {
            if self.visitors.serves(phone) || !self.is_visiting(phone).await {
                continue;
            }
            let idler = self.idler(phone);
            if strangers.contains(&phone) || idler.since.elapsed() >= idler.patience() {
                part(&self.adapter, phone).await;
            } else {
                seen.insert(phone, idler);
            }
        }
        self.idle = seen;
        Ok(())
    }

    fn idler(&self, phone: Address) -> Idler {
        let known = self.idle.get(&phone);
        Idler {
            since: known.map_or_else(Instant::now, |idler| idler.since),
            in_company: self.visitors.serves_any() || known.is_some_and(|idler| idler.in_company),
        }
    }

    /// Paired devices belong to the machine, not to the door.
    async fn is_visiting(&self, phone: Address) -> bool {
        let Ok(device) = self.adapter.device(phone) else {
            return false;
        };
        let connected = device.is_connected().await.unwrap_or(false);
        connected && !device.is_paired().await.unwrap_or(false)
    }
}
