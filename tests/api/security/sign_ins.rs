//! Wrong passwords: delays that grow, one address at many accounts, one password at many accounts.

use std::net::IpAddr;

use serde_json::{Value, json};
use vitrine::config::Budgets;
use vitrine::services::Error;
use vitrine::services::identity::{self, AccountKind, PasswordReset, SignIn, request_reset, reset_password};

use super::{ANN, HERE, OWNER, ask, counted, event, events, warnings};
use crate::budgets::{charge, header, post};
use crate::harness::{TestShop, on_each_engine};
use crate::identity::{PASSWORD, at, code, customer, staff_member};

on_each_engine! {
    empty: delays_grow_and_the_right_password_is_let_in_after_them, delays_are_the_same_where_there_is_no_account,
        an_address_waits_too, many_at_once_do_not_all_pass, one_address_tries_many_accounts,
        one_password_is_tried_at_many_accounts_from_everywhere, a_new_password_by_mail_ends_the_delay,
        shoppers_who_mistype_are_no_attack, a_device_that_knows_the_account_is_not_kept_out,
        a_browser_shows_by_a_cookie_that_it_knows_the_account;
}

const SIGN_IN: &str = "mutation($e: String!, $p: String!) { signIn(input: { email: $e, password: $p }) \
    { accessToken userErrors { code } } }";

/// Tries that are not bounded otherwise, so that delays are seen alone.
fn delays(shop: &TestShop) {
    let many = "100000/100000";
    charge(
        shop,
        Budgets {
            tries_account: many.parse().unwrap(),
            tries_address: many.parse().unwrap(),
            ..Budgets::default()
        },
    );
}

async fn sign_in(shop: &TestShop, email: &str, password: &str) -> Value {
    ask(shop, SIGN_IN, json!({ "e": email, "p": password }), None).await
}

/// `None` for a wrong password, seconds where it has to be waited.
#[track_caller]
fn wait(reply: &Value) -> Option<u64> {
    if reply["data"]["signIn"]["userErrors"][0]["code"] == "WRONG_CREDENTIALS" {
        return None;
    }
    assert_eq!(reply["errors"][0]["extensions"]["code"], "THROTTLED", "{reply}");
    reply["errors"][0]["extensions"]["retryAfter"].as_u64()
}

fn is_in(reply: &Value) -> bool {
    reply["data"]["signIn"]["accessToken"].is_string()
}

/// From somewhere else.
async fn try_from(shop: &TestShop, from: &str, email: &str, password: &str) -> Result<(), Error> {
    let from: IpAddr = from.parse().unwrap();
    let wish = SignIn { email: email.to_owned(), password: password.to_owned(), device: None };
    identity::enter(&shop.app, from, AccountKind::Customer, wish, None).await.map(|_| ())
}

async fn delays_grow_and_the_right_password_is_let_in_after_them(shop: TestShop) {
    customer(&shop, ANN).await;
    delays(&shop);
    for _ in 0..5 {
        assert_eq!(wait(&sign_in(&shop, ANN, "wrong password").await), None);
    }
    let text =
        format!("mutation {{ signIn(input: {{ email: \"{ANN}\", password: \"x\" }}) {{ accessToken }} }}");
    assert_eq!(header(&shop.http(post(&text, &[])).await, "retry-after"), "1");
    let (mut now, mut waited) = (0, Vec::new());
    for _ in 0..13 {
        let seconds = wait(&sign_in(&shop, ANN, "wrong password").await).expect("a delay");
        assert_eq!(wait(&sign_in(&shop, ANN, PASSWORD).await), Some(seconds), "the right one waits, too");
        waited.push(seconds);
        now += i64::try_from(seconds).unwrap();
        at(&shop, now);
        assert_eq!(wait(&sign_in(&shop, ANN, "wrong password").await), None);
    }
    assert_eq!(waited, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    at(&shop, now + 900);
    assert!(is_in(&sign_in(&shop, ANN, PASSWORD).await));
    assert_eq!(wait(&sign_in(&shop, ANN, "wrong password").await), None, "who was let in begins anew");
    let seen = event(&shop, "SIGN_INS_FAILED").await;
    assert_eq!((&seen["severity"], &seen["network"]), (&json!("NOTICE"), &json!(HERE)));
    assert!(seen["accountId"].is_string() && seen["occurrences"].as_i64().unwrap() >= 5, "{seen}");
    assert!(counted(&shop, "sign_ins_failed", "notice") >= 5);
}

async fn delays_are_the_same_where_there_is_no_account(shop: TestShop) {
    customer(&shop, ANN).await;
    delays(&shop);
    let mut told = Vec::new();
    for email in [ANN, "nobody@example.com", "no address at all"] {
        let mut replies = Vec::new();
        for _ in 0..8 {
            let mut reply = sign_in(&shop, email, "wrong password").await;
            reply["extensions"] = Value::Null;
            if let Some(id) = reply.pointer_mut("/errors/0/extensions/requestId") {
                *id = Value::Null;
            }
            replies.push(reply);
        }
        told.push(replies);
    }
    assert_eq!(told[0][7]["errors"][0]["extensions"]["code"], "THROTTLED");
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    let seen = events(&shop).await;
    assert_eq!(seen.iter().filter(|event| event["accountId"].is_string()).count(), 1, "{seen:?}");
}

async fn an_address_waits_too(shop: TestShop) {
    customer(&shop, ANN).await;
    delays(&shop);
    for number in 0..20 {
        let email = format!("c{}@example.com", number % 5);
        assert_eq!(wait(&sign_in(&shop, &email, "wrong password").await), None);
    }
    assert_eq!(wait(&sign_in(&shop, ANN, PASSWORD).await), Some(1));
    assert!(try_from(&shop, "198.51.100.7", ANN, PASSWORD).await.is_ok(), "elsewhere nobody waits");
    at(&shop, 1);
    assert!(is_in(&sign_in(&shop, ANN, PASSWORD).await));
    at(&shop, 2);
    // An account of one's own does not make the failures at others forgotten.
    assert_eq!(wait(&sign_in(&shop, "c9@example.com", "wrong password").await), None);
    assert!(wait(&sign_in(&shop, "c9@example.com", "wrong password").await).is_some());
}

async fn many_at_once_do_not_all_pass(shop: TestShop) {
    customer(&shop, ANN).await;
    delays(&shop);
    let tries = (0..40).map(|number| {
        let shop = &shop;
        async move { wait(&sign_in(shop, ANN, &format!("wrong password {number}")).await) }
    });
    let waits = futures_util::future::join_all(tries).await;
    assert_eq!(waits.iter().filter(|wait| wait.is_none()).count(), 5);
}

async fn one_address_tries_many_accounts(shop: TestShop) {
    staff_member(&shop, OWNER, "owner").await;
    for number in 0..9 {
        sign_in(&shop, &format!("c{number}@example.com"), &format!("leaked {number}")).await;
        sign_in(&shop, &format!("c{number}@example.com"), &format!("leaked {number}")).await;
    }
    assert!(events(&shop).await.is_empty(), "nine accounts are not many");
    for number in 9..40 {
        sign_in(&shop, &format!("c{number}@example.com"), &format!("leaked {number}")).await;
    }
    let seen = event(&shop, "MANY_ACCOUNTS_TRIED").await;
    assert_eq!((&seen["severity"], &seen["occurrences"]), (&json!("GRAVE"), &json!(31)));
    assert_eq!((&seen["network"], &seen["accountId"]), (&json!(HERE), &Value::Null));
    assert_eq!(counted(&shop, "many_accounts_tried", "grave"), 31);
    assert_eq!(warnings(&shop), 1);
    assert_eq!(events(&shop).await.len(), 1, "each password was another one");
}

async fn one_password_is_tried_at_many_accounts_from_everywhere(shop: TestShop) {
    staff_member(&shop, OWNER, "owner").await;
    customer(&shop, ANN).await;
    for number in 0..30 {
        let from = format!("198.51.{number}.1");
        let tried = try_from(&shop, &from, &format!("c{number}@example.com"), "Summer2026!").await;
        assert!(matches!(tried, Err(Error::Problems(_))));
    }
    let seen = event(&shop, "PASSWORD_SPRAYED").await;
    assert_eq!((&seen["severity"], &seen["occurrences"]), (&json!("GRAVE"), &json!(21)));
    assert_eq!((&seen["network"], &seen["subject"]), (&Value::Null, &Value::Null));
    assert_eq!(counted(&shop, "password_sprayed", "grave"), 21);
    assert_eq!((warnings(&shop), events(&shop).await.len()), (1, 1));
    assert!(try_from(&shop, "198.51.1.1", ANN, PASSWORD).await.is_ok());
}

async fn a_new_password_by_mail_ends_the_delay(shop: TestShop) {
    customer(&shop, ANN).await;
    delays(&shop);
    for _ in 0..6 {
        sign_in(&shop, ANN, "wrong password").await;
    }
    assert!(wait(&sign_in(&shop, ANN, PASSWORD).await).is_some());
    request_reset(&shop.app, AccountKind::Customer, ANN).await.unwrap();
    let reset = PasswordReset { code: code(&shop, ANN), password: "another horse".to_owned() };
    reset_password(&shop.app, reset).await.unwrap();
    assert!(is_in(&sign_in(&shop, ANN, "another horse").await));
}

async fn shoppers_who_mistype_are_no_attack(shop: TestShop) {
    delays(&shop);
    for number in 0..9 {
        let email = format!("c{number}@example.com");
        customer(&shop, &email).await;
        for wrong in 0..4 {
            let tried = try_from(&shop, "198.51.100.7", &email, &format!("wrong {wrong} {number}")).await;
            assert!(matches!(tried, Err(Error::Problems(_) | Error::Throttled { .. })));
        }
        // They come one after the other, not all at once.
        at(&shop, (i64::from(number) + 1) * 1200);
        try_from(&shop, "198.51.100.7", &email, PASSWORD).await.unwrap();
    }
    assert!(events(&shop).await.is_empty());
}

const KNOWN: &str = "mutation($e: String!, $p: String!, $d: String) { signIn(input: { email: $e, password: $p, deviceToken: $d }) \
    { accessToken deviceToken userErrors { code } } }";

async fn a_device_that_knows_the_account_is_not_kept_out(shop: TestShop) {
    customer(&shop, ANN).await;
    customer(&shop, "bob@example.com").await;
    let first = ask(&shop, KNOWN, json!({ "e": ANN, "p": PASSWORD }), None).await;
    let token = first["data"]["signIn"]["deviceToken"].as_str().expect("a token").to_owned();
    let few = "5/1";
    charge(
        &shop,
        Budgets {
            tries_account: few.parse().unwrap(),
            tries_address: "1000/1000".parse().unwrap(),
            ..Budgets::default()
        },
    );
    // Somebody elsewhere spends all tries, and goes on.
    for number in 0..10 {
        let _ = try_from(&shop, "198.51.100.7", ANN, &format!("guess {number}")).await;
    }
    assert!(wait(&sign_in(&shop, ANN, PASSWORD).await).is_some_and(|wait| wait > 3000));
    let last = if token.ends_with('A') { 'B' } else { 'A' };
    let forged = format!("{}{last}", &token[..token.len() - 1]);
    for other in ["", "vdt_", "vdt_a.b", &forged, &"x".repeat(10_000)] {
        let refused = ask(&shop, KNOWN, json!({ "e": ANN, "p": PASSWORD, "d": other }), None).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "THROTTLED", "{other}");
    }
    let known = ask(&shop, KNOWN, json!({ "e": " ANN@example.com ", "p": PASSWORD, "d": token }), None).await;
    assert!(is_in(&known), "{known}");
    // It opens no other account's tries, and its own are bounded alike.
    for _ in 0..5 {
        let _ = try_from(&shop, "198.51.100.7", "bob@example.com", "guess").await;
    }
    let foreign = ask(&shop, KNOWN, json!({ "e": "bob@example.com", "p": PASSWORD, "d": token }), None).await;
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "THROTTLED");
    for _ in 0..4 {
        let wrong = ask(&shop, KNOWN, json!({ "e": ANN, "p": "wrong password", "d": token }), None).await;
        assert_eq!(wrong["data"]["signIn"]["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    }
    let spent = ask(&shop, KNOWN, json!({ "e": ANN, "p": PASSWORD, "d": token }), None).await;
    assert_eq!(spent["errors"][0]["extensions"]["code"], "THROTTLED");
}

async fn a_browser_shows_by_a_cookie_that_it_knows_the_account(shop: TestShop) {
    customer(&shop, ANN).await;
    let text = format!(
        "mutation {{ signIn(input: {{ email: \"{ANN}\", password: \"{PASSWORD}\", cookies: true }}) \
         {{ deviceToken userErrors {{ code }} }} }}"
    );
    let set = |response: &http::Response<axum::body::Body>| {
        let all = response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        all.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let first = shop.http(post(&text, &[])).await;
    let cookie = set(&first).into_iter().find(|cookie| cookie.contains("-device=")).expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=34560000"), "{cookie}");
    let body = crate::budgets::json_of(first).await;
    assert!(body["data"]["signIn"]["deviceToken"].is_null(), "{body}");
    let out = shop.http(post("mutation { signOut { isDone } }", &[])).await;
    assert!(!set(&out).concat().contains("-device="), "it stays");
    let usual = Budgets { tries_account: "2/1".parse().unwrap(), ..Budgets::default() };
    charge(&shop, usual);
    for _ in 0..3 {
        let _ = try_from(&shop, "198.51.100.7", ANN, "guess").await;
    }
    let refused = crate::budgets::json_of(shop.http(post(&text, &[])).await).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "THROTTLED");
    let shown = cookie.split(';').next().unwrap();
    let known = shop.http(post(&text, &[("cookie", shown)])).await;
    assert_eq!(set(&known).len(), 3, "access, refresh and device");
}
