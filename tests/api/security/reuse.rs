//! A refresh token that is used twice.

use serde_json::json;
use vitrine::services::identity::AccountKind;

use super::{ANN, HERE, OWNER, ask, counted, event, events, warnings};
use crate::harness::{TestShop, on_each_engine};
use crate::identity::{PASSWORD, at, customer, customer_signs_in, enter, mails, staff_member};

on_each_engine! {
    empty: a_token_of_the_staff_that_is_used_twice_is_told_to_the_owners,
        a_token_of_a_customer_that_is_used_twice_is_told_to_the_customer, the_owners_get_one_mail_in_six_hours;
}

const REFRESH: &str = "mutation($t: String!) { tokenRefresh(input: { refreshToken: $t }) { refreshToken userErrors { code } } }";

/// Shows a token, and then, a minute later, the same again: as its thief does.
async fn reuse(shop: &TestShop, token: &str, minute: i64) {
    at(shop, minute * 60);
    let first = ask(shop, REFRESH, json!({ "t": token }), None).await;
    assert!(first["data"]["tokenRefresh"]["refreshToken"].is_string(), "{first}");
    at(shop, minute * 60 + 60);
    let again = ask(shop, REFRESH, json!({ "t": token }), None).await;
    assert_eq!(again["data"]["tokenRefresh"]["userErrors"][0]["code"], "EXPIRED");
}

async fn a_token_of_the_staff_that_is_used_twice_is_told_to_the_owners(shop: TestShop) {
    let (tokens, _) = staff_member(&shop, OWNER, "owner").await;
    reuse(&shop, &tokens.refresh_token, 0).await;
    let seen = event(&shop, "REFRESH_TOKEN_REUSED").await;
    assert_eq!((&seen["severity"], &seen["occurrences"]), (&json!("GRAVE"), &json!(1)));
    assert_eq!(seen["network"], HERE);
    assert!(seen["accountId"].as_str().unwrap().starts_with("acc_"));
    assert_eq!(counted(&shop, "refresh_token_reused", "grave"), 1);
    assert_eq!(warnings(&shop), 1);
    assert!(mails(&shop).iter().any(|mail| mail.subject.contains("signed out")));
    // A session that has ended tells no more, however often its token is shown.
    ask(&shop, REFRESH, json!({ "t": tokens.refresh_token }), None).await;
    assert_eq!(event(&shop, "REFRESH_TOKEN_REUSED").await["occurrences"], 1);
}

async fn a_token_of_a_customer_that_is_used_twice_is_told_to_the_customer(shop: TestShop) {
    staff_member(&shop, OWNER, "owner").await;
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    reuse(&shop, &tokens.refresh_token, 0).await;
    assert_eq!(event(&shop, "REFRESH_TOKEN_REUSED").await["severity"], "WARNING");
    assert_eq!(counted(&shop, "refresh_token_reused", "warning"), 1);
    assert_eq!(warnings(&shop), 0);
    assert!(mails(&shop).iter().any(|mail| mail.to == ANN && mail.subject.contains("signed out")));
    let names = shop.rows("SELECT subject || coalesce(network, '') FROM security_event").await;
    assert!(!names.concat().contains("@example"), "{names:?}");
}

async fn the_owners_get_one_mail_in_six_hours(shop: TestShop) {
    let (first, _) = staff_member(&shop, OWNER, "owner").await;
    let sign_in = async || enter(&shop, AccountKind::Staff, OWNER, PASSWORD).await.unwrap().refresh_token;
    let tokens = [first.refresh_token.clone(), sign_in().await, sign_in().await];
    reuse(&shop, &tokens[0], 0).await;
    events(&shop).await;
    reuse(&shop, &tokens[1], 10).await;
    assert_eq!(event(&shop, "REFRESH_TOKEN_REUSED").await["occurrences"], 2);
    assert_eq!(warnings(&shop), 1, "one mail tells of both");
    at(&shop, 6 * 3600 + 61);
    events(&shop).await;
    assert_eq!(warnings(&shop), 2, "what came after the first mail is told when the six hours are over");
    at(&shop, 13 * 3600);
    events(&shop).await;
    assert_eq!(warnings(&shop), 2, "nothing is told twice");
    reuse(&shop, &tokens[2], 14 * 60).await;
    events(&shop).await;
    assert_eq!(warnings(&shop), 3);
}
