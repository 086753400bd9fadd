//! Attacks that once succeeded: each is refused at once now, or its answer stays small.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_long_argument_cannot_be_copied_by_fragments, a_long_directive_cannot_be_copied_by_fragments,
        a_long_list_is_not_read_for_each_of_many_objects, errors_do_not_repeat_what_was_sent,
        leaves_under_many_names_do_not_make_an_endless_answer, forged_cursors_are_refused,
        null_characters_are_refused_wherever_they_stand, reviews_of_what_is_not_on_offer_do_not_exist,
        no_way_around_the_longest_answer;
}

/// Debug builds on a busy machine are slow; the attacks took many seconds in release builds.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Fragments on categories, each of which stands twice in the one before; the last selects `leaf`.
fn doubled(times: usize, leaf: &str) -> String {
    let links = (0..times).map(|i| {
        let next = i + 1;
        format!("fragment F{i} on Category {{ parent {{ ...F{next} }} breadcrumbs {{ ...F{next} }} }} ")
    });
    let links: String = links.collect();
    format!(
        r#"{{ category(handle: "kitchen") {{ ...F0 }} }} {links} fragment F{times} on Category {{ {leaf} }}"#
    )
}

async fn refused(shop: &TestShop, text: &str, code: &str) {
    let began = Instant::now();
    let reply = shop.query(text).await;
    assert_eq!((reply.code(), reply.statements()), (code, 0));
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
}

async fn a_long_argument_cannot_be_copied_by_fragments(shop: TestShop) {
    let leaf = format!("products(filter: {{ tags: [{}] }}) {{ totalCount }}", r#""a" "#.repeat(9_000));
    refused(&shop, &doubled(10, &leaf), "BAD_REQUEST").await;
}

async fn a_long_directive_cannot_be_copied_by_fragments(shop: TestShop) {
    let leaf = format!("handle @include(if: [{}])", "1 ".repeat(9_000));
    refused(&shop, &doubled(10, &leaf), "BAD_REQUEST").await;
}

async fn a_long_list_is_not_read_for_each_of_many_objects(shop: TestShop) {
    let fields: String = (0..98)
        .map(|i| format!("a{i}: variantBySelectedOptions(selectedOptions: $chosen) {{ id }} "))
        .collect();
    let text = format!(
        "query($chosen: [SelectedOptionInput!]!) {{ products(first: 100) {{ nodes {{ {fields} }} }} }}"
    );
    let chosen: Vec<Value> = vec![json!({ "name": "a", "value": "b" }); 8_000];
    let reply = shop.query(&text).variable("chosen", chosen).await;
    assert_eq!((reply.code(), reply.statements()), ("COST_EXCEEDED", 0));
    assert!(reply.message().contains("argument"), "{}", reply.message());

    let few: Vec<Value> = vec![json!({ "name": "Size", "value": "M" }); 20];
    shop.query(&text).variable("chosen", few).await.data();
}

async fn errors_do_not_repeat_what_was_sent(shop: TestShop) {
    let text = "query($min: Decimal) { products(first: 100) { nodes { category {
        products(first: 0, filter: { price: { min: $min } }) { totalCount } } } } }";
    let long = "x".repeat(3_000);
    for min in [json!(long), json!([long]), json!({ "a": long })] {
        let reply = shop.query(text).variable("min", min).await;
        assert_eq!(reply.code(), "BAD_REQUEST");
        assert!(reply.json["errors"].as_array().unwrap().len() <= 20);
        assert!(reply.json["errors"].to_string().len() < 20 * 1_000);
    }
}

async fn leaves_under_many_names_do_not_make_an_endless_answer(shop: TestShop) {
    let long = "long ".repeat(10_000);
    shop.sql(&format!("UPDATE product SET description_html = '{long}'")).await;
    let leaves: String = (0..90).map(|i| format!("a{i}: descriptionHtml ")).collect();
    let text = format!("{{ products(first: 100) {{ nodes {{ {leaves} }} }} }}");
    let reply = shop.query(&text).await;
    assert_eq!(reply.code(), "BAD_REQUEST");
    assert!(reply.message().contains("longer than"), "{}", reply.message());
}

async fn forged_cursors_are_refused(shop: TestShop) {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    for field in ["products", "categories", "collections"] {
        let text = format!(
            "query($after: String) {{ {field}(first: 1, after: $after) {{ pageInfo {{ endCursor }} }} }}"
        );
        let cursor = shop.query(&text).await.text(&format!("/{field}/pageInfo/endCursor")).to_owned();
        let parts: Vec<Value> = serde_json::from_slice(&engine.decode(&cursor).unwrap()).unwrap();
        let forged = [
            parts[..2].to_vec(),
            [&parts[..], &[json!(1)]].concat(),
            [&parts[..2], &[json!("text\0")]].concat(),
            [&parts[..2], &[json!(1.5)]].concat(),
            [&parts[..1], &[json!(5)]].concat(),
        ];
        for parts in forged {
            let reply =
                shop.query(&text).variable("after", engine.encode(Value::from(parts).to_string())).await;
            assert_eq!(reply.code(), "BAD_REQUEST", "{field}");
        }
    }
}

async fn null_characters_are_refused_wherever_they_stand(shop: TestShop) {
    for text in [
        r#"{ product(handle: "a\u0000b") { id } }"#,
        r#"query($h: String = "\u0000") { product(handle: $h) { id } }"#,
        r#"{ products(filter: { vendors: ["a", "\u0000"] }) { totalCount } }"#,
    ] {
        refused(&shop, text, "BAD_REQUEST").await;
    }
}

async fn reviews_of_what_is_not_on_offer_do_not_exist(shop: TestShop) {
    let text = "{ products(first: 40) { nodes { reviews(first: 5) { nodes { author {
        reviews(first: 20) { totalCount nodes { id product { handle } } } } } } } } }";
    let before = shop.query(text).await;
    assert!(before.json.to_string().matches("cafe-mug").count() > 1);
    shop.sql(
        "DELETE FROM publication WHERE product_id IN (SELECT id FROM product WHERE handle = 'cafe-mug')",
    )
    .await;
    vitrine::services::search::project::rebuild(&shop.app).await.unwrap();
    let reply = shop.query(text).await;
    let mut seen = 0;
    for product in reply.list("/products/nodes") {
        for review in product["reviews"]["nodes"].as_array().unwrap() {
            let theirs = &review["author"]["reviews"];
            let shown = theirs["nodes"].as_array().unwrap();
            assert!(shown.iter().all(|review| !review["product"].is_null()), "{theirs}");
            assert_eq!(theirs["totalCount"], shown.len(), "{theirs}");
            seen += shown.len();
        }
    }
    assert!(seen > 50, "{seen}");
}

/// Fragments with conditions cannot be merged before the variables are known, and interfaces are resolved by the library.
async fn no_way_around_the_longest_answer(shop: TestShop) {
    let long = "long ".repeat(10_000);
    shop.sql(&format!("UPDATE product SET description_html = '{long}'")).await;
    let leaves: String = (0..60).map(|i| format!("a{i}: descriptionHtml ")).collect();
    let ids = shop.query("{ products(first: 86) { nodes { id } } }").await;
    let ids: Vec<Value> = ids.list("/products/nodes").iter().map(|product| product["id"].clone()).collect();
    for text in [
        format!(
            "query($ids: [ID!] = [], $yes: Boolean = true) {{ products(first: 100) {{ nodes {{ ... on Node {{ ... on Product @include(if: $yes) {{ {leaves} }} }} }} }} nodes(ids: $ids) {{ id }} }}"
        ),
        format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Product {{ {leaves} }} }} }}"),
    ] {
        let (reply, other) = tokio::join!(shop.query(&text).variable("ids", ids.clone()), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let began = Instant::now();
            shop.query("{ shop { name } }").await.data();
            began.elapsed()
        },);
        assert_eq!(reply.code(), "BAD_REQUEST");
        assert!(reply.message().contains("longer than"), "{}", reply.message());
        assert!(other < AT_ONCE, "{other:?}");
    }
}
