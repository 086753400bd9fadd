//! Automatic persisted queries: texts that were sent once, found by their hash from then on.
//!
//! Each process remembers its own; a client that meets another one sends the text again.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::graphql::request::Caller;
use crate::services::Viewer;
use crate::services::budgets::network;

/// Bytes of text that are remembered in all.
const BYTES: u64 = 16 * 1024 * 1024;
/// Bytes that one caller may have remembered: what a frontend has in documents, many times over.
const BYTES_OF_CALLER: u64 = 512 * 1024;
/// Callers whose share is counted; who is forgotten begins anew.
const CALLERS: usize = 20_000;
/// What an entry takes beside its text.
const ENTRY: u64 = 256;

/// Who sent texts: an account or a token, else a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sender {
    Known(uuid::Uuid),
    Network(IpAddr),
}

/// Texts by their hash, bounded in all and for each caller.
#[derive(Debug)]
pub struct Apq {
    texts: Cache<Box<str>, Arc<str>, Bytes>,
    shares: Cache<Sender, Arc<AtomicU64>>,
}

impl Default for Apq {
    fn default() -> Self {
        Self { texts: Cache::with_weighter(8192, BYTES, Bytes), shares: Cache::new(CALLERS) }
    }
}

impl Apq {
    /// The text with this hash.
    pub fn text(&self, hash: &str) -> Option<Arc<str>> {
        self.texts.get(hash)
    }

    /// Remembers a text, unless its sender has had a fair share.
    pub fn remember(&self, hash: &str, text: &str, caller: &Caller) {
        if self.texts.contains_key(hash) {
            return;
        }
        let share = self.share(sender(caller));
        let weight = text.len() as u64 + ENTRY;
        if share.fetch_add(weight, Ordering::Relaxed).saturating_add(weight) <= BYTES_OF_CALLER {
            self.texts.insert(hash.into(), text.into());
        }
    }

    fn share(&self, sender: Sender) -> Arc<AtomicU64> {
        self.shares.get(&sender).unwrap_or_else(|| {
            let share = Arc::<AtomicU64>::default();
            self.shares.insert(sender, Arc::clone(&share));
            share
        })
    }
}

fn sender(caller: &Caller) -> Sender {
    match caller.viewer {
        Viewer::Customer { account, .. } | Viewer::Staff { account, .. } => Sender::Known(account.0),
        Viewer::App { token, .. } => Sender::Known(token.0),
        Viewer::Anonymous | Viewer::Operator => Sender::Network(network(caller.address)),
    }
}

/// Weighs a text by its length.
#[derive(Clone, Copy, Debug)]
struct Bytes;

impl Weighter<Box<str>, Arc<str>> for Bytes {
    fn weight(&self, _hash: &Box<str>, text: &Arc<str>) -> u64 {
        text.len() as u64 + ENTRY
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::graphql::Cookies;

    fn caller(last: u8) -> Caller {
        Caller {
            request_id: String::new(),
            client_name: None,
            client_version: None,
            market: None,
            accept_language: None,
            language: None,
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)),
            viewer: Viewer::Anonymous,
            cookies: Cookies::default(),
        }
    }

    #[test]
    fn nobody_fills_the_memory_of_all() {
        let apq = Apq::default();
        let text = "x".repeat(10_000);
        for number in 0..1000 {
            apq.remember(&format!("{number}"), &text, &caller(1));
        }
        let known = (0..1000).filter(|number| apq.text(&format!("{number}")).is_some()).count();
        assert!((50..=52).contains(&known), "{known}");

        apq.remember("theirs", "{ a }", &caller(2));
        assert_eq!(apq.text("theirs").as_deref(), Some("{ a }"));
        assert!(apq.text("0").is_some(), "what others have stays");
    }

    #[test]
    fn many_callers_together_stay_within_bounds() {
        let apq = Apq::default();
        let text = "x".repeat(60_000);
        for number in 0..2000_u16 {
            let last = u8::try_from(number % 250).unwrap();
            apq.remember(&format!("{number}"), &text, &caller(last));
        }
        let known = (0..2000).filter(|number| apq.text(&format!("{number}")).is_some()).count() as u64;
        assert!(known * 60_000 <= BYTES, "{known}");
        assert!(known > 100, "{known}");
    }
}
