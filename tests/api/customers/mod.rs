//! Customers: their account pages, what staff see of them, and forgetting them.

mod book;
mod erasure;
mod office;
mod profile;
mod rotation;
mod traces;

use entity::id::AccountId;
use serde_json::{Value, json};
use vitrine::services::Viewer;
use vitrine::services::identity::authenticate;

use crate::harness::{Reply, TestShop};
use crate::identity::{customer, customer_signs_in};

pub const ANN: &str = "ann.zweig@example.com";
pub const BOB: &str = "bob@example.com";

/// A customer who is signed in.
pub async fn signed_in(shop: &TestShop, email: &str) -> Viewer {
    customer(shop, email).await;
    let tokens = customer_signs_in(shop, email).await;
    authenticate(&shop.app, &tokens.access_token).await.unwrap()
}

pub fn account(viewer: Viewer) -> AccountId {
    viewer.account().unwrap()
}

/// Makes a change with one input, and answers its payload.
pub async fn change(shop: &TestShop, viewer: Viewer, field: &str, show: &str, input: Value) -> Value {
    let mut of = field.to_owned();
    of[..1].make_ascii_uppercase();
    let text = format!(
        "mutation ($input: {of}Input!) {{ {field}(input: $input) {{ {show} userErrors {{ code field message }} }} }}"
    );
    let reply = shop.query(&text).variable("input", input).asked_by(viewer).await;
    reply.data()[field].clone()
}

/// The same where nothing is to be wrong.
#[track_caller]
pub fn made(payload: Value) -> Value {
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload
}

/// Code and place of everything that was wrong.
pub fn refused(payload: &Value) -> Vec<(String, String)> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{payload}"));
    let place = |error: &Value| {
        let parts = error["field"].as_array().into_iter().flatten().filter_map(Value::as_str);
        parts.collect::<Vec<_>>().join(".")
    };
    errors.iter().map(|error| (error["code"].as_str().unwrap().to_owned(), place(error))).collect()
}

pub fn one(code: &str, place: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), place.to_owned())]
}

/// An address as a customer types it.
pub fn address(line1: &str) -> Value {
    json!({ "name": "Ann Zweig", "line1": line1, "postalCode": "10115", "city": "Berlin", "country": "DE" })
}

pub async fn add(shop: &TestShop, viewer: Viewer, input: Value) -> Value {
    let payload = change(shop, viewer, "customerAddressCreate", "address { id }", input).await;
    made(payload)["address"]["id"].clone()
}

const ME: &str = "{ currentCustomer { id email name phone birthday language \
    consents { purpose isGiven source isByStaff } consentHistory { purpose isGiven } \
    addresses { id line1 isDefaultShipping isDefaultBilling } \
    defaultShippingAddress { line1 } defaultBillingAddress { line1 } } }";

pub async fn me(shop: &TestShop, viewer: Viewer) -> Reply {
    shop.query(ME).asked_by(viewer).await
}
