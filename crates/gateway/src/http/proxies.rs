//! The proxies whose word on where a request comes from is believed.

use ipnet::IpNet;
use std::net::IpAddr;
use std::str::FromStr;

/// Addresses of proxies. Empty: the header `X-Forwarded-For` is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that names no proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// It is no address.
    #[error("must be an IP address, or a range such as 10.0.0.0/8")]
    Address,
    /// It is every address.
    #[error("must not be every address: clients could then invent theirs")]
    Everyone,
}

/// One address, or a range of them (`10.0.0.0/8`).
impl FromStr for TrustedProxies {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let range = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => text.parse::<IpNet>().map_err(|_| ProxyError::Address)?,
        };
        if range.prefix_len() == 0 { Err(ProxyError::Everyone) } else { Ok(Self(vec![range])) }
    }
}

/// All of them together.
impl FromIterator<Self> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = Self>>(several: I) -> Self {
        Self(several.into_iter().flat_map(|proxies| proxies.0).collect())
    }
}

impl TrustedProxies {
    /// Whether an address is one of a trusted proxy.
    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(&address))
    }

    /// The client of a request from an address: the rightmost address in the lists that is no trusted proxy's. Each proxy appends the
    /// address of its client; what stands left of an address that is not trusted could be invented. `lists` are the values of
    /// `X-Forwarded-For`, the last one first.
    pub(super) fn client<'l>(&self, peer: IpAddr, lists: impl Iterator<Item = &'l str>) -> IpAddr {
        let mut client = peer.to_canonical();
        for text in lists.flat_map(|list| list.rsplit(',')) {
            if !self.contain(client) {
                break;
            }
            let Some(before) = address(text.trim()) else { break };
            client = before;
        }
        client
    }
}

/// The address of an entry, some of which have a port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    text.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(texts: &[&str]) -> TrustedProxies {
        texts.iter().map(|text| text.parse::<TrustedProxies>().unwrap()).collect()
    }

    #[test]
    fn the_client_is_the_rightmost_address_that_is_not_trusted() {
        let ours = trusted(&["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"]);
        let none = TrustedProxies::default();
        for (proxies, peer, lists, client) in [
            (&none, "10.0.0.1", &["1.2.3.4"][..], "10.0.0.1"),
            (&none, "127.0.0.1", &["1.2.3.4"], "127.0.0.1"),
            (&ours, "10.0.0.1", &[], "10.0.0.1"),
            (&ours, "10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            (&ours, "::ffff:10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            // What a client invented stands left of its address.
            (&ours, "10.0.0.1", &["6.6.6.6, 10.9.9.9, 1.2.3.4"], "1.2.3.4"),
            (&ours, "10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2,2001:db8::7"], "1.2.3.4"),
            // The values of the header, the last one first.
            (&ours, "127.0.0.1", &["10.0.0.2", "6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (&ours, "10.0.0.1", &["1.2.3.4:55000"], "1.2.3.4"),
            (&ours, "10.0.0.1", &["[2001:db9::1]:443"], "2001:db9::1"),
            (&ours, "10.0.0.1", &["1.2.3.4, unknown, 10.0.0.2"], "10.0.0.2"),
            (&ours, "10.0.0.1", &[""], "10.0.0.1"),
            (&ours, "10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&ours, "9.9.9.9", &["1.2.3.4"], "9.9.9.9"),
        ] {
            let found = proxies.client(peer.parse().unwrap(), lists.iter().copied());
            assert_eq!(found.to_string(), client, "{peer} {lists:?}");
        }
    }

    #[test]
    fn proxies_are_addresses_and_ranges() {
        let refused = |text: &str| text.parse::<TrustedProxies>().unwrap_err();
        for text in ["", "proxy.example", "10.0.0.0/33", "10.0.0.1:80", "10.0.0.1,10.0.0.2", "/8"] {
            assert_eq!(refused(text), ProxyError::Address, "{text}");
        }
        for text in ["0.0.0.0/0", "::/0"] {
            assert_eq!(refused(text), ProxyError::Everyone, "{text}");
        }
        assert!(trusted(&["10.1.2.3/8"]).contain("10.200.0.1".parse().unwrap()));
    }
}
