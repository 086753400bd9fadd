//! Where a request comes from, behind proxies: what these tell is believed, what others tell is not.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed. By default none is.
#[derive(Clone, Default)]
pub struct Trusted {
    /// Whether an address is one of a proxy.
    is_proxy: Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>,
    /// Whether they write `Forwarded`, and not `X-Forwarded-For`: a header that they do not write is the client's own.
    say_forwarded: bool,
}

impl Trusted {
    /// Proxies that write `Forwarded` (RFC 7239), or else `X-Forwarded-For`.
    pub fn new(is_proxy: impl Fn(IpAddr) -> bool + Send + Sync + 'static, say_forwarded: bool) -> Self {
        Self { is_proxy: Some(Arc::new(is_proxy)), say_forwarded }
    }
}

impl std::fmt::Debug for Trusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.say_forwarded { "Forwarded" } else { "X-Forwarded-For" };
        f.debug_struct("Trusted").field("proxies", &self.is_proxy.is_some()).field("header", &kind).finish()
    }
}

/// The address that a request comes from: the last one on its way that is no proxy of ours. Where a proxy does not say
/// where it has a request from, it is the proxy's own.
pub fn address(peer: IpAddr, headers: &HeaderMap, trusted: &Trusted) -> IpAddr {
    let mut address = peer.to_canonical();
    let Some(is_proxy) = &trusted.is_proxy else { return address };
    let name = if trusted.say_forwarded { FORWARDED } else { X_FORWARDED_FOR };
    for line in headers.get_all(name).iter().rev() {
        // A line with other bytes in it is not understood, and what stands before it cannot be believed.
        let Ok(line) = line.to_str() else { return address };
        for hop in line.rsplit(',') {
            if !is_proxy(address) {
                return address;
            }
            let told = if trusted.say_forwarded { node(hop) } else { Some(hop) };
            let Some(before) = told.and_then(parse) else { return address };
            address = before;
        }
    }
    address
}

/// What `for=` says in one element of `Forwarded`.
fn node(element: &str) -> Option<&str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    Some(value.trim().trim_matches('"'))
}

/// An address with or without a port; those of version 6 may stand in brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(peer: &str, lines: &[(&'static str, &str)], say_forwarded: bool) -> String {
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(*name, line.parse().unwrap());
        }
        let is_proxy = |address: IpAddr| match address {
            IpAddr::V4(address) => address.octets()[0] == 10,
            IpAddr::V6(address) => address.segments()[0] == 0xfd00,
        };
        let trusted = Trusted::new(is_proxy, say_forwarded);
        address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    fn by_list(peer: &str, lists: &[&str]) -> String {
        told(peer, &lists.iter().map(|list| ("x-forwarded-for", *list)).collect::<Vec<_>>(), false)
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(by_list("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(told("203.0.113.9", &[("forwarded", "for=198.51.100.1")], true), "203.0.113.9");
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.1".parse().unwrap());
        let peer = "10.0.0.1".parse().unwrap();
        assert_eq!(address(peer, &headers, &Trusted::default()), peer, "no proxy is set up");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        for (lists, expected) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            (&["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
            (&["192.0.2.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            (&["192.0.2.66", "198.51.100.1,10.0.0.2"], "198.51.100.1"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&["198.51.100.1:4711"], "198.51.100.1"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["::ffff:198.51.100.1"], "198.51.100.1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(by_list("10.0.0.1", lists), expected, "{lists:?}");
        }
        assert_eq!(by_list("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn what_is_not_understood_ends_the_search() {
        for list in ["", "unknown", "192.0.2.1, unknown", "192.0.2.1,", "192.0.2.1, 10.0.0.2, x", "999.1.1.1"]
        {
            let found = by_list("10.0.0.1", &[list]);
            assert!(found.starts_with("10."), "{list}: {found}");
        }
    }

    #[test]
    fn only_the_header_that_the_proxies_write_is_read() {
        let both = [("forwarded", "for=192.0.2.1"), ("x-forwarded-for", "198.51.100.1")];
        assert_eq!(told("10.0.0.1", &both, false), "198.51.100.1");
        assert_eq!(told("10.0.0.1", &both, true), "192.0.2.1");
    }

    #[test]
    fn forwarded_is_read_as_its_specification_writes_it() {
        for (line, expected) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("By=10.0.0.9; For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
            ("for=192.0.2.43, for=\"10.1.1.1:80\"", "192.0.2.43"),
            ("for=unknown", "10.0.0.1"),
            ("for=_hidden", "10.0.0.1"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(told("10.0.0.1", &[("forwarded", line)], true), expected, "{line}");
        }
    }
}
