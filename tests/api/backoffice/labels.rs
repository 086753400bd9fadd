//! Tags, vendors and product types.

use serde_json::json;

use super::{change, check_projections, made, wrong};
use crate::harness::{TestShop, draft, on_each_engine};

on_each_engine! {
    empty: names_change_on_all_products, names_become_one, names_are_taken_off;
}

async fn fill(shop: &TestShop) {
    let drafts = ["one", "two", "three"].into_iter().enumerate().map(|(number, handle)| {
        let mut draft = draft(handle, handle, 1000);
        draft.tags =
            Some(vec!["wood".to_owned(), if number == 0 { "oak".to_owned() } else { "ash".to_owned() }]);
        draft.vendor = Some(if number == 0 { "Alder" } else { "Birch" }.to_owned());
        draft.product_type = Some("Lamp".to_owned());
        draft
    });
    shop.save(&drafts.collect::<Vec<_>>()).await;
}

async fn names_change_on_all_products(shop: TestShop) {
    fill(&shop).await;
    let renames = [
        (
            "tagRename",
            "wood",
            "Timber",
            "{ it: products(first: 9, filter: { tags: \"Timber\" }) { totalCount } }",
            3,
        ),
        (
            "vendorRename",
            "Birch",
            "Beech",
            "{ it: products(first: 9, filter: { vendors: \"Beech\" }) { totalCount } }",
            2,
        ),
        (
            "productTypeRename",
            "Lamp",
            "Light",
            "{ it: products(first: 9, filter: { productTypes: \"Light\" }) { totalCount } }",
            3,
        ),
    ];
    for (field, name, new, list, count) in renames {
        let reply = change(&shop, field, json!({ "name": name, "newName": new }), "name productCount").await;
        assert_eq!(made(&reply)["productCount"], json!(count), "{field}");
        assert_eq!(shop.query(list).await.number("/it/totalCount"), count);
        let again = change(&shop, field, json!({ "name": name, "newName": new }), "name").await;
        assert_eq!(wrong(&again), ["NOT_FOUND name"]);
    }
    let found = shop
        .query("{ search(query: \"timber\", first: 9) { nodes { handle vendor productType tags } } }")
        .await;
    assert_eq!(found.list("/search/nodes").len(), 3, "{:#}", found.json);
    check_projections(&shop).await;
    for (new, expected) in [("", "INVALID newName"), ("a\u{0}", "INVALID newName"), ("oak", "TAKEN newName")]
    {
        let reply = change(&shop, "tagRename", json!({ "name": "ash", "newName": new }), "").await;
        assert_eq!(wrong(&reply), [expected]);
    }
    for name in ["", "nothing", "a\u{0}", &"x".repeat(100_000)] {
        let reply = change(&shop, "tagRename", json!({ "name": name, "newName": "x" }), "").await;
        assert_eq!(wrong(&reply), ["NOT_FOUND name"]);
    }
}

async fn names_become_one(shop: TestShop) {
    fill(&shop).await;
    for (field, name, new) in [("tagRename", "oak", "wood"), ("vendorRename", "Alder", "Birch")] {
        let input = json!({ "name": name, "newName": new, "merge": true });
        assert_eq!(made(&change(&shop, field, input, "productCount").await)["productCount"], json!(1));
    }
    assert_eq!(shop.number("SELECT count(*) FROM tag").await, 2);
    assert_eq!(shop.number("SELECT count(*) FROM vendor").await, 1);
    let read = shop.query("{ product(handle: \"one\") { tags vendor } }").await;
    assert_eq!(read.at("/product"), &json!({ "tags": ["wood"], "vendor": "Birch" }));
    check_projections(&shop).await;
}

async fn names_are_taken_off(shop: TestShop) {
    fill(&shop).await;
    for (field, name) in [("tagDelete", "wood"), ("vendorDelete", "Alder"), ("productTypeDelete", "Lamp")] {
        made(&change(&shop, field, json!({ "name": name }), "productCount").await);
        assert_eq!(wrong(&change(&shop, field, json!({ "name": name }), "").await), ["NOT_FOUND name"]);
    }
    let read = shop.query("{ product(handle: \"one\") { tags vendor productType } }").await;
    assert_eq!(read.at("/product"), &json!({ "tags": ["oak"], "vendor": null, "productType": null }));
    check_projections(&shop).await;
}
