//! Anything by its id.

use serde_json::{Value, json};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: every_type_with_an_id_is_found_again, foreign_and_malformed_ids_find_nothing,
        nodes_keep_the_order_of_their_ids, a_hundred_ids_and_no_more;
}

async fn ids(shop: &TestShop) -> Vec<(&'static str, String)> {
    let reply = shop
        .query(
            r#"{ product(handle: "cafe-mug") { id variants(first: 1) { nodes { id stockLevels { location { id } } } }
                   media(first: 1) { nodes { id } } reviews(first: 1) { nodes { id author { id } } } }
                 category(handle: "bath") { id } collection(handle: "slow-mornings") { id } market { id } }"#,
        )
        .await;
    let at = |pointer: &str| reply.text(pointer).to_owned();
    vec![
        ("Product", at("/product/id")),
        ("Variant", at("/product/variants/nodes/0/id")),
        ("Location", at("/product/variants/nodes/0/stockLevels/0/location/id")),
        ("Media", at("/product/media/nodes/0/id")),
        ("Review", at("/product/reviews/nodes/0/id")),
        ("Reviewer", at("/product/reviews/nodes/0/author/id")),
        ("Category", at("/category/id")),
        ("Collection", at("/collection/id")),
        ("Market", at("/market/id")),
    ]
}

async fn every_type_with_an_id_is_found_again(shop: TestShop) {
    for (of, id) in ids(&shop).await {
        let reply = shop
            .query("query($id: ID!) { node(id: $id) { __typename id } }")
            .variable("id", id.as_str())
            .await;
        assert_eq!(reply.at("/node"), &json!({"__typename": of, "id": id}));
    }
}

async fn foreign_and_malformed_ids_find_nothing(shop: TestShop) {
    let known = ids(&shop).await;
    let product = known[0].1.strip_prefix("prd_").unwrap();
    let mut wrong: Vec<String> = ["var", "med", "cat", "col", "rev", "rvr", "mkt", "loc", "xyz", ""]
        .iter()
        .map(|prefix| format!("{prefix}_{product}"))
        .collect();
    wrong.extend(
        ["", "prd_", "prd", "1", "prd_zzzzzzzzzzzzzzzzzzzzzzzzzz", "prd_' OR 1=1 --", "prd_\0", "ä_ö"]
            .map(ToOwned::to_owned),
    );
    wrong.push(known[0].1.to_uppercase());
    wrong.push(format!("{}0", known[0].1));
    for id in wrong {
        let reply = shop
            .query("query($id: ID!) { node(id: $id) { id } product(id: $id) { id } }")
            .variable("id", id.as_str())
            .await;
        assert!(reply.at("/node").is_null() && reply.at("/product").is_null(), "{id:?}");
    }
}

async fn nodes_keep_the_order_of_their_ids(shop: TestShop) {
    let mut wanted: Vec<Value> = ids(&shop).await.into_iter().rev().map(|(_, id)| id.into()).collect();
    wanted.insert(3, "nothing".into());
    wanted.push(wanted[0].clone());

    let reply =
        shop.query("query($ids: [ID!]!) { nodes(ids: $ids) { id } }").variable("ids", wanted.clone()).await;

    let found: Vec<Value> = reply.list("/nodes").iter().map(|node| node["id"].clone()).collect();
    wanted[3] = Value::Null;
    assert_eq!(found, wanted);
    assert!(reply.statements() <= 9, "one statement a type, not {}", reply.statements());
}

async fn a_hundred_ids_and_no_more(shop: TestShop) {
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for (count, is_fine) in [(0, true), (100, true), (101, false)] {
        let reply = shop.query(query).variable("ids", vec!["prd_1"; count]).await;
        assert_eq!(reply.json.get("errors").is_none(), is_fine, "{count}: {}", reply.json);
    }
}
