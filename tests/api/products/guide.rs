//! The guide's chapters on products: everything in them works, from top to bottom.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::office::STAFF;
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: the_guide_can_be_followed_step_by_step;
}

/// What stands between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<(&'a str, &'a str)> {
    text.split_once(from)?.1.split_once(to)
}

async fn the_guide_can_be_followed_step_by_step(shop: TestShop) {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/backoffice.md")).unwrap();
    let (mut rest, _) = between(&page, "<!-- products -->", "<!-- /products -->").unwrap();
    let markets = shop.query("{ markets(first: 1) { nodes { id } } }").await;
    let mut kept = HashMap::from([("MARKET_ID".to_owned(), markets.text("/markets/nodes/0/id").to_owned())]);
    let mut steps = 0;
    while let Some((operation, after)) = between(rest, "```graphql\n", "```") {
        let (variables, after) = between(after, "```json\n", "```").unwrap();
        let told = kept.iter().fold(variables.to_owned(), |text, (name, value)| text.replace(name, value));
        let mut ask = shop.query(operation).asked_by_staff(STAFF);
        for (name, value) in serde_json::from_str::<Value>(&told).unwrap().as_object().unwrap() {
            ask = ask.variable(name, value.clone());
        }
        let reply = ask.await;
        for (field, payload) in reply.data().as_object().unwrap() {
            assert_eq!(payload["userErrors"], Value::Array(Vec::new()), "{field} in {operation}");
        }
        let until = after.find("```graphql").unwrap_or(after.len());
        let mut marks = &after[..until];
        while let Some((mark, further)) = between(marks, "<!-- keep ", " -->") {
            let (name, pointer) = mark.split_once(' ').unwrap();
            kept.insert(name.to_owned(), reply.text(pointer).to_owned());
            marks = further;
        }
        rest = after;
        steps += 1;
    }
    assert!(steps >= 8, "{steps} steps");
}
