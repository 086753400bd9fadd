//! What is refused, how it is told, and that it costs nothing.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: every_refusal_has_a_code_and_the_request_id, too_much_is_refused_before_a_row_is_read,
        hostile_documents_are_refused_at_once, the_cost_is_told_with_the_answer, introspection_can_be_switched_off,
        nothing_internal_is_told, operations_are_chosen_by_name;
    sample: a_slow_operation_is_cut_off;
}

async fn every_refusal_has_a_code_and_the_request_id(shop: TestShop) {
    for text in [
        "",
        "{",
        "{ nope }",
        "{ shop { nope } }",
        "query($a: Nope) { shop { name } }",
        "mutation { a }",
        "\0",
        "{ product(id: {}) { id } }",
    ] {
        let reply = shop.query(text).await;
        assert!(reply.is_refused, "{text:?}");
        assert_eq!(reply.statements(), 0);
        assert!(reply.json.get("data").is_none(), "{text:?}");
        for error in reply.json["errors"].as_array().unwrap() {
            assert_eq!(error["extensions"]["code"], "BAD_REQUEST", "{text:?}");
            assert_eq!(error["extensions"]["requestId"], "test-request", "{text:?}");
            assert!(!error["message"].as_str().unwrap().is_empty());
        }
    }
}

async fn too_much_is_refused_before_a_row_is_read(shop: TestShop) {
    let reply = shop.query("{ products(first: 100) { nodes { reviews(first: 100) { nodes { author { reviews(first: 100) { nodes { id } } } } } } } }").await;

    assert_eq!(reply.code(), "COST_EXCEEDED");
    assert_eq!(reply.statements(), 0);
    let api = shop.api_with(|config| config.cost_limit = 10);
    let mut tight = shop;
    tight.api = api;
    assert_eq!(tight.query("{ products(first: 30) { nodes { id } } }").await.code(), "COST_EXCEEDED");
    tight.query("{ products(first: 2) { nodes { id } } }").await.data();
}

async fn hostile_documents_are_refused_at_once(shop: TestShop) {
    let doubling: String =
        (0..30).map(|i| format!("fragment F{i} on Product {{ ...F{} ...F{} }} ", i + 1, i + 1)).collect();
    let aliases = |count: usize| (0..count).map(|i| format!("a{i}: shop {{ name }} ")).collect::<String>();
    let deep = |count: usize| "{ shop ".repeat(count) + &"}".repeat(count);
    for text in [
        "{".repeat(100_000),
        "[".repeat(60_000),
        format!("{{ product(handle: \"a\") {{ ...F0 }} }} {doubling} fragment F30 on Product {{ id }}"),
        format!("{{ {} }}", aliases(10_000)),
        format!("{{ {} }}", aliases(150)),
        format!("{{ shop {{ name {} }} }}", "@skip(if: false) ".repeat(50_000)),
        format!("{{ shop {{ name {} }} }}", "@skip(if: false) ".repeat(6)),
        deep(40),
        format!("query {{ {} }}", "shop { name } ".repeat(9_000)),
        "fragment A on Shop { ...B } fragment B on Shop { ...A } { shop { ...A } }".to_owned(),
    ] {
        let began = Instant::now();
        let reply = shop.query(&text).await;
        assert!(reply.is_refused, "{text:.60}");
        assert_eq!(reply.code(), "BAD_REQUEST", "{text:.60}");
        assert!(began.elapsed() < Duration::from_secs(1), "{:.60} took {:?}", text, began.elapsed());
    }
}

async fn the_cost_is_told_with_the_answer(shop: TestShop) {
    let one = shop.query("{ shop { name } }").await;
    let ten = shop.query("{ products(first: 10) { nodes { id } } }").await;
    let twenty = shop.query("{ products(first: 20) { nodes { id } } }").await;

    assert_eq!(one.cost(), one.report.cost);
    assert_eq!(twenty.cost() - ten.cost(), 10);
    assert_eq!(twenty.json.pointer("/extensions/cost/limit").and_then(Value::as_u64), Some(20_000));
}

async fn introspection_can_be_switched_off(mut shop: TestShop) {
    assert!(
        shop.query("{ __schema { queryType { name } } }").await.text("/__schema/queryType/name") == "Query"
    );
    shop.api = shop.api_with(|config| config.introspection = false);
    for text in ["{ __schema { queryType { name } } }", r#"{ __type(name: "Product") { name } }"#] {
        let reply = shop.query(text).await;
        let told =
            reply.json["data"].as_object().is_some_and(|data| data.values().any(|value| !value.is_null()));
        assert!(!told, "{text}: {}", reply.json);
    }
    assert_eq!(shop.query("{ __typename shop { __typename } }").await.text("/shop/__typename"), "Shop");
}

async fn nothing_internal_is_told(shop: TestShop) {
    shop.sql("ALTER TABLE review RENAME TO review_gone").await;

    let reply = shop
        .query(r#"{ product(handle: "cafe-mug") { title reviews { nodes { id } } } shop { name } }"#)
        .await;

    assert_eq!(reply.code(), "INTERNAL");
    let told = reply.json.to_string().to_lowercase();
    for word in ["select", "sql", "review_gone", "relation", "table", "/work", ".rs"] {
        assert!(!told.contains(word), "{word}: {told}");
    }
}

async fn operations_are_chosen_by_name(shop: TestShop) {
    let text = r#"query A { shop { name } } query B { product(handle: "cafe-mug") { handle } }"#;
    assert_eq!(shop.query(text).operation("B").await.text("/product/handle"), "cafe-mug");
    assert_eq!(shop.query(text).operation("C").await.code(), "BAD_REQUEST");
    assert_eq!(shop.query(text).await.code(), "BAD_REQUEST", "which one is not said");
}

async fn a_slow_operation_is_cut_off(mut shop: TestShop) {
    let names: String = (0..60_000).map(|number| format!("('n{number}')")).collect::<Vec<_>>().join(",");
    shop.sql(&format!("CREATE TABLE slow (name text); INSERT INTO slow VALUES {names}")).await;
    // A listing that takes forever to read: each row counts pairs of rows of another table.
    shop.sql("ALTER TABLE review RENAME TO review_data").await;
    shop.sql("CREATE VIEW review AS SELECT d.* FROM review_data d WHERE (SELECT count(*) FROM slow a, slow b WHERE a.name < b.name || d.title) >= 0").await;
    shop.api = shop.api_with(|config| config.deadline = Duration::from_secs(3));
    let began = Instant::now();

    let reply = shop.query(r#"{ product(handle: "cafe-mug") { reviews { nodes { id } } } }"#).await;

    assert_eq!(reply.code(), "TIMEOUT");
    assert!(began.elapsed() < Duration::from_millis(4500), "{:?}", began.elapsed());
    assert_eq!(shop.query("{ shop { name } }").await.text("/shop/name"), "Vitrine", "others go on");
}
