//! The audit log: what is written, what is sealed, and what is noticed.

mod chain;
mod every;
mod program;
mod reading;
mod rotation;
mod writing;

use entity::id::{AccountId, SessionId};
use serde_json::Value;
use vitrine::infrastructure::secrets::Key;
use vitrine::services::audit::{KeyRing, Keys, Verdict, verify};
use vitrine::services::{Permissions, Viewer};
use vitrine::workers::audit::seal_all;

use crate::harness::{Reply, TestShop};

/// Keys made of these bytes, the sealing one first.
pub fn keys(bytes: &[u8]) -> Keys {
    let ring = KeyRing::new(bytes.iter().map(|byte| Key::of([*byte; 32])).collect()).unwrap();
    Keys::of(&ring).unwrap()
}

/// The keys of most tests.
pub fn usual() -> Keys {
    keys(&[42])
}

/// Somebody of the staff with all rights.
pub fn somebody() -> Viewer {
    let (account, session) = (AccountId::generate(), SessionId::generate());
    Viewer::Staff { account, session, permissions: Permissions::all() }
}

/// Changes the shop's name, which leaves one entry.
pub async fn rename(shop: &TestShop, name: &str) -> Reply {
    let text = "mutation ($name: String!) { shopUpdate(input: {name: $name}) { userErrors { message } } }";
    let reply = shop.query(text).variable("name", name).asked_by(somebody()).await;
    assert_eq!(reply.at("/shopUpdate/userErrors"), &Value::from(Vec::<Value>::new()));
    reply
}

/// Leaves so many entries and seals them.
pub async fn sealed(shop: &TestShop, entries: u32) {
    for number in 0..entries {
        rename(shop, &format!("Name {number}")).await;
    }
    seal_all(&shop.app, &usual()).await.unwrap();
}

pub async fn verdict(shop: &TestShop) -> Verdict {
    verify(&shop.app, &usual(), None).await.unwrap()
}

pub async fn entries(shop: &TestShop) -> i64 {
    shop.number("SELECT count(*) FROM audit_entry").await
}
