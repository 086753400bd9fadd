//! Prices in several markets.

use serde_json::{Value, json};
use vitrine::services::Permission;

use super::{change, check_projections, made, market, unknown, variant, wrong};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: prices_are_set_and_deleted, what_a_price_cannot_be_is_told, prices_of_all_markets_are_for_some;
}

const PRICES: &str =
    "variants { prices { market { handle } price { amount currency } compareAtPrice { amount } } }";

async fn prices_are_set_and_deleted(shop: TestShop) {
    let (us, de) = (market(&shop, "us").await, market(&shop, "de").await);
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let input = json!({ "prices": [
        { "variantId": lamp, "marketId": us, "amount": "129.5", "compareAtAmount": "150.00" },
        { "variantId": lamp, "marketId": de, "amount": "0.10", "compareAtAmount": null },
    ] });
    let reply = change(&shop, "pricesSet", input, PRICES).await;
    let prices = &made(&reply)["variants"][0]["prices"];
    assert_eq!(
        prices[0],
        json!({ "market": { "handle": "us" }, "price": { "amount": "129.50", "currency": "USD" }, "compareAtPrice": { "amount": "150.00" } })
    );
    assert_eq!(
        prices[1],
        json!({ "market": { "handle": "de" }, "price": { "amount": "0.10", "currency": "EUR" }, "compareAtPrice": null })
    );
    let list = "{ product(handle: \"jorn-desk-lamp\") { priceRange { min { amount } } } }";
    assert_eq!(shop.query(list).market("de").await.text("/product/priceRange/min/amount"), "0.10");
    check_projections(&shop).await;

    let input = json!({ "prices": [{ "variantId": lamp, "marketId": us, "amount": "149.99" }] });
    made(&change(&shop, "pricesSet", input, "").await);
    let input = json!({ "prices": [{ "variantId": lamp, "marketId": us, "amount": "150" }] });
    let refused = change(&shop, "pricesSet", input, "").await;
    assert_eq!(
        wrong(&refused),
        ["INVALID prices.0.compareAtAmount"],
        "the price before a reduction stays, and has to be above"
    );

    let input = json!({ "prices": [{ "variantId": lamp, "marketId": de }] });
    let reply = change(&shop, "pricesDelete", input, PRICES).await;
    assert_eq!(made(&reply)["variants"][0]["prices"].as_array().unwrap().len(), 1);
    check_projections(&shop).await;
}

async fn what_a_price_cannot_be_is_told(shop: TestShop) {
    let us = market(&shop, "us").await;
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let before = shop.rows("SELECT CAST(sum(amount) AS text) FROM price").await;
    let price = |amount: &str| json!({ "variantId": lamp, "marketId": us, "amount": amount });
    let with = |field: &str, value: Value| {
        let mut price = price("1");
        price[field] = value;
        json!([price])
    };
    let other = variant(&shop, "lantern-lamp").await;
    let good_and_bad = json!([{ "variantId": other, "marketId": us, "amount": "1" }, price("-1")]);
    let many: Vec<_> = (0..251).map(|_| price("1")).collect();
    for (prices, expected) in [
        (json!([]), "INVALID prices"),
        (json!(many), "INVALID prices"),
        (json!([price("-1")]), "INVALID prices.0.amount"),
        (json!([price("1.234")]), "INVALID prices.0.amount"),
        (json!([price("1e3")]), "INVALID prices.0.amount"),
        (json!([price("99999999999999999999")]), "INVALID prices.0.amount"),
        (json!([price("9999999999999999")]), "INVALID prices.0.amount"),
        (with("compareAtAmount", json!("1")), "INVALID prices.0.compareAtAmount"),
        (with("compareAtAmount", json!("0.5")), "INVALID prices.0.compareAtAmount"),
        (with("compareAtAmount", json!("1.001")), "INVALID prices.0.compareAtAmount"),
        (with("variantId", json!(unknown("var"))), "NOT_FOUND prices.0.variantId"),
        (with("variantId", json!(us)), "NOT_FOUND prices.0.variantId"),
        (with("marketId", json!(unknown("mkt"))), "NOT_FOUND prices.0.marketId"),
        (with("marketId", json!("")), "NOT_FOUND prices.0.marketId"),
        (json!([price("1"), price("2")]), "INVALID prices.1"),
        (good_and_bad, "INVALID prices.1.amount"),
    ] {
        let reply = change(&shop, "pricesSet", json!({ "prices": prices }), "").await;
        assert_eq!(wrong(&reply), [expected]);
    }
    let reply = change(&shop, "pricesDelete", json!({ "prices": [] }), "").await;
    assert_eq!(wrong(&reply), ["INVALID prices"]);
    assert_eq!(shop.rows("SELECT CAST(sum(amount) AS text) FROM price").await, before, "all or nothing");
}

async fn prices_of_all_markets_are_for_some(shop: TestShop) {
    let text = "{ product(handle: \"jorn-desk-lamp\") { variants(first: 1) { nodes { prices { price { amount } } } } } }";
    assert!(shop.query(text).await.is_refused);
    assert!(shop.query(text).asked_by_staff(&[Permission::PricesWrite]).await.is_refused);
    let reply = shop.query(text).asked_by_staff(&[Permission::PricesRead]).await;
    assert_eq!(reply.list("/product/variants/nodes/0/prices").len(), 2);
}
