//! Collections and the order of their products.

use serde_json::json;

use super::{change, check_projections, id, made, product, unknown, wrong};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: collections_are_created_changed_and_deleted, products_join_leave_and_move,
        what_a_collection_cannot_be_is_told, a_version_that_is_gone_is_a_conflict;
}

async fn collection(shop: &TestShop, handle: &str) -> String {
    id(shop, &format!("collection(handle: \"{handle}\")")).await
}

async fn members(shop: &TestShop, handle: &str) -> Vec<String> {
    let text =
        format!("{{ collection(handle: \"{handle}\") {{ products(first: 50) {{ nodes {{ id }} }} }} }}");
    shop.query(&text).await.texts("/collection/products/nodes", "/id")
}

async fn collections_are_created_changed_and_deleted(shop: TestShop) {
    let input = json!({ "title": "Winter", "descriptionHtml": "<p onclick='x()'>Warm</p><script>alert(1)</script>", "position": 0 });
    let reply = change(
        &shop,
        "collectionCreate",
        input,
        "collection { id handle descriptionHtml description version }",
    )
    .await;
    let id = made(&reply)["collection"]["id"].as_str().unwrap().to_owned();
    assert_eq!(reply.text("/it/collection/descriptionHtml"), "<p>Warm</p>");
    assert_eq!(reply.text("/it/collection/description"), "Warm");
    assert_eq!(
        shop.query("{ collections(first: 1) { nodes { handle } } }").await.handles("/collections"),
        ["winter"]
    );

    let lamp = product(&shop, "jorn-desk-lamp").await;
    made(&change(&shop, "collectionAddProducts", json!({ "id": id, "productIds": [lamp] }), "").await);
    let input = json!({ "id": id, "handle": "cold-days", "title": "Cold days", "seoTitle": "Cold" });
    let reply =
        change(&shop, "collectionUpdate", input, "collection { handle version seo { title } productCount }")
            .await;
    assert_eq!(
        made(&reply)["collection"],
        json!({ "handle": "cold-days", "version": 3, "seo": { "title": "Cold" }, "productCount": 1 })
    );
    assert_eq!(
        shop.query("{ collection(handle: \"winter\") { handle } }").await.text("/collection/handle"),
        "cold-days"
    );
    let filtered = shop
        .query("{ products(first: 5, filter: { collections: \"cold-days\" }) { nodes { handle } } }")
        .await;
    assert_eq!(filtered.handles("/products"), ["jorn-desk-lamp"]);
    check_projections(&shop).await;

    let german = json!({ "id": id, "language": "de", "title": "Kalte Tage", "descriptionHtml": "<b>Warm</b><iframe></iframe>",
        "seoTitle": "Kalt", "seoDescription": "Für kalte Tage" });
    made(&change(&shop, "collectionTranslationSet", german, "").await);
    let read = shop
        .query("{ collection(handle: \"cold-days\") { title descriptionHtml seo { title description } } }")
        .market("de")
        .language("de")
        .await;
    assert_eq!(
        (read.text("/collection/title"), read.text("/collection/descriptionHtml")),
        ("Kalte Tage", "<b>Warm</b>")
    );
    assert_eq!(read.at("/collection/seo"), &json!({ "title": "Kalt", "description": "Für kalte Tage" }));

    made(&change(&shop, "collectionDelete", json!({ "id": id }), "deletedId").await);
    for handle in ["winter", "cold-days"] {
        assert!(
            shop.query(&format!("{{ collection(handle: \"{handle}\") {{ id }} }}"))
                .await
                .at("/collection")
                .is_null()
        );
    }
    check_projections(&shop).await;
}

async fn products_join_leave_and_move(shop: TestShop) {
    let id = collection(&shop, "slow-mornings").await;
    let before = members(&shop, "slow-mornings").await;
    let lamp = product(&shop, "jorn-desk-lamp").await;
    assert!(before.len() > 3 && !before.contains(&lamp));

    made(
        &change(
            &shop,
            "collectionAddProducts",
            json!({ "id": id, "productIds": [lamp, before[0]], "position": 1 }),
            "",
        )
        .await,
    );
    let now = members(&shop, "slow-mornings").await;
    assert_eq!(
        (&now[0], &now[1], &now[2]),
        (&before[0], &lamp, &before[1]),
        "one that is there already stays"
    );

    let moves = json!([{ "productId": before[0], "position": 99 }, { "productId": lamp, "position": 0 }]);
    made(&change(&shop, "collectionReorderProducts", json!({ "id": id, "moves": moves }), "").await);
    let now = members(&shop, "slow-mornings").await;
    assert_eq!((now.first(), now.last()), (Some(&lamp), Some(&before[0])));

    made(
        &change(&shop, "collectionRemoveProducts", json!({ "id": id, "productIds": [lamp, lamp] }), "").await,
    );
    assert!(!members(&shop, "slow-mornings").await.contains(&lamp));
    check_projections(&shop).await;

    let (one, other) = tokio::join!(
        change(&shop, "collectionAddProducts", json!({ "id": id, "productIds": [lamp] }), ""),
        change(&shop, "collectionRemoveProducts", json!({ "id": id, "productIds": [before[1]] }), ""),
    );
    made(&one);
    made(&other);
    let now = members(&shop, "slow-mornings").await;
    assert!(now.contains(&lamp) && !now.contains(&before[1]), "neither change was lost");
    check_projections(&shop).await;
}

async fn what_a_collection_cannot_be_is_told(shop: TestShop) {
    let id = collection(&shop, "slow-mornings").await;
    let lamp = product(&shop, "jorn-desk-lamp").await;
    for (input, expected) in [
        (json!({ "title": "" }), "INVALID title"),
        (json!({ "title": "x".repeat(256) }), "INVALID title"),
        (json!({ "title": "a", "handle": "slow-mornings" }), "TAKEN handle"),
        (json!({ "title": "a", "handle": "../x" }), "INVALID handle"),
        (json!({ "title": "a", "descriptionHtml": "x".repeat(65_537) }), "INVALID descriptionHtml"),
        (json!({ "title": "a", "seoDescription": "x".repeat(501) }), "INVALID seoDescription"),
        (json!({ "title": "a", "position": -5 }), "INVALID position"),
    ] {
        assert_eq!(wrong(&change(&shop, "collectionCreate", input, "").await), [expected]);
    }
    let many: Vec<_> = (0..251).map(|_| unknown("prd")).collect();
    for (ids, expected) in [
        (json!([]), "INVALID productIds"),
        (json!(many), "INVALID productIds"),
        (json!([lamp, unknown("prd")]), "NOT_FOUND productIds.1"),
        (json!([lamp, unknown("var")]), "NOT_FOUND productIds.1"),
    ] {
        let input = json!({ "id": id, "productIds": ids });
        assert_eq!(wrong(&change(&shop, "collectionAddProducts", input, "").await), [expected]);
    }
    for (moves, expected) in [
        (json!([]), "INVALID moves"),
        (json!([{ "productId": lamp, "position": 0 }]), "NOT_FOUND moves.0.productId"),
        (json!([{ "productId": lamp, "position": -1 }]), "INVALID moves.0.position"),
        (json!([{ "productId": id, "position": 0 }]), "NOT_FOUND moves.0.productId"),
    ] {
        let input = json!({ "id": id, "moves": moves });
        assert_eq!(wrong(&change(&shop, "collectionReorderProducts", input, "").await), [expected]);
    }
    for (field, input) in [
        ("collectionUpdate", json!({ "title": "x" })),
        ("collectionDelete", json!({})),
        ("collectionAddProducts", json!({ "productIds": [lamp] })),
        ("collectionRemoveProducts", json!({ "productIds": [lamp] })),
        ("collectionReorderProducts", json!({ "moves": [{ "productId": lamp, "position": 0 }] })),
        ("collectionTranslationSet", json!({ "language": "de", "title": "x" })),
    ] {
        for stranger in [unknown("col"), lamp.clone(), String::new()] {
            let mut input = input.clone();
            input["id"] = json!(stranger);
            assert_eq!(wrong(&change(&shop, field, input, "").await), ["NOT_FOUND id"], "{field}");
        }
    }
}

async fn a_version_that_is_gone_is_a_conflict(shop: TestShop) {
    let id = collection(&shop, "slow-mornings").await;
    let lamp = product(&shop, "jorn-desk-lamp").await;
    made(&change(&shop, "collectionUpdate", json!({ "id": id, "version": 1, "title": "First" }), "").await);
    for (field, mut input) in [
        ("collectionUpdate", json!({ "title": "x" })),
        ("collectionDelete", json!({})),
        ("collectionAddProducts", json!({ "productIds": [lamp] })),
        ("collectionRemoveProducts", json!({ "productIds": [lamp] })),
    ] {
        input["id"] = json!(id);
        input["version"] = json!(1);
        let reply = change(&shop, field, input, "collection { title version }").await;
        assert_eq!(wrong(&reply), ["CONFLICT version"], "{field}");
        assert_eq!(reply.at("/it/collection"), &json!({ "title": "First", "version": 2 }));
    }
}
