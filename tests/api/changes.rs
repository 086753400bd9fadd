//! What holds for every change, whatever it is about.

use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use vitrine::services::Permission;

use crate::harness::{Ask, Engine, TestShop, on_each_engine};

on_each_engine! {
    sample: changes_of_one_operation_see_each_other, what_is_wrong_is_told_and_nothing_changed,
        a_shop_that_is_renamed_is_as_old_as_before, a_change_by_get_is_refused, a_change_goes_on_when_its_client_hangs_up;
}

const RENAME: &str = "mutation ($input: ShopUpdateInput!) { shopUpdate(input: $input) { shop { name description } userErrors { code field message } } }";

fn rename(shop: &TestShop, input: Value) -> Ask {
    shop.query(RENAME).variable("input", input).asked_by_staff(&[Permission::MarketsWrite])
}

async fn changes_of_one_operation_see_each_other(shop: TestShop) {
    let text = "mutation {
        first: shopUpdate(input: { name: \"First\" }) { shop { name } }
        second: shopUpdate(input: { description: \"What it is\" }) { shop { name description } }
        third: shopUpdate(input: { description: null }) { shop { description } }
    }";
    let reply = shop.query(text).asked_by_staff(&[Permission::MarketsWrite]).await;

    assert_eq!(reply.text("/first/shop/name"), "First");
    assert_eq!(reply.text("/second/shop/name"), "First");
    assert_eq!(reply.text("/second/shop/description"), "What it is");
    assert_eq!(reply.text("/third/shop/description"), "");
    assert_eq!(reply.cost(), 33, "ten for each change and one for each shop");
    assert_eq!(shop.query("{ shop { name } }").await.text("/shop/name"), "First");
}

async fn a_shop_that_is_renamed_is_as_old_as_before(shop: TestShop) {
    const SET_UP: &str = "SELECT CAST(created_at AS text) FROM shop";
    let since = shop.rows(SET_UP).await;
    shop.set_clock(shop.clock.now() + chrono::Duration::days(1));
    let reply = rename(&shop, json!({ "name": "Another name" })).await;
    assert_eq!(reply.text("/shopUpdate/shop/name"), "Another name");
    assert_eq!(shop.rows(SET_UP).await, since);
}

async fn what_is_wrong_is_told_and_nothing_changed(shop: TestShop) {
    let before = shop.query("{ shop { name description } }").await.data().clone();
    let long = "x".repeat(256);
    for (input, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "name": " \t " }), "name"),
        (json!({ "name": long }), "name"),
        (json!({ "name": "a\u{0}b" }), "name"),
        (json!({ "name": "fine", "description": "x".repeat(5_001) }), "description"),
        (json!({ "description": "\u{1b}[31m" }), "description"),
    ] {
        let reply = rename(&shop, input).await;
        assert_eq!(reply.at("/shopUpdate/shop"), &Value::Null);
        assert_eq!(reply.text("/shopUpdate/userErrors/0/code"), "INVALID");
        assert_eq!(reply.at("/shopUpdate/userErrors/0/field"), &json!([field]));
        assert!(!reply.text("/shopUpdate/userErrors/0/message").contains(&long));
    }
    let both = rename(&shop, json!({ "name": "", "description": "\u{0}" })).await;
    assert_eq!(both.list("/shopUpdate/userErrors").len(), 2, "everything is told at once");
    assert_eq!(shop.query("{ shop { name description } }").await.data(), &before);
}

async fn a_change_by_get_is_refused(shop: TestShop) {
    let uri = "/graphql?query=mutation%7BsignOut%7BisDone%7D%7D";
    for accept in ["application/json", "application/graphql-response+json"] {
        let request = Request::get(uri).header("accept", accept).body(Body::empty()).unwrap();
        let response = shop.http(request).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "POST");
    }
}

async fn a_change_goes_on_when_its_client_hangs_up(shop: TestShop) {
    let other = shop.app.begin().await.unwrap();
    if shop.engine == Engine::Postgres {
        other.tx.execute_unprepared("SELECT 1 FROM shop FOR UPDATE").await.unwrap();
    }
    let waiting = rename(&shop, json!({ "name": "Renamed all the same" }));
    let hung_up = tokio::time::timeout(Duration::from_millis(200), waiting).await;
    assert!(hung_up.is_err(), "it waits for its turn to write");
    drop(other);
    for _ in 0..100 {
        if shop.query("{ shop { name } }").await.text("/shop/name") == "Renamed all the same" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the change was lost with its client");
}
