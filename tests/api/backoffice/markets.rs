//! Markets and locations.

use serde_json::json;
use vitrine::services::search::backlog;

use super::{change, check_projections, location, made, market, unknown, variant, wrong};
use crate::harness::{TestShop, draft, on_each_engine};

on_each_engine! {
    sample: a_market_is_opened_changed_and_closed, what_a_market_cannot_be_is_told,
        locations_are_opened_changed_and_given_up;
    empty: languages_of_a_large_shop_are_shown_when_they_are_complete;
}

async fn a_market_is_opened_changed_and_closed(shop: TestShop) {
    let input = json!({ "handle": "fr", "name": "France", "currency": "EUR", "countries": ["FR", "MC"], "languages": ["fr", "en"], "taxInclusive": true });
    let reply = change(
        &shop,
        "marketCreate",
        input,
        "market { id handle currency countries languages taxInclusive }",
    )
    .await;
    let id = made(&reply)["market"]["id"].as_str().unwrap().to_owned();
    assert_eq!(reply.at("/it/market/languages"), &json!(["fr", "en"]));
    let here = shop.query("{ market { handle } products(first: 1) { totalCount } }").market("fr").await;
    assert_eq!((here.text("/market/handle"), here.number("/products/totalCount")), ("fr", 0));
    check_projections(&shop).await;

    let input = json!({ "id": id, "handle": "france", "currency": "CHF", "countries": ["FR"], "languages": ["en", "de", "fr"], "isDefault": true });
    let reply = change(&shop, "marketUpdate", input, "market { handle currency countries languages }").await;
    assert_eq!(
        made(&reply)["market"],
        json!({ "handle": "france", "currency": "CHF", "countries": ["FR"], "languages": ["en", "de", "fr"] })
    );
    assert_eq!(
        shop.query("{ market { handle } }").await.text("/market/handle"),
        "france",
        "it is the default now"
    );
    check_projections(&shop).await;

    made(&change(&shop, "marketUpdate", json!({ "id": id, "languages": ["de"] }), "").await);
    check_projections(&shop).await;
    assert_eq!(wrong(&change(&shop, "marketDelete", json!({ "id": id }), "").await), ["IN_USE id"]);
    let us = market(&shop, "us").await;
    made(&change(&shop, "marketUpdate", json!({ "id": us, "isDefault": true }), "").await);
    made(&change(&shop, "marketDelete", json!({ "id": id }), "deletedId").await);
    let gone = shop.query("{ shop { name } }").market("france").await;
    assert_eq!(gone.code(), "BAD_REQUEST");
    check_projections(&shop).await;
    assert_eq!(shop.number("SELECT count(*) FROM market").await, 2, "its rows are gone, too");
    let de = market(&shop, "de").await;
    made(&change(&shop, "marketDelete", json!({ "id": de }), "deletedId").await);
    check_projections(&shop).await;
    assert_eq!(shop.number("SELECT count(*) FROM market").await, 1);
    assert_eq!(shop.number("SELECT count(DISTINCT market_id) FROM price").await, 1);
}

async fn what_a_market_cannot_be_is_told(shop: TestShop) {
    let good = json!({ "handle": "fr", "name": "France", "currency": "EUR", "languages": ["fr"] });
    let tags: Vec<_> = (0..21).map(|number| format!("fr-{number}")).collect();
    for (field, value, expected) in [
        ("handle", json!("de"), "TAKEN handle"),
        ("handle", json!("D E"), "INVALID handle"),
        ("name", json!(""), "INVALID name"),
        ("currency", json!("EURO"), "INVALID currency"),
        ("currency", json!("XYZ"), "INVALID currency"),
        ("countries", json!(["DE"]), "TAKEN countries.0"),
        ("countries", json!(["FR", "FR"]), "INVALID countries.1"),
        ("countries", json!(["France"]), "INVALID countries.0"),
        ("languages", json!([]), "INVALID languages"),
        ("languages", json!(tags), "INVALID languages"),
        ("languages", json!(["fr", "fr"]), "INVALID languages.1"),
        ("languages", json!(["french"]), "INVALID languages.0"),
    ] {
        let mut input = good.clone();
        input[field] = value;
        assert_eq!(wrong(&change(&shop, "marketCreate", input.clone(), "").await), [expected], "{input}");
    }
    let (us, de) = (market(&shop, "us").await, market(&shop, "de").await);
    for (input, expected) in [
        (json!({ "id": us, "currency": "EUR" }), "IN_USE currency"),
        (json!({ "id": us, "isDefault": false }), "INVALID isDefault"),
        (json!({ "id": us, "countries": ["US", "AT"] }), "TAKEN countries.1"),
        (json!({ "id": us, "handle": "de" }), "TAKEN handle"),
        (json!({ "id": unknown("mkt"), "name": "x" }), "NOT_FOUND id"),
        (json!({ "id": unknown("loc"), "name": "x" }), "NOT_FOUND id"),
    ] {
        assert_eq!(wrong(&change(&shop, "marketUpdate", input, "").await), [expected]);
    }
    assert_eq!(wrong(&change(&shop, "marketDelete", json!({ "id": us }), "").await), ["IN_USE id"]);
    let (one, other) = tokio::join!(
        change(&shop, "marketUpdate", json!({ "id": us, "countries": ["US", "CA"] }), ""),
        change(&shop, "marketUpdate", json!({ "id": de, "countries": ["DE", "CA"] }), ""),
    );
    assert_eq!(
        [wrong(&one), wrong(&other)].concat(),
        ["TAKEN countries.1"],
        "a country belongs to one market"
    );
}

async fn locations_are_opened_changed_and_given_up(shop: TestShop) {
    let input = json!({ "handle": "lyon", "name": "Lyon", "country": "FR", "position": 0 });
    let reply = change(&shop, "locationCreate", input, "location { id handle }").await;
    let id = made(&reply)["location"]["id"].as_str().unwrap().to_owned();
    assert_eq!(location(&shop), id, "it is the first");
    let input = json!({ "id": id, "name": "Lyon warehouse", "country": null, "position": 9 });
    let reply = change(&shop, "locationUpdate", input, "location { handle name country }").await;
    assert_eq!(
        made(&reply)["location"],
        json!({ "handle": "lyon", "name": "Lyon warehouse", "country": null })
    );

    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let adjust = |delta: i32, key: &str| {
        let adjustments = json!([{ "variantId": lamp, "locationId": id, "delta": delta }]);
        change(
            &shop,
            "stockAdjust",
            json!({ "adjustments": adjustments, "reason": "RECEIVED", "idempotencyKey": key }),
            "levels { quantity }",
        )
    };
    made(&adjust(3, "in").await);
    assert_eq!(wrong(&change(&shop, "locationDelete", json!({ "id": id }), "").await), ["IN_USE id"]);
    made(&adjust(-3, "out").await);
    made(&change(&shop, "locationDelete", json!({ "id": id }), "deletedId").await);
    assert_eq!(wrong(&adjust(1, "again").await), ["NOT_FOUND adjustments.0.locationId"]);
    assert_eq!(wrong(&change(&shop, "locationDelete", json!({ "id": id }), "").await), ["NOT_FOUND id"]);
    assert_eq!(
        shop.number("SELECT count(*) FROM stock_movement WHERE reason = 2").await,
        2,
        "the ledger keeps them"
    );
    for (field, value, expected) in [
        ("handle", json!("berlin"), "TAKEN handle"),
        ("name", json!("a\nb"), "INVALID name"),
        ("country", json!("de"), "INVALID country"),
        ("position", json!(-1), "INVALID position"),
    ] {
        let mut input = json!({ "handle": "lyon", "name": "Lyon" });
        input[field] = value;
        assert_eq!(wrong(&change(&shop, "locationCreate", input, "").await), [expected]);
    }
    made(&change(&shop, "locationCreate", json!({ "handle": "lyon", "name": "Lyon" }), "").await);
}

async fn languages_of_a_large_shop_are_shown_when_they_are_complete(shop: TestShop) {
    let drafts: Vec<_> =
        (0..300).map(|number| draft(&format!("p{number}"), &format!("Pot {number}"), 1000)).collect();
    for some in drafts.chunks(100) {
        shop.save(some).await;
    }
    let handle = shop.app.markets().markets[0].handle.clone();
    let id = market(&shop, &handle).await;
    let languages = "{ market { languages } products(first: 1) { totalCount } }";
    let before = shop.query(languages).await.list("/market/languages").clone();

    let input = json!({ "id": id, "languages": ["fr", "en"] });
    made(&change(&shop, "marketUpdate", input.clone(), "market { languages }").await);

    let meanwhile = shop.query(languages).language("fr").await;
    assert_eq!(meanwhile.list("/market/languages"), &before, "nobody is answered from lists that still fill");
    assert_eq!(meanwhile.number("/products/totalCount"), 300);
    assert_eq!(backlog::catch_up(&shop.app).await.unwrap(), 300);
    let after = shop.query(languages).language("fr").await;
    assert_eq!(after.at("/market/languages"), &json!(["fr", "en"]));
    assert_eq!(after.number("/products/totalCount"), 300);

    made(&change(&shop, "marketUpdate", json!({ "id": id, "languages": ["en"] }), "").await);
    assert_eq!(
        shop.query(languages).language("fr").await.at("/market/languages"),
        &json!(["en"]),
        "hidden at once"
    );
    made(&change(&shop, "marketUpdate", input, "").await);
    check_projections(&shop).await;
    assert_eq!(shop.query(languages).language("fr").await.number("/products/totalCount"), 300);
}
