//! Where a door is found on its own network.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// An address that leads nowhere but to the own network or the own machine, so that nobody who names
/// one can have devices connect to somebody else's: IPv4 private (RFC 1918), link-local (RFC 3927) or
/// loopback, IPv6 unique local (RFC 4193) or loopback. IPv6 link-local addresses are none: they mean
/// something only together with an interface of the machine that uses them.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(try_from = "SocketAddr")]
#[schema(value_type = String, example = "192.168.1.20:7480")]
pub struct LocalAddress(SocketAddr);

/// The address is not on a local network, or has no port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no address of a local network")]
pub struct NotLocal(SocketAddr);

impl LocalAddress {
    /// The most addresses of one door that are passed on.
    pub const MOST: usize = 8;

    /// The address to connect to.
    pub fn socket(self) -> SocketAddr {
        self.0
    }
}

impl TryFrom<SocketAddr> for LocalAddress {
    type Error = NotLocal;

    fn try_from(address: SocketAddr) -> Result<Self, NotLocal> {
        let ip = address.ip().to_canonical();
        let is_local = match ip {
            IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_loopback(),
            IpAddr::V6(ip) => ip.is_unique_local() || ip.is_loopback(),
        };
        if is_local && address.port() != 0 {
            Ok(Self(SocketAddr::new(ip, address.port())))
        } else {
            Err(NotLocal(address))
        }
    }
}

impl fmt::Display for LocalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads a list of addresses and leaves out those that are not local, and those that are too many.
pub(crate) fn local_only<'de, D>(deserializer: D) -> Result<Vec<LocalAddress>, D::Error>
where
    D: Deserializer<'de>,
{
    let named = Vec::<SocketAddr>::deserialize(deserializer)?;
    let local = named.into_iter().filter_map(|one| one.try_into().ok());
    Ok(local.take(LocalAddress::MOST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DoorUpdate;

    fn parsed(address: &str) -> Option<String> {
        let socket: SocketAddr = address.parse().unwrap();
        let local = LocalAddress::try_from(socket).ok()?;
        Some(local.to_string())
    }

    #[test]
    fn the_own_network_and_the_own_machine_are_local() {
        for local in [
            "10.0.0.5:7480",
            "172.16.0.1:7480",
            "172.31.255.254:7480",
            "192.168.1.20:1",
            "169.254.7.7:7480",
            "127.0.0.1:65535",
            "[fd12:3456::1]:7480",
            "[::1]:7480",
        ] {
            assert_eq!(parsed(local).as_deref(), Some(local));
        }
        let mapped = parsed("[::ffff:192.168.1.20]:7480");
        assert_eq!(mapped.as_deref(), Some("192.168.1.20:7480"));
    }

    #[test]
    fn the_rest_of_the_world_is_not() {
        for other in [
            "203.0.113.7:7480",
            "8.8.8.8:53",
            "172.32.0.1:7480",
            "100.64.0.1:7480",
            "0.0.0.0:7480",
            "255.255.255.255:7480",
            "224.0.0.1:7480",
            "192.168.1.20:0",
            "[2001:db8::1]:7480",
            "[fe80::1%2]:7480",
            "[::]:7480",
            "[::ffff:8.8.8.8]:7480",
            "[64:ff9b::c0a8:114]:7480",
        ] {
            assert_eq!(parsed(other), None, "{other}");
        }
    }

    #[test]
    fn of_what_a_door_or_a_hub_says_only_so_many_local_ones_are_taken() {
        let mut named = vec!["8.8.8.8:53".to_owned(), "192.168.1.1:7480".to_owned()];
        named.extend((0..2 * LocalAddress::MOST).map(|n| format!("10.0.0.{n}:7480")));
        let said = serde_json::json!({ "live_addresses": named });
        let update: DoorUpdate = serde_json::from_value(said).unwrap();
        assert_eq!(update.live_addresses.len(), LocalAddress::MOST);
        assert_eq!(update.live_addresses[0].to_string(), "192.168.1.1:7480");
    }
}
