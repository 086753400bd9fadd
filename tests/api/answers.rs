//! What an answer looks like where something of it is left out or fails.

use serde_json::{Value, json};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: what_conditions_empty_is_an_object_without_fields, a_wrong_argument_nulls_its_field_alone,
        errors_tell_the_whole_way, a_condition_that_is_null_is_refused, errors_come_before_data;
}

async fn what_conditions_empty_is_an_object_without_fields(shop: TestShop) {
    for (text, path, expected) in [
        (r#"{ product(handle: "tarn-teapot") { tags @skip(if: true) } }"#, "/product", json!({})),
        (
            "query($no: Boolean = false) { products(first: 2) { nodes { title @include(if: $no) } } }",
            "/products/nodes",
            json!([{}, {}]),
        ),
        (
            r#"query($no: Boolean = false) { product(handle: "tarn-teapot") { handle seo { ...F @include(if: $no) } } }
               fragment F on Seo { title }"#,
            "/product",
            json!({"handle": "tarn-teapot", "seo": {}}),
        ),
        (
            "{ categories(first: 1) { nodes { products(first: 1) { nodes { variants(first: 1) { nodes {
               ... @skip(if: true) { sku } } totalCount @include(if: false) } } } } } }",
            "/categories/nodes/0/products/nodes/0/variants",
            json!({"nodes": [{}]}),
        ),
    ] {
        assert_eq!(*shop.query(text).await.at(path), expected, "{text}");
    }
}

async fn a_wrong_argument_nulls_its_field_alone(shop: TestShop) {
    for (text, nulled) in [
        (r#"{ shop { name } suggest(query: "a", first: 11) { terms } }"#, json!(["suggest"])),
        (
            r#"{ shop { name } product(handle: "tarn-teapot") { title relatedProducts(first: 21) { title } } }"#,
            json!(["product", "relatedProducts"]),
        ),
        (
            "query($reverse: Boolean = true) { shop { name } products(reverse: $reverse) { totalCount } }",
            json!(["products"]),
        ),
        (
            r#"query($sort: ReviewSortKey = NEWEST) { shop { name } product(handle: "tarn-teapot") { title
               ... on Node { reviews: id } of: reviews(sortKey: $sort) { totalCount } } }"#,
            json!(["product", "of"]),
        ),
    ] {
        let reply = shop.query(text).variable("reverse", Value::Null).variable("sort", Value::Null).await;
        assert_eq!(reply.code(), "BAD_REQUEST", "{text}");
        let errors = reply.json["errors"].as_array().unwrap();
        assert_eq!((errors.len(), &errors[0]["path"]), (1, &nulled), "{text}");
        assert!(reply.json["data"]["shop"]["name"].is_string(), "{text}: {}", reply.json);
        let product = &reply.json["data"]["product"];
        assert!(product.is_null() || product["title"] == "Tarn teapot", "{text}: {product}");
    }
}

async fn errors_tell_the_whole_way(shop: TestShop) {
    let text = "{ products(first: 2) { nodes { title variants(first: -1) { totalCount } } } }";
    let reply = shop.query(text).await;
    assert_eq!(reply.json["errors"][0]["path"], json!(["products", "nodes", 0, "variants"]));
    assert_eq!(reply.json["data"], json!({"products": null}));
}

async fn a_condition_that_is_null_is_refused(shop: TestShop) {
    let text = "query($yes: Boolean = true) { shop { name @include(if: $yes) } }";
    shop.query(text).await.data();
    let reply = shop.query(text).variable("yes", Value::Null).await;
    assert!(reply.is_refused && reply.message().contains("\"$yes\" must not be null"), "{}", reply.message());
}

async fn errors_come_before_data(shop: TestShop) {
    let reply = shop.query(r#"{ shop { name } suggest(query: "a", first: 0) { terms } }"#).await;
    let keys: Vec<&String> = reply.json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["errors", "data", "extensions"]);
}
