//! How often one address may ask for the pages of passes.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use governor::clock::DefaultClock;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::http::App;

/// As many pages at once, and then one a second.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// A link that shows nothing costs as much as so many pages more.
const MISS: NonZeroU32 = NonZeroU32::new(9).unwrap();
/// How many addresses are remembered before those are forgotten that have been quiet.
const MOST_REMEMBERED: usize = 4096;
/// After this many seconds it is worth trying again.
pub(super) const TRY_AGAIN_S: &str = "30";

/// Who has asked how often. It is in memory alone, and forgets within a minute or so.
#[derive(Debug)]
pub(in crate::http) struct Visitors(RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock>);

impl Default for Visitors {
    fn default() -> Self {
        Self(RateLimiter::hashmap(
            Quota::per_second(NonZeroU32::MIN).allow_burst(AT_ONCE),
        ))
    }
}

impl Visitors {
    /// Whether this visitor may ask now; it counts as having asked.
    pub(super) fn may_ask(&self, Visitor(address): Visitor) -> bool {
        if self.0.len() > MOST_REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&address).is_ok()
    }

    /// This visitor asked for what is no open pass.
    pub(super) fn missed(&self, Visitor(address): Visitor) {
        // Whoever cannot pay it has asked often enough to be slowed down already.
        let _ = self.0.check_key_n(&address, MISS);
    }
}

/// Where a request comes from: an IPv4 address, or the network of an IPv6 one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Visitor(IpAddr);

impl Visitor {
    fn of(peer: Option<IpAddr>, proxies: &[IpAddr], headers: &HeaderMap) -> Self {
        let peer = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| {
            peer.to_canonical()
        });
        let told = proxies.contains(&peer).then(|| forwarded_for(headers));
        Self(network(told.flatten().unwrap_or(peer)))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip());
        let proxies = &app.hub.settings().pass_proxies;
        Ok(Self::of(peer, proxies, &parts.headers))
    }
}

/// Whom the nearest web server says that it speaks for: what stands before that, anybody may have written.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let address = last.to_str().ok()?.rsplit(',').next()?.trim();
    address.parse().ok()
}

/// Who has an IPv6 address has its whole network (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(peer: &str, forwarded: &str) -> Visitor {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let proxies = ["10.0.0.1".parse().unwrap()];
        Visitor::of(Some(peer.parse().unwrap()), &proxies, &headers)
    }

    fn at(address: &str) -> Visitor {
        Visitor(address.parse().unwrap())
    }

    #[test]
    fn only_a_web_server_of_the_operators_is_believed_whom_it_speaks_for() {
        assert_eq!(visitor("192.0.2.7", "198.51.100.1"), at("192.0.2.7"));
        assert_eq!(
            visitor("10.0.0.1", "203.0.113.9, 198.51.100.1"),
            at("198.51.100.1")
        );
        assert_eq!(
            visitor("::ffff:10.0.0.1", "198.51.100.1"),
            at("198.51.100.1")
        );
        assert_eq!(visitor("10.0.0.1", "nobody"), at("10.0.0.1"));
    }

    #[test]
    fn a_whole_ipv6_network_is_one_visitor() {
        let (one, other) = ("2001:db8:1:2::3", "2001:db8:1:2:ffff::");
        assert_eq!(visitor(one, ""), visitor(other, ""));
        assert_ne!(visitor(one, ""), visitor("2001:db8:1:3::3", ""));
    }

    #[test]
    fn links_that_show_nothing_are_ten_times_as_dear_as_pages() {
        let (guesser, guest) = (at("192.0.2.7"), at("192.0.2.8"));
        let visitors = Visitors::default();
        let guesses = (0..60).take_while(|_| {
            let may = visitors.may_ask(guesser);
            visitors.missed(guesser);
            may
        });
        assert!(guesses.count() < 20);
        let pages = (0..100).take_while(|_| visitors.may_ask(guest)).count();
        assert!((60..65).contains(&pages), "{pages}");
    }
}
