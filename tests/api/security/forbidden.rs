//! Somebody who asks again and again for what is not theirs.

use serde_json::{Value, json};
use vitrine::config::Documents;

use super::{ANN, HERE, ask, counted, event, events};
use crate::harness::{Ask, TestShop, on_each_engine};
use crate::identity::{at, customer, customer_signs_in};

on_each_engine! {
    empty: who_probes_what_is_hidden_is_noticed, who_sends_what_is_not_registered_is_noticed,
        typing_errors_are_no_burst;
}

const HIDDEN: &str = "{ staff { id } }";

async fn who_probes_what_is_hidden_is_noticed(shop: TestShop) {
    customer(&shop, ANN).await;
    let token = customer_signs_in(&shop, ANN).await.access_token;
    for number in 0..25 {
        let reply = ask(&shop, HIDDEN, json!({}), Some(&token)).await;
        assert_eq!(
            reply["errors"][0]["extensions"]["code"], "BAD_REQUEST",
            "it answers as if there were nothing"
        );
        if number == 18 {
            assert!(events(&shop).await.is_empty());
        }
    }
    let seen = event(&shop, "FORBIDDEN_BURST").await;
    assert_eq!((&seen["severity"], &seen["occurrences"]), (&json!("WARNING"), &json!(6)));
    assert!(seen["accountId"].is_string() && seen["network"] == HERE, "{seen}");
    assert_eq!(counted(&shop, "forbidden_burst", "warning"), 6);
    // Nobody else is counted with them.
    ask(&shop, HIDDEN, json!({}), None).await;
    assert_eq!(events(&shop).await.len(), 1);
}

async fn who_sends_what_is_not_registered_is_noticed(shop: TestShop) {
    let trusted = shop.api_with(|config| config.documents = Documents::Trusted);
    for _ in 0..20 {
        assert_eq!(Ask::new(trusted.clone(), "{ shop { name } }").await.code(), "FORBIDDEN");
    }
    let seen = event(&shop, "FORBIDDEN_BURST").await;
    assert_eq!((&seen["occurrences"], &seen["accountId"]), (&json!(1), &Value::Null));
}

async fn typing_errors_are_no_burst(shop: TestShop) {
    for number in 0..60 {
        ask(&shop, "{ nope }", json!({}), None).await;
        // Now and then something hidden, as a page does whose user has signed out: never twenty within a minute.
        ask(&shop, HIDDEN, json!({}), None).await;
        // What only takes a sign-in does not count at all.
        ask(&shop, "{ devices { id } }", json!({}), None).await;
        at(&shop, number * 4);
    }
    assert!(events(&shop).await.is_empty());
}
