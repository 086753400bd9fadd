//! Former handles lead to what they named.

use serde_json::Value;
use vitrine::services::Permission;

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_former_handle_leads_to_the_product, former_handles_of_categories_and_collections_lead_on,
        a_handle_in_use_wins_over_a_former_one, what_is_not_on_offer_takes_no_former_handle,
        former_handles_are_looked_for_only_where_something_is_missing;
}

async fn a_former_handle_leads_to_the_product(shop: TestShop) {
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'old-mug', id FROM product WHERE handle = 'cafe-mug'").await;
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'old-cape', id FROM product WHERE handle = 'velvet-evening-cape'").await;

    let reply = shop
        .query(r#"{ mug: product(handle: "old-mug") { handle } cape: product(handle: "old-cape") { handle } category(handle: "old-mug") { id } }"#)
        .await;

    assert_eq!(reply.text("/mug/handle"), "cafe-mug");
    assert!(reply.at("/cape").is_null(), "a draft is not on offer by its former handle either");
    assert!(reply.at("/category").is_null(), "a product's former handle names no category");
}

async fn former_handles_of_categories_and_collections_lead_on(shop: TestShop) {
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 1, 'old', id FROM category WHERE handle = 'bath'").await;
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 2, 'old', id FROM collection WHERE handle = 'slow-mornings'").await;

    let reply =
        shop.query(r#"{ category(handle: "old") { handle } collection(handle: "old") { handle } }"#).await;

    assert_eq!(reply.text("/category/handle"), "bath");
    assert_eq!(reply.text("/collection/handle"), "slow-mornings");
}

async fn a_handle_in_use_wins_over_a_former_one(shop: TestShop) {
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'tarn-teapot', id FROM product WHERE handle = 'cafe-mug'").await;

    let reply = shop.query(r#"{ product(handle: "tarn-teapot") { handle } }"#).await;

    assert_eq!(reply.text("/product/handle"), "tarn-teapot");
}

/// `velvet-evening-cape` is a draft: for shoppers it is not there.
async fn what_is_not_on_offer_takes_no_former_handle(shop: TestShop) {
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'velvet-evening-cape', id FROM product WHERE handle = 'cafe-mug'").await;
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'former-mug', id FROM product WHERE handle = 'cafe-mug'").await;

    let reply = shop.query(r#"{ product(handle: "velvet-evening-cape") { handle } }"#).await;
    assert_eq!(reply.text("/product/handle"), "cafe-mug");

    // A handle made of a title leaves former ones alone.
    let text = r#"mutation { productCreate(input: {title: "Former mug"}) { product { handle } userErrors { message } } }"#;
    let reply = shop.query(text).asked_by_staff(Permission::ALL).await;
    assert_eq!(reply.text("/productCreate/product/handle"), "former-mug-2");
}

async fn former_handles_are_looked_for_only_where_something_is_missing(shop: TestShop) {
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'old-mug', id FROM product WHERE handle = 'cafe-mug'").await;
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'old-pot', id FROM product WHERE handle = 'tarn-teapot'").await;
    for (handles, statements, found) in [
        (&["cafe-mug"][..], 1, &["cafe-mug"][..]),
        (&["cafe-mug", "tarn-teapot"], 1, &["cafe-mug", "tarn-teapot"]),
        (&["old-mug"], 2, &["cafe-mug"]),
        (
            &["old-mug", "tarn-teapot", "nothing", "old-pot"],
            2,
            &["cafe-mug", "tarn-teapot", "", "tarn-teapot"],
        ),
    ] {
        let field = |(index, handle)| format!("p{index}: product(handle: \"{handle}\") {{ handle }} ");
        let fields: String = handles.iter().enumerate().map(field).collect();
        let reply = shop.query(&format!("{{ {fields} }}")).await;
        let told = |index| {
            let handle = reply.data().pointer(&format!("/p{index}/handle"));
            handle.and_then(Value::as_str).unwrap_or_default()
        };
        assert_eq!((0..handles.len()).map(told).collect::<Vec<_>>(), found, "{handles:?}");
        assert_eq!(reply.statements(), statements, "{handles:?}");
    }
}
