//! Setting and adjusting stock.

use futures_util::future::join_all;
use serde_json::{Value, json};
use vitrine::services::Permission;

use super::{change, check_projections, location, made, shown, unknown, variant, wrong};
use crate::harness::{Ask, TestShop, on_each_engine};

on_each_engine! {
    sample: a_count_is_set_where_nothing_changed, many_adjustments_at_once_add_up, one_of_two_counts_wins,
        a_key_makes_a_change_once, no_more_goes_than_there_is, what_stock_cannot_be_is_told, the_ledger_is_read,
        an_empty_shelf_is_seen_in_lists;
}

const SUMS: &str = "SELECT count(*) FROM stock_level s WHERE s.available <> \
    (SELECT coalesce(sum(m.delta), 0) FROM stock_movement m WHERE m.variant_id = s.variant_id AND m.location_id = s.location_id)";

fn set(shop: &TestShop, key: &str, variant: &str, quantity: i64, expected: Option<i64>) -> Ask {
    let counts = json!([{ "variantId": variant, "locationId": location(shop), "quantity": quantity, "expectedQuantity": expected }]);
    change(
        shop,
        "stockSet",
        json!({ "counts": counts, "idempotencyKey": key }),
        "levels { quantity variant { id } location { handle } }",
    )
}

fn adjust(shop: &TestShop, key: &str, variant: &str, delta: i64) -> Ask {
    let adjustments = json!([{ "variantId": variant, "locationId": location(shop), "delta": delta }]);
    let input = json!({ "adjustments": adjustments, "reason": "RECEIVED", "note": "Delivery", "idempotencyKey": key });
    change(shop, "stockAdjust", input, "levels { quantity }")
}

async fn quantity(shop: &TestShop, variant: &str) -> i64 {
    let text = format!(
        "{{ node(id: \"{variant}\") {{ ... on Variant {{ stockQuantities {{ quantity location {{ id }} }} }} }} }}"
    );
    let reply = shop.query(&text).asked_by_staff(&[Permission::StockWrite]).await;
    let here = location(shop);
    let levels = reply.list("/node/stockQuantities");
    levels
        .iter()
        .find(|level| level["location"]["id"] == here.as_str())
        .map_or(0, |level| level["quantity"].as_i64().unwrap())
}

async fn a_count_is_set_where_nothing_changed(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let before = quantity(&shop, &lamp).await;
    let reply = set(&shop, "a", &lamp, 7_000, Some(before)).await;
    assert_eq!(
        made(&reply)["levels"],
        json!([{ "quantity": 7_000, "variant": { "id": lamp }, "location": { "handle": "portland" } }])
    );
    let late = set(&shop, "b", &lamp, 3, Some(before)).await;
    assert_eq!(wrong(&late), ["CONFLICT counts.0.expectedQuantity"]);
    assert_eq!(late.number("/it/levels/0/quantity"), 7_000, "the level as it is now");
    made(&set(&shop, "c", &lamp, 3, None).await);
    assert_eq!(quantity(&shop, &lamp).await, 3);
    assert_eq!(shop.number(SUMS).await, 0);
    check_projections(&shop).await;
}

async fn many_adjustments_at_once_add_up(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let before = quantity(&shop, &lamp).await;
    let asks = (0..50).map(|number| {
        let (shop, lamp) = (&shop, &lamp);
        async move {
            // Who waited too long for the writer tries again with the same key.
            loop {
                let reply = adjust(shop, &format!("key-{number}"), lamp, number - 20).await;
                if reply.json.get("errors").is_none() {
                    return wrong(&reply).len();
                }
                assert_eq!(reply.code(), "UNAVAILABLE");
            }
        }
    });
    let refused: usize = join_all(asks).await.into_iter().sum();
    // One adjustment is of nothing, and perhaps some came when there was too little.
    assert!(refused >= 1);
    assert_eq!(shop.number(SUMS).await, 0);
    let moved = shop
        .number("SELECT CAST(coalesce(sum(delta), 0) AS bigint) FROM stock_movement WHERE reason = 2")
        .await;
    assert_eq!(quantity(&shop, &lamp).await, before + moved);
    let count = shop.number("SELECT count(*) FROM stock_movement WHERE reason = 2").await;
    assert_eq!(usize::try_from(count).unwrap(), 50 - refused);
}

async fn one_of_two_counts_wins(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    for round in 0..5 {
        let before = quantity(&shop, &lamp).await;
        let keys: Vec<String> = (0..4).map(|number| format!("{round}-{number}")).collect();
        let asks = keys
            .iter()
            .zip(1..)
            .map(|(key, number)| set(&shop, key, &lamp, before + number, Some(before)).into_future());
        let replies = join_all(asks).await;
        let winners = replies.iter().filter(|reply| wrong(reply).is_empty()).count();
        assert_eq!(winners, 1);
        assert_eq!(shop.number(SUMS).await, 0);
    }
}

async fn a_key_makes_a_change_once(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let before = quantity(&shop, &lamp).await;
    // The same member of staff sends them all: keys of others are others.
    let input = json!({ "adjustments": [{ "variantId": lamp, "locationId": location(&shop), "delta": 5 }], "reason": "RECEIVED", "idempotencyKey": "once" });
    let viewer = vitrine::services::Viewer::Operator;
    let ask =
        || change(&shop, "stockAdjust", input.clone(), "levels { quantity }").asked_by(viewer).into_future();
    let replies = join_all((0..8).map(|_| ask())).await;
    for reply in &replies {
        assert_eq!(made(reply)["levels"][0]["quantity"], json!(before + 5), "all are told the same");
    }
    assert_eq!(quantity(&shop, &lamp).await, before + 5);
    assert_eq!(made(&ask().await)["levels"][0]["quantity"], json!(before + 5), "later, too");

    let mut other = input.clone();
    other["adjustments"][0]["delta"] = json!(6);
    let reply = change(&shop, "stockAdjust", other, "").asked_by(viewer).await;
    assert_eq!(wrong(&reply), ["INVALID idempotencyKey"]);
    let counts = json!({ "counts": [{ "variantId": lamp, "locationId": location(&shop), "quantity": 1 }], "idempotencyKey": "once" });
    assert_eq!(
        wrong(&change(&shop, "stockSet", counts.clone(), "").asked_by(viewer).await),
        ["INVALID idempotencyKey"]
    );
    made(&change(&shop, "stockSet", counts, "").await);

    let too_much = adjust(&shop, "failed", &lamp, -1_000).asked_by(viewer).await;
    assert_eq!(wrong(&too_much), ["CONFLICT adjustments.0.delta"]);
    made(&adjust(&shop, "failed", &lamp, 10).asked_by(viewer).await);
}

async fn no_more_goes_than_there_is(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    made(&set(&shop, "a", &lamp, 5, None).await);
    let reply = adjust(&shop, "b", &lamp, -6).await;
    assert_eq!(wrong(&reply), ["CONFLICT adjustments.0.delta"]);
    assert_eq!(reply.text("/it/userErrors/0/message"), "there are 5");
    assert_eq!(reply.number("/it/levels/0/quantity"), 5);
    made(&adjust(&shop, "c", &lamp, -5).await);
    assert_eq!(wrong(&adjust(&shop, "d", &lamp, -1).await), ["CONFLICT adjustments.0.delta"]);
    let empty = shown("loc", shop.app.markets().locations[1].id.0);
    shop.sql("DELETE FROM stock_movement").await;
    shop.sql("DELETE FROM stock_level").await;
    let gone = json!({ "adjustments": [{ "variantId": lamp, "locationId": empty, "delta": -1 }], "reason": "LOST", "idempotencyKey": "e" });
    assert_eq!(wrong(&change(&shop, "stockAdjust", gone, "").await), ["CONFLICT adjustments.0.delta"]);
    assert_eq!(shop.number("SELECT count(*) FROM stock_level").await, 0, "nothing is left of it");
    // A debt may be paid off in parts.
    made(&adjust(&shop, "f", &lamp, 1).await);
    shop.sql("UPDATE stock_level SET available = -5").await;
    let paid = adjust(&shop, "g", &lamp, 2).await;
    assert_eq!(made(&paid)["levels"][0]["quantity"], json!(-3));
}

async fn what_stock_cannot_be_is_told(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let here = location(&shop);
    let count = |field: &str, value: Value| {
        let mut count = json!({ "variantId": lamp, "locationId": here, "quantity": 1 });
        count[field] = value;
        json!([count])
    };
    let one = count("quantity", json!(1));
    let twice = json!([one[0], one[0]]);
    let many: Vec<_> = (0..251).map(|_| one[0].clone()).collect();
    for (counts, expected) in [
        (json!([]), "INVALID counts"),
        (json!(many), "INVALID counts"),
        (twice, "INVALID counts.1"),
        (count("quantity", json!(-1)), "INVALID counts.0.quantity"),
        (count("quantity", json!(1_000_000_001)), "INVALID counts.0.quantity"),
        (count("variantId", json!(unknown("var"))), "NOT_FOUND counts.0.variantId"),
        (count("variantId", json!(here)), "NOT_FOUND counts.0.variantId"),
        (count("locationId", json!(unknown("loc"))), "NOT_FOUND counts.0.locationId"),
        (count("locationId", json!("")), "NOT_FOUND counts.0.locationId"),
    ] {
        let reply = change(&shop, "stockSet", json!({ "counts": counts, "idempotencyKey": "k" }), "").await;
        assert_eq!(wrong(&reply), [expected]);
    }
    for (delta, expected) in
        [(0, "INVALID adjustments.0.delta"), (1_000_000_001, "INVALID adjustments.0.delta")]
    {
        assert_eq!(wrong(&adjust(&shop, "k", &lamp, delta).await), [expected]);
    }
    for key in ["", " ", "a b", "ä", &"x".repeat(256)] {
        assert_eq!(wrong(&set(&shop, key, &lamp, 1, None).await), ["INVALID idempotencyKey"], "{key:?}");
    }
    for note in ["\u{0}".to_owned(), "x".repeat(501)] {
        let input = json!({ "counts": count("quantity", json!(1)), "note": note, "idempotencyKey": "k" });
        assert_eq!(wrong(&change(&shop, "stockSet", input, "").await), ["INVALID note"]);
    }
    assert_eq!(
        shop.number("SELECT count(*) FROM idempotency_key").await,
        0,
        "what failed may be tried again"
    );
}

async fn the_ledger_is_read(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    made(&adjust(&shop, "a", &lamp, 4).await);
    made(&adjust(&shop, "b", &lamp, -3).await);
    let text = format!(
        "{{ stockMovements(variantId: \"{lamp}\", locationId: \"{}\", first: 2) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ delta reason note createdAt location {{ handle }} }} }} }}",
        location(&shop)
    );
    assert!(shop.query(&text).await.is_refused);
    assert!(shop.query(&text).asked_by_staff(&[Permission::PricesRead]).await.is_refused);
    let reply = shop.query(&text).asked_by_staff(&[Permission::StockWrite]).await;
    assert_eq!(reply.number("/stockMovements/totalCount"), 3);
    assert_eq!(reply.number("/stockMovements/nodes/0/delta"), -3);
    assert_eq!(reply.text("/stockMovements/nodes/1/note"), "Delivery");
    assert_eq!(reply.text("/stockMovements/nodes/1/reason"), "RECEIVED");
    let cursor = reply.text("/stockMovements/pageInfo/endCursor");
    let rest = text.replace("first: 2", &format!("first: 2, after: \"{cursor}\""));
    let rest = shop.query(&rest).asked_by_staff(&[Permission::StockWrite]).await;
    assert_eq!(rest.texts("/stockMovements/nodes", "/reason"), ["IMPORT"]);
    for stranger in [unknown("var"), unknown("loc"), String::new()] {
        let text = format!("{{ stockMovements(variantId: \"{stranger}\") {{ nodes {{ id }} }} }}");
        let reply = shop.query(&text).asked_by_staff(&[Permission::StockWrite]).await;
        let nodes = reply.data().pointer("/stockMovements/nodes").and_then(Value::as_array);
        assert!(nodes.is_none_or(Vec::is_empty), "{stranger}");
    }
}

async fn an_empty_shelf_is_seen_in_lists(shop: TestShop) {
    let available =
        "{ product(handle: \"jorn-desk-lamp\") { availableForSale variants(first: 50) { nodes { id } } } }";
    let reply = shop.query(available).await;
    assert_eq!(reply.at("/product/availableForSale"), true);
    let locations = shop.app.markets().locations.clone();
    let counts: Vec<_> = reply
        .texts("/product/variants/nodes", "/id")
        .into_iter()
        .flat_map(|variant| {
            locations.iter().map(
                move |at| json!({ "variantId": variant, "locationId": shown("loc", at.id.0), "quantity": 0 }),
            )
        })
        .collect();
    let reply = change(
        &shop,
        "stockSet",
        json!({ "counts": counts, "reason": "DAMAGED", "idempotencyKey": "fire" }),
        "",
    )
    .await;
    made(&reply);
    assert_eq!(shop.query(available).await.at("/product/availableForSale"), false);
    check_projections(&shop).await;
}
