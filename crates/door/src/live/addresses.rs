use std::net::{IpAddr, SocketAddr};

use hub_api::LocalAddress;
use nix::{ifaddrs::getifaddrs, sys::socket::SockaddrStorage};

use crate::config::LiveConfig;

/// Where devices on the door's own network find it.
#[derive(Clone, Debug)]
pub struct LiveAddresses {
    bound: SocketAddr,
    advertise: Vec<SocketAddr>,
}

impl LiveAddresses {
    /// Of a listener that got the address `bound`.
    pub fn new(config: &LiveConfig, bound: SocketAddr) -> Self {
        let advertise = config.advertise.clone();
        Self { bound, advertise }
    }

    /// The addresses as they are now: a network may give the door others at any time.
    pub fn now(&self) -> Vec<LocalAddress> {
        let port = self.bound.port();
        let all = match self.bound.ip() {
            _ if !self.advertise.is_empty() => self.advertise.clone(),
            ip if !ip.is_unspecified() => vec![self.bound],
            any => of_interfaces()
                .filter(|ip| !ip.is_loopback() && (any.is_ipv6() || ip.is_ipv4()))
                .map(|ip| SocketAddr::new(ip, port))
                .collect(),
        };
        let mut local: Vec<_> = all
            .into_iter()
            .filter_map(|one| one.try_into().ok())
            .collect();
        // Always in the same order: only a change is told to the hub.
        local.sort_unstable();
        local.dedup();
        if local.len() > LocalAddress::MOST {
            tracing::warn!(
                addresses = local.len(),
                most = LocalAddress::MOST,
                "this machine has more addresses than are told: name those that phones can reach in live.advertise"
            );
        }
        local
    }
}

/// Every address of this machine.
fn of_interfaces() -> impl Iterator<Item = IpAddr> {
    let interfaces = getifaddrs().inspect_err(|error| {
        tracing::warn!(%error, "the addresses of this machine are not known: nobody can be told where to watch live");
    });
    let addresses = interfaces.into_iter().flatten();
    addresses.filter_map(|interface| ip_of(&interface.address?))
}

fn ip_of(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|it| it.ip().into());
    v4.or_else(|| address.as_sockaddr_in6().map(|it| it.ip().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(listen: &str, advertise: &[&str]) -> Vec<String> {
        let listen: SocketAddr = listen.parse().unwrap();
        let advertise = advertise.iter().map(|one| one.parse().unwrap()).collect();
        let config = LiveConfig { listen, advertise };
        let now = LiveAddresses::new(&config, listen).now();
        now.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_address_that_it_listens_on_is_told_if_it_is_local() {
        assert_eq!(told("10.0.0.5:7480", &[]), ["10.0.0.5:7480"]);
        assert!(told("203.0.113.5:7480", &[]).is_empty());
    }

    #[test]
    fn what_the_installer_names_is_told_instead() {
        let named = ["192.168.1.9:7000", "10.0.0.5:7480", "192.168.1.9:7000"];
        assert_eq!(
            told("0.0.0.0:7480", &named),
            ["10.0.0.5:7480", "192.168.1.9:7000"]
        );
    }

    #[test]
    fn a_listener_everywhere_is_found_at_the_addresses_of_the_machine() {
        let told = told("[::]:7480", &[]);
        let own: Vec<_> = of_interfaces()
            .map(|ip| SocketAddr::new(ip, 7480))
            .collect();
        assert!(
            own.iter().any(|one| one.ip().is_loopback()),
            "no interfaces: {own:?}"
        );
        for one in &told {
            let address: SocketAddr = one.parse().unwrap();
            assert!(
                own.contains(&address) && !address.ip().is_loopback(),
                "{one}"
            );
        }
    }
}
