//! Refresh tokens: good once, and what it means when one is used again.

use std::collections::HashSet;

use vitrine::services::Reason;
use vitrine::services::identity::{AccountKind, PasswordReset, refresh, request_reset, reset_password};

use super::{at, code, customer, customer_signs_in, is_signed_in, problem};
use crate::harness::{TestShop, on_each_engine};

const ANN: &str = "ann@example.com";

on_each_engine! {
    empty: a_token_is_exchanged_for_the_next, within_the_grace_the_old_one_brings_the_same_successor,
        an_old_token_after_the_grace_ends_the_device, an_old_token_after_its_successor_was_used_ends_the_device,
        an_ancient_token_ends_the_device_and_no_other, fifty_at_once_make_one_successor, what_is_no_token_does_nothing,
        a_device_that_is_not_used_is_signed_out, a_reset_ends_what_could_be_refreshed;
}

fn expired() -> (Reason, String) {
    (Reason::Expired, "refreshToken".to_owned())
}

async fn a_token_is_exchanged_for_the_next(shop: TestShop) {
    customer(&shop, ANN).await;
    let mut tokens = customer_signs_in(&shop, ANN).await;
    let mut seen = HashSet::new();
    for minutes in 1..=5 {
        at(&shop, minutes * 600);
        let next = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
        assert_eq!((next.session, next.account), (tokens.session, tokens.account));
        assert!(seen.insert(next.refresh_token.clone()));
        assert!(is_signed_in(&shop, &next).await);
        tokens = next;
    }
    assert_eq!(tokens.refresh_token.len(), 68);
    assert_eq!(shop.number("SELECT count(*) FROM session").await, 1);
}

async fn within_the_grace_the_old_one_brings_the_same_successor(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let next = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    at(&shop, 9);
    let again = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    assert_eq!(again.refresh_token, next.refresh_token);
    assert!(is_signed_in(&shop, &again).await);
}

async fn an_old_token_after_the_grace_ends_the_device(shop: TestShop) {
    customer(&shop, ANN).await;
    let (tokens, other) = (customer_signs_in(&shop, ANN).await, customer_signs_in(&shop, ANN).await);
    let next = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    assert!(is_signed_in(&shop, &next).await);
    at(&shop, 10);
    assert_eq!(problem(refresh(&shop.app, &tokens.refresh_token).await), expired());
    assert_eq!(problem(refresh(&shop.app, &next.refresh_token).await), expired());
    assert!(!is_signed_in(&shop, &next).await);
    assert!(is_signed_in(&shop, &other).await);
}

async fn an_old_token_after_its_successor_was_used_ends_the_device(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let next = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    let third = refresh(&shop.app, &next.refresh_token).await.unwrap();
    at(&shop, 1);
    assert_eq!(problem(refresh(&shop.app, &tokens.refresh_token).await), expired());
    assert_eq!(problem(refresh(&shop.app, &third.refresh_token).await), expired());
    assert!(!is_signed_in(&shop, &third).await);
}

async fn an_ancient_token_ends_the_device_and_no_other(shop: TestShop) {
    customer(&shop, ANN).await;
    let (first, other) = (customer_signs_in(&shop, ANN).await, customer_signs_in(&shop, ANN).await);
    let mut tokens = first.clone();
    for hours in 1..=20 {
        at(&shop, hours * 3600);
        tokens = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    }
    assert_eq!(problem(refresh(&shop.app, &first.refresh_token).await), expired());
    assert_eq!(problem(refresh(&shop.app, &tokens.refresh_token).await), expired());
    refresh(&shop.app, &other.refresh_token).await.unwrap();
}

async fn fifty_at_once_make_one_successor(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let mut tasks = Vec::new();
    for _ in 0..50 {
        let (app, token) = (shop.app.clone(), tokens.refresh_token.clone());
        tasks.push(tokio::spawn(async move { refresh(&app, &token).await }));
    }
    let mut successors = HashSet::new();
    for task in tasks {
        successors.insert(task.await.unwrap().unwrap().refresh_token);
    }
    assert_eq!(successors.len(), 1);
    let successor = successors.into_iter().next().unwrap();
    assert_ne!(successor, tokens.refresh_token);
    refresh(&shop.app, &successor).await.unwrap();
}

async fn what_is_no_token_does_nothing(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let text = &tokens.refresh_token;
    let foreign = format!("vrt_{}", "A".repeat(64));
    let long = format!("{text}{}", "A".repeat(1_000_000));
    for wrong in [
        "",
        "vrt_",
        &tokens.access_token,
        &text[..text.len() - 1],
        &text.replace("vrt_", "vit_"),
        &foreign,
        &long,
    ] {
        assert_eq!(problem(refresh(&shop.app, wrong).await), expired());
    }
    assert!(is_signed_in(&shop, &tokens).await);
    refresh(&shop.app, text).await.unwrap();
}

async fn a_device_that_is_not_used_is_signed_out(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    at(&shop, 89 * 86_400);
    let tokens = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    at(&shop, (89 + 90) * 86_400);
    assert_eq!(problem(refresh(&shop.app, &tokens.refresh_token).await), expired());
}

async fn a_reset_ends_what_could_be_refreshed(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    request_reset(&shop.app, AccountKind::Customer, ANN).await.unwrap();
    let reset = PasswordReset { code: code(&shop, ANN), password: "another horse".to_owned() };
    reset_password(&shop.app, reset).await.unwrap();
    assert_eq!(problem(refresh(&shop.app, &tokens.refresh_token).await), expired());
}
