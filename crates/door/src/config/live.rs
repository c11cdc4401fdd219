use std::net::SocketAddr;

use hub_api::LocalAddress;
use serde::Deserialize;

use super::Complaint;

/// Watching live over the door's own network, without the hub.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The addresses that devices are told; where there are none, `listen`, or for an address that
    /// stands for all of the machine those that it has.
    #[serde(default)]
    pub advertise: Vec<SocketAddr>,
}

impl LiveConfig {
    pub(super) fn complaint(&self, has_camera: bool) -> Option<Complaint> {
        if !has_camera {
            return Some((
                "`live`",
                "lets devices watch, and there is no camera".into(),
                "Add a [camera] table, or take [live] away",
            ));
        }
        let is_foreign = |address: &&SocketAddr| LocalAddress::try_from(**address).is_err();
        let foreign = self.advertise.iter().find(is_foreign)?;
        Some((
            "`live.advertise`",
            format!("names {foreign}, which is no address of a local network"),
            "Name the door's address in the building's own network, as 192.168.1.20:7480",
        ))
    }
}
