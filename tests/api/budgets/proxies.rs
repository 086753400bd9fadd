//! Whose budget it is behind proxies.

use axum::body::Body;
use axum::extract::Request;
use vitrine::http::caller::Peer;

use super::{anonymous, charge, post, remaining};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: an_address_is_believed_from_proxies_only, only_the_header_of_the_proxies_counts;
}

fn from(peer: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = post("{ products(first: 9) { nodes { id } } }", headers);
    request.extensions_mut().insert(Peer(peer.parse().unwrap()));
    request
}

async fn left(shop: &TestShop, peer: &str, forwarded: &str) -> u32 {
    remaining(&shop.http(from(peer, &[("x-forwarded-for", forwarded)])).await)
}

async fn an_address_is_believed_from_proxies_only(mut shop: TestShop) {
    shop.config.proxies = "10.0.0.0/8, fd00::/8".parse().unwrap();
    charge(&shop, anonymous(1000));
    assert_eq!(left(&shop, "10.0.0.1", "198.51.100.1").await, 990);
    assert_eq!(left(&shop, "10.9.9.9", "198.51.100.1").await, 980, "through whichever proxy");
    assert_eq!(left(&shop, "fd00::1", "192.0.2.66, 198.51.100.1, 10.1.1.1").await, 970, "the last stranger counts");
    assert_eq!(left(&shop, "10.0.0.1", "198.51.100.2").await, 990);
    // Whoever is no proxy tells in vain: each new address would be a new budget.
    for (told, expected) in [("1.1.1.1", 990), ("2.2.2.2", 980), ("198.51.100.1", 970)] {
        assert_eq!(left(&shop, "203.0.113.9", told).await, expected, "{told}");
    }
    assert_eq!(left(&shop, "10.0.0.1", "2001:db8::1").await, 990);
    assert_eq!(left(&shop, "10.0.0.1", "2001:db8::2").await, 980, "one network, one budget");
}

fn both<'a>(forwarded: &'a str, list: &'a str) -> [(&'a str, &'a str); 2] {
    [("forwarded", forwarded), ("x-forwarded-for", list)]
}

async fn only_the_header_of_the_proxies_counts(mut shop: TestShop) {
    shop.config.proxies = "10.0.0.1".parse().unwrap();
    charge(&shop, anonymous(1000));
    for (number, expected) in [(1, 990), (2, 980)] {
        let spoofed = format!("for=192.0.2.{number}");
        let response = shop.http(from("10.0.0.1", &both(&spoofed, "198.51.100.1"))).await;
        assert_eq!(remaining(&response), expected, "what the client wrote itself brings nothing");
    }
    shop.config.proxies_say_forwarded = true;
    let response = shop.http(from("10.0.0.1", &both("for=\"[2001:db8::1]\"", "198.51.100.1"))).await;
    assert_eq!(remaining(&response), 990);
}
