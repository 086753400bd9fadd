//! Which proxies stand before the server.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// The networks whose hosts are proxies of the operator's own: what they tell of addresses is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Whether the address is one of a proxy.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether there is none.
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Proxies {
    type Err = String;

    /// Reads networks and addresses with commas between, such as `10.0.0.0/8, 192.0.2.7, 2001:db8::/32`.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let network: Result<IpNet, _> = text.parse();
    let network =
        network.or_else(|_| text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical())));
    match network {
        Ok(network) if network.prefix_len() == 0 => {
            Err(format!("{text} would let everybody choose their address: name your proxies only"))
        }
        Ok(network) => Ok(network.trunc()),
        Err(_) => Err(format!("{text:?} is no network such as 10.0.0.0/8, and no address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_addresses_are_read() {
        let proxies: Proxies = "10.0.0.0/8, 192.0.2.7,::1, ::ffff:198.51.100.1".parse().unwrap();
        for inside in ["10.1.2.3", "192.0.2.7", "::1", "198.51.100.1"] {
            assert!(proxies.contain(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["11.1.2.3", "192.0.2.8", "::2"] {
            assert!(!proxies.contain(outside.parse().unwrap()), "{outside}");
        }
        assert!("".parse::<Proxies>().unwrap().are_none());
    }

    #[test]
    fn everybody_is_no_proxy() {
        for text in ["0.0.0.0/0", "::/0", "proxy.internal", "10.0.0.0/33", "10.0.0"] {
            assert!(text.parse::<Proxies>().is_err(), "{text}");
        }
    }
}
