//! Tokens of an outside issuer: whom they let in, and what an issuer that misbehaves cannot do.

mod issuer;
mod keys;
mod people;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use vitrine::infrastructure::database::Database;
use vitrine::services::identity::outside::{Issuer, OutsideSettings};
use vitrine::services::identity::{AccountKind, Settings};
use vitrine::services::{AppContext, Error, Result, Viewer};

use self::issuer::TestIssuer;
use crate::harness::{TestShop, now};

/// A shop that believes an issuer: another one on the same database, set up differently.
pub async fn shop_with(
    shop: &TestShop,
    issuer: &TestIssuer,
    set: impl FnOnce(&mut OutsideSettings),
) -> Arc<AppContext> {
    let mut settings = OutsideSettings {
        issuer: Issuer {
            url: issuer.url(),
            audience: "vitrine".to_owned(),
            clients: Vec::new(),
            algorithms: vec![Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256],
            roles_claim: None,
            roles: Vec::new(),
            tls_only: false,
        },
        kind: AccountKind::Customer,
        makes_accounts: true,
        patience: Duration::from_secs(2),
        again: Duration::ZERO,
    };
    set(&mut settings);
    let database = Database::connect(&shop.address, 2).await.unwrap();
    let app = vitrine::app::context_of(database, shop.clock.clone(), 100).await.unwrap();
    app.open_identity(Settings { outside: Some(settings), ..Settings::quick().unwrap() }).await.unwrap();
    app
}

pub fn for_staff(settings: &mut OutsideSettings) {
    settings.kind = AccountKind::Staff;
    settings.issuer.roles_claim = Some("/realm_access/roles".to_owned());
    settings.issuer.roles =
        vec![("shop-admin".to_owned(), "owner".to_owned()), ("shop-reader".to_owned(), "reader".to_owned())];
}

pub fn seconds() -> i64 {
    now().timestamp()
}

pub fn claims(issuer: &TestIssuer, subject: &str) -> Value {
    json!({ "iss": issuer.url(), "aud": "vitrine", "sub": subject, "iat": seconds(), "exp": seconds() + 3600 })
}

pub fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

pub fn is_refused(result: &Result<Viewer>) -> bool {
    matches!(result, Err(Error::Unauthenticated))
}

pub async fn count(shop: &TestShop, table: &str) -> i64 {
    shop.number(&format!("SELECT count(*) FROM {table}")).await
}
