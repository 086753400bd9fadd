//! Whose budget it is behind proxies.

use axum::body::Body;
use axum::extract::Request;
use vitrine::http::caller::Peer;

use super::{anonymous, charge, near, post, remaining};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: an_address_is_believed_from_proxies_only, only_the_header_of_the_proxies_counts;
}

fn from(peer: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = post("{ products(first: 99) { nodes { id } } }", headers);
    request.extensions_mut().insert(Peer(peer.parse().unwrap()));
    request
}

async fn left(shop: &TestShop, peer: &str, forwarded: &str) -> u32 {
    remaining(&shop.http(from(peer, &[("x-forwarded-for", forwarded)])).await)
}

/// Each request costs 100 of 10,000.
async fn an_address_is_believed_from_proxies_only(mut shop: TestShop) {
    shop.configure(|config| config.proxies = "10.0.0.0/8, fd00::/8".parse().unwrap());
    charge(&shop, anonymous(10_000));
    for (peer, told, expected) in [
        ("10.0.0.1", "198.51.100.1", 9900_u32),
        ("10.9.9.9", "198.51.100.1", 9800),
        ("fd00::1", "192.0.2.66, 198.51.100.1, 10.1.1.1", 9700),
        ("10.0.0.1", "198.51.100.2", 9900),
        // Whoever is no proxy tells in vain: each new address would be a new budget.
        ("203.0.113.9", "1.1.1.1", 9900),
        ("203.0.113.9", "2.2.2.2", 9800),
        ("203.0.113.9", "198.51.100.1", 9700),
        // One network, one budget.
        ("10.0.0.1", "2001:db8::1", 9900),
        ("10.0.0.1", "2001:db8::2", 9800),
    ] {
        near(left(&shop, peer, told).await, expected);
    }
}

fn both<'a>(forwarded: &'a str, list: &'a str) -> [(&'a str, &'a str); 2] {
    [("forwarded", forwarded), ("x-forwarded-for", list)]
}

async fn only_the_header_of_the_proxies_counts(mut shop: TestShop) {
    shop.configure(|config| config.proxies = "10.0.0.1".parse().unwrap());
    charge(&shop, anonymous(10_000));
    for (number, expected) in [(1, 9900_u32), (2, 9800)] {
        // What the client wrote itself brings nothing.
        let spoofed = format!("for=192.0.2.{number}");
        let response = shop.http(from("10.0.0.1", &both(&spoofed, "198.51.100.1"))).await;
        near(remaining(&response), expected);
    }
    shop.configure(|config| config.proxies_say_forwarded = true);
    let response = shop.http(from("10.0.0.1", &both("for=\"[2001:db8::1]\"", "198.51.100.1"))).await;
    near(remaining(&response), 9900_u32);
}
