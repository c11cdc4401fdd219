//! Where pushes may go. Residents name the addresses, and the hub calls them: none may lead into its own network.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::data::PushSettings;

/// The longest endpoint, in bytes.
const MAX_LEN: usize = 1024;

/// How far pushes may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To servers on the internet.
    Public,
    /// To servers on private networks too.
    Anywhere,
}

/// Why pushes do not go to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EndpointError {
    #[error("an endpoint is an https address of at most 1024 bytes, without a name or password")]
    Malformed,
    #[error("an endpoint's server is on the internet, not on a private network")]
    Private,
}

impl Reach {
    pub(crate) fn of(settings: &PushSettings) -> Self {
        if settings.allow_private {
            Self::Anywhere
        } else {
            Self::Public
        }
    }

    fn covers(self, address: IpAddr) -> bool {
        self == Self::Anywhere || is_public(address)
    }
}

/// Checks an endpoint as far as it can be without asking for its server's address.
pub(crate) fn checked_endpoint(endpoint: &Url, reach: Reach) -> Result<(), EndpointError> {
    let plain = endpoint.username().is_empty() && endpoint.password().is_none();
    if endpoint.scheme() != "https" || !plain || endpoint.as_str().len() > MAX_LEN {
        return Err(EndpointError::Malformed);
    }
    let address = match endpoint.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(EndpointError::Malformed),
    };
    if reach.covers(address) {
        Ok(())
    } else {
        Err(EndpointError::Private)
    }
}

/// Resolves names to the addresses that pushes may go to, at the time when they go: a name that leads elsewhere meanwhile
/// leads nowhere.
#[derive(Debug)]
pub(super) struct Resolver(pub(super) Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(addresses(name, self.0))
    }
}

async fn addresses(name: Name, reach: Reach) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
    let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
    let allowed: Vec<SocketAddr> = found.filter(|at| reach.covers(at.ip())).collect();
    if allowed.is_empty() {
        return Err(EndpointError::Private.into());
    }
    Ok(Box::new(allowed.into_iter()))
}

/// Whether an address is one of the internet's: none of the IANA special-purpose registries (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99);
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [first, second, ..] = address.segments();
    // Global unicast (RFC 4291), without Teredo and what else IETF protocols use, documentation and 6to4. NAT64's prefix lies
    // outside.
    let is_global_unicast = first & 0xe000 == 0x2000;
    let is_special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) || first == 0x2002;
    is_global_unicast && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(endpoint: &str) -> Result<(), EndpointError> {
        checked_endpoint(&endpoint.parse().unwrap(), Reach::Public)
    }

    #[test]
    fn pushes_go_to_the_internet_over_https_only() {
        for good in [
            "https://push.example/abc",
            "https://9.9.9.9/abc",
            "https://[2620:fe::fe]:8443/abc",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for wrong in [
            "http://push.example/abc",
            "https://me:secret@push.example/abc",
            "ftp://push.example/abc",
        ] {
            assert_eq!(check(wrong), Err(EndpointError::Malformed), "{wrong}");
        }
        let long = format!("https://push.example/{}", "a".repeat(MAX_LEN));
        assert_eq!(check(&long), Err(EndpointError::Malformed));
    }

    #[test]
    fn no_push_goes_into_a_private_network_however_its_address_is_written() {
        for private in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0.0.0.0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://198.18.0.1/",
            "https://192.0.0.8/",
            "https://240.0.0.1/",
            "https://255.255.255.255/",
            "https://224.0.0.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[64:ff9b::a00:1]/",
            "https://[fc00::1]/",
            "https://[fe80::1]/",
            "https://[ff02::1]/",
            "https://[2001:db8::1]/",
            "https://[2001::1]/",
            "https://[2002:a00:1::1]/",
        ] {
            assert_eq!(check(private), Err(EndpointError::Private), "{private}");
            let anywhere = checked_endpoint(&private.parse().unwrap(), Reach::Anywhere);
            assert_eq!(anywhere, Ok(()), "{private}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_leads_nowhere() {
        let resolve = async |reach| {
            let name = "localhost".parse().unwrap();
            Resolver(reach).resolve(name).await.is_ok()
        };
        assert!(resolve(Reach::Anywhere).await);
        assert!(!resolve(Reach::Public).await);
    }
}
