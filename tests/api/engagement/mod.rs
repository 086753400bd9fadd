//! Reviews and wishlists.

mod personal;
mod reviews;
mod sealed;
mod wishlists;

use serde_json::{Value, json};
use vitrine::services::identity::authenticate;
use vitrine::services::{Permission, Viewer};

use crate::harness::{Ask, Reply, TestShop};
use crate::identity::{customer, customer_signs_in};

/// A customer who is signed in.
pub async fn shopper(shop: &TestShop, name: &str) -> Viewer {
    let email = format!("{name}@example.com");
    customer(shop, &email).await;
    let tokens = customer_signs_in(shop, &email).await;
    authenticate(&shop.app, &tokens.access_token).await.unwrap()
}

/// Somebody of the staff who moderates reviews and may do nothing else.
pub fn moderates(ask: Ask) -> Ask {
    ask.asked_by_staff(&[Permission::ReviewsModerate])
}

/// A change: the field's name, its input, and what to read of the payload.
pub fn change(shop: &TestShop, field: &str, input: Value, read: &str) -> Ask {
    let kind = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
    let text = format!(
        "mutation ($input: {kind}Input!) {{ it: {field}(input: $input) {{ {read} userErrors {{ code field message }} }} }}"
    );
    shop.query(&text).variable("input", input)
}

/// The payload of a change that was made.
#[track_caller]
pub fn made(reply: &Reply) -> &Value {
    assert_eq!(reply.at("/it/userErrors"), &json!([]), "{:#}", reply.json);
    reply.at("/it")
}

/// Code and path of everything that was wrong: `INVALID title`.
#[track_caller]
pub fn wrong(reply: &Reply) -> Vec<String> {
    crate::backoffice::wrong(reply)
}
