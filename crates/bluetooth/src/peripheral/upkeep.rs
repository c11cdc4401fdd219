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
use crate::LinkError;

const ROUND: Duration = Duration::from_secs(1);

/// How long a phone may be connected without a link. Connections are few: whoever holds one and does not
/// subscribe, or subscribed unnoticed while another was served, keeps others out.
const IDLE: Duration = Duration::from_secs(6);

/// The state of the upkeep of one adapter.
pub(super) struct Upkeep {
    adapter: Adapter,
    visitors: Visitors,
    idle: HashMap<Address, Instant>,
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
            let since = self.idle.get(&phone).copied().unwrap_or_else(Instant::now);
            if strangers.contains(&phone) || since.elapsed() >= IDLE {
                part(&self.adapter, phone).await;
            } else {
                seen.insert(phone, since);
            }
        }
        self.idle = seen;
        Ok(())
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
