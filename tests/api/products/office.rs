//! Staff at work: each change does what it says, and the very next read is true.

use serde_json::{Value, json};
use vitrine::services::Permission;

use super::shelf::{assert_derived, assert_invariants};
use crate::harness::{Reply, TestShop, on_each_engine};

on_each_engine! {
    sample: a_product_is_made_changed_published_and_deleted, options_and_values_are_changed,
        variants_are_added_changed_ordered_and_removed, images_are_added_described_ordered_and_removed,
        custom_data_is_set_and_removed, what_needs_a_right_is_not_there_without_it, a_reviewed_product_is_not_deleted;
}

pub const STAFF: &[Permission] = &[
    Permission::ProductsRead,
    Permission::ProductsWrite,
    Permission::ProductsDelete,
    Permission::ProductsPublish,
    Permission::TranslationsWrite,
    Permission::PricesWrite,
    Permission::StockWrite,
];

/// Makes a change that has to succeed.
pub async fn made(shop: &TestShop, field: &str, input: Value, show: &str) -> Reply {
    let reply = tried(shop, field, input, show).await;
    assert_eq!(reply.list(&format!("/{field}/userErrors")), &Vec::<Value>::new(), "{:#}", reply.json);
    reply
}

/// Makes a change and reads what was wrong.
pub async fn tried(shop: &TestShop, field: &str, input: Value, show: &str) -> Reply {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let text = format!(
        "mutation ($input: {ty}!) {{ {field}(input: $input) {{ {show} userErrors {{ code field message }} }} }}"
    );
    shop.query(&text).variable("input", input).asked_by_staff(STAFF).await
}

/// Codes and fields of what was wrong.
pub fn wrong(reply: &Reply, field: &str) -> Vec<String> {
    let errors = reply.list(&format!("/{field}/userErrors"));
    let told = |error: &Value| {
        let path = error["field"]
            .as_array()
            .map(|path| path.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("."));
        format!("{} {}", error["code"].as_str().unwrap(), path.unwrap_or_default())
    };
    errors.iter().map(told).collect()
}

pub const PRODUCT: &str = "product { id handle title version status vendor tags options { optionId name values { valueId value } }
    variants(first: 20) { nodes { id title sku position weight { value unit } image { id } metafield(namespace: \"a\", key: \"b\") { value } } }
    media(first: 20) { nodes { id url alt } } metafields { key value } category { handle } }";

pub async fn staff(shop: &TestShop, handle: &str) -> Reply {
    shop.query(&format!(
        "query ($handle: String!) {{ product(handle: $handle) {{ {} }} }}",
        &PRODUCT["product {".len()..PRODUCT.len() - 1]
    ))
    .variable("handle", handle)
    .asked_by_staff(STAFF)
    .await
}

async fn markets(shop: &TestShop) -> Vec<String> {
    let reply = shop.query("{ markets(first: 5) { nodes { id } } }").await;
    reply.texts("/markets/nodes", "/id")
}

async fn seen(shop: &TestShop, handle: &str) -> bool {
    let reply = shop.query("query ($h: String!) { product(handle: $h) { id } }").variable("h", handle).await;
    !reply.at("/product").is_null()
}

async fn a_product_is_made_changed_published_and_deleted(shop: TestShop) {
    let input = json!({ "title": "Änderbar: A Test!", "vendor": "Tester", "tags": ["one", "two"], "metafields": [
        { "namespace": "a", "key": "b", "type": "single_line_text_field", "value": "c" }] });
    let reply = made(&shop, "productCreate", input.clone(), PRODUCT).await;
    let id = reply.text("/productCreate/product/id").to_owned();
    assert_eq!(reply.text("/productCreate/product/handle"), "änderbar-a-test");
    assert_eq!(reply.number("/productCreate/product/version"), 1);
    assert_eq!(reply.text("/productCreate/product/variants/nodes/0/title"), "Default Title");
    let again = made(&shop, "productCreate", input, "product { handle }").await;
    assert_eq!(again.text("/productCreate/product/handle"), "änderbar-a-test-2");

    let update = json!({ "id": id, "version": 1, "title": "Changed", "handle": "changed", "vendor": null, "status": "ACTIVE" });
    let reply = made(&shop, "productUpdate", update, PRODUCT).await;
    assert_eq!(reply.text("/productUpdate/product/handle"), "changed");
    assert_eq!(reply.number("/productUpdate/product/version"), 2);
    assert!(reply.at("/productUpdate/product/vendor").is_null());
    assert_eq!(reply.at("/productUpdate/product/tags"), &json!(["one", "two"]));
    assert_eq!(
        staff(&shop, "änderbar-a-test").await.text("/product/handle"),
        "changed",
        "the former handle leads on"
    );
    let nothing =
        made(&shop, "productUpdate", json!({ "id": id, "title": "Changed" }), "product { version }").await;
    assert_eq!(nothing.number("/productUpdate/product/version"), 2, "what changes nothing is no new version");

    let market = &markets(&shop).await[0];
    assert!(!seen(&shop, "changed").await);
    let publish = json!({ "productId": id, "markets": [{ "marketId": market }] });
    made(&shop, "productPublish", publish, "product { version }").await;
    assert!(!seen(&shop, "changed").await, "it has no price yet");
    let price = json!({ "handle": "changed", "variants": [{ "optionValues": ["Default Title"], "sku": "chg-1",
        "prices": [{ "market": "us", "amount": "9.50" }] }] });
    made(&shop, "productSet", price, "product { version }").await;
    assert!(seen(&shop, "changed").await);
    let search = shop.query(r#"{ search(query: "chg-1", first: 3) { nodes { handle } } }"#).await;
    assert_eq!(search.handles("/search"), ["changed"]);
    let future = json!({ "productId": id, "markets": [{ "marketId": market, "publishedAt": "2090-01-01T00:00:00Z" }] });
    made(&shop, "productPublish", future, "product { publishedAt }").await;
    assert!(!seen(&shop, "changed").await);
    made(&shop, "productPublish", json!({ "productId": id, "markets": [{ "marketId": market, "publishedAt": "2020-01-01T00:00:00Z" }] }), "product { id }").await;
    assert!(seen(&shop, "changed").await);
    made(&shop, "productUpdate", json!({ "id": id, "status": "ARCHIVED" }), "product { status }").await;
    assert!(!seen(&shop, "changed").await);
    made(&shop, "productUpdate", json!({ "id": id, "status": "ACTIVE" }), "product { status }").await;
    made(&shop, "productUnpublish", json!({ "productId": id, "marketIds": [market] }), "product { id }")
        .await;
    assert!(!seen(&shop, "changed").await);

    let reply = made(&shop, "productDelete", json!({ "id": id }), "deletedId product { id }").await;
    assert_eq!(reply.text("/productDelete/deletedId"), id);
    assert!(staff(&shop, "changed").await.at("/product").is_null());
    assert!(staff(&shop, "änderbar-a-test").await.at("/product").is_null());
    assert_eq!(shop.number("SELECT count(*) FROM handle_redirect WHERE handle LIKE '%nderbar%'").await, 0);
    assert_invariants(&shop).await;
    assert_derived(&shop).await;
}

async fn options_and_values_are_changed(shop: TestShop) {
    let reply = made(&shop, "productCreate", json!({ "title": "Shirt" }), PRODUCT).await;
    let id = reply.text("/productCreate/product/id").to_owned();
    let size = json!({ "productId": id, "name": "Size", "values": ["S", "M"] });
    let reply = made(&shop, "productOptionCreate", size, PRODUCT).await;
    let product = reply.at("/productOptionCreate/product");
    assert_eq!(product["options"].as_array().unwrap().len(), 1);
    assert_eq!(product["variants"]["nodes"][0]["title"], "S");
    for (name, values) in [("Colour", json!(["Red"])), ("Cut", json!(["Wide", "Slim"]))] {
        made(
            &shop,
            "productOptionCreate",
            json!({ "productId": id, "name": name, "values": values }),
            "product { id }",
        )
        .await;
    }
    let fourth = json!({ "productId": id, "name": "Fourth", "values": ["x"] });
    assert_eq!(
        wrong(&tried(&shop, "productOptionCreate", fourth, "").await, "productOptionCreate"),
        ["INVALID "]
    );

    let reply = staff(&shop, "shirt").await;
    let ids = reply.texts("/product/options", "/optionId");
    assert_eq!(reply.text("/product/variants/nodes/0/title"), "S / Red / Wide");
    let order = json!({ "productId": id, "optionIds": [ids[2], ids[0], ids[1]] });
    let reply = made(&shop, "productOptionsReorder", order, PRODUCT).await;
    assert_eq!(reply.texts("/productOptionsReorder/product/options", "/name"), ["Cut", "Size", "Colour"]);
    assert_eq!(reply.text("/productOptionsReorder/product/variants/nodes/0/title"), "Wide / S / Red");

    let values = reply.texts("/productOptionsReorder/product/options/1/values", "/valueId");
    let renamed = json!({ "id": ids[0], "name": "Grösse", "values": [
        { "id": values[1], "name": "S" }, { "id": values[0], "name": "M" }, { "name": "L" }] });
    let reply = made(&shop, "productOptionUpdate", renamed, PRODUCT).await;
    assert_eq!(reply.texts("/productOptionUpdate/product/options/1/values", "/value"), ["S", "M", "L"]);
    assert_eq!(reply.text("/productOptionUpdate/product/variants/nodes/0/title"), "Wide / M / Red");
    let used = json!({ "id": ids[0], "values": [{ "id": values[1], "name": "S" }] });
    assert_eq!(
        wrong(&tried(&shop, "productOptionUpdate", used, "").await, "productOptionUpdate"),
        ["IN_USE values"]
    );

    let delete = |place: usize| json!({ "id": ids[place] });
    let reply = made(&shop, "productOptionDelete", delete(2), PRODUCT).await;
    assert_eq!(reply.text("/productOptionDelete/product/variants/nodes/0/title"), "M / Red");
    let other = json!({ "productId": id, "optionValues": ["L", "Red"] });
    made(&shop, "productVariantCreate", other, "variant { id }").await;
    let same = tried(&shop, "productOptionDelete", delete(0), "product { id }").await;
    assert_eq!(wrong(&same, "productOptionDelete"), ["IN_USE id"]);
    made(&shop, "productOptionDelete", delete(1), "product { id }").await;
    assert_invariants(&shop).await;
    assert_derived(&shop).await;
}

async fn variants_are_added_changed_ordered_and_removed(shop: TestShop) {
    let reply = made(&shop, "productCreate", json!({ "title": "Shirt" }), PRODUCT).await;
    let id = reply.text("/productCreate/product/id").to_owned();
    made(
        &shop,
        "productOptionCreate",
        json!({ "productId": id, "name": "Size", "values": ["S"] }),
        "product { id }",
    )
    .await;
    let second = json!({ "productId": id, "optionValues": ["M"], "sku": "SH-M", "barcode": "1", "tracked": true,
        "weight": { "value": 2, "unit": "POUNDS" }, "inventoryPolicy": "CONTINUE",
        "metafields": [{ "namespace": "a", "key": "b", "type": "t", "value": "v" }] });
    let reply = made(&shop, "productVariantCreate", second, "variant { id title sku weight { value unit } metafield(namespace: \"a\", key: \"b\") { value } } product { version }").await;
    let variant = reply.text("/productVariantCreate/variant/id").to_owned();
    assert_eq!(reply.text("/productVariantCreate/variant/title"), "M");
    assert_eq!(reply.at("/productVariantCreate/variant/weight"), &json!({ "value": 2.0, "unit": "POUNDS" }));
    assert_eq!(reply.text("/productVariantCreate/variant/metafield/value"), "v");
    for (input, expected) in [
        (json!({ "productId": id, "optionValues": ["M"] }), "TAKEN optionValues"),
        (json!({ "productId": id, "optionValues": ["L"], "sku": "SH-M" }), "TAKEN sku"),
        (json!({ "productId": id, "optionValues": [] }), "INVALID optionValues"),
        (json!({ "productId": id, "optionValues": ["L", "M"] }), "INVALID optionValues"),
    ] {
        let reply = tried(&shop, "productVariantCreate", input, "variant { id }").await;
        assert_eq!(wrong(&reply, "productVariantCreate"), [expected]);
    }
    let image = made(
        &shop,
        "productMediaCreate",
        json!({ "productId": id, "url": "https://img.example.com/1.jpg" }),
        "media { id }",
    )
    .await;
    let image = image.text("/productMediaCreate/media/id");
    let update = json!({ "id": variant, "sku": null, "optionValues": ["XL"], "mediaId": image });
    let reply =
        made(&shop, "productVariantUpdate", update, "variant { title sku image { id } } product { id }")
            .await;
    assert_eq!(reply.text("/productVariantUpdate/variant/title"), "XL");
    assert!(reply.at("/productVariantUpdate/variant/sku").is_null());
    assert_eq!(reply.text("/productVariantUpdate/variant/image/id"), image);

    let all = staff(&shop, "shirt").await.texts("/product/variants/nodes", "/id");
    let order = json!({ "productId": id, "variantIds": [all[1], all[0]] });
    let reply = made(&shop, "productVariantsReorder", order, PRODUCT).await;
    assert_eq!(reply.texts("/productVariantsReorder/product/variants/nodes", "/title"), ["XL", "S"]);
    let reply = made(&shop, "productVariantDelete", json!({ "id": variant }), PRODUCT).await;
    assert_eq!(reply.texts("/productVariantDelete/product/variants/nodes", "/title"), ["S"]);
    let values = reply.texts("/productVariantDelete/product/options/0/values", "/value");
    assert_eq!(values, ["S", "M"], "the value of the deleted one is gone");
    let last = tried(&shop, "productVariantDelete", json!({ "id": all[0] }), "product { id }").await;
    assert_eq!(wrong(&last, "productVariantDelete"), ["IN_USE id"]);
    assert_invariants(&shop).await;
}

async fn images_are_added_described_ordered_and_removed(shop: TestShop) {
    let reply = made(&shop, "productCreate", json!({ "title": "Shirt" }), PRODUCT).await;
    let id = reply.text("/productCreate/product/id").to_owned();
    let mut ids = Vec::new();
    for number in 0..3 {
        let input =
            json!({ "productId": id, "url": format!("https://img.example.com/{number}.jpg"), "alt": "a" });
        let reply = made(&shop, "productMediaCreate", input, "media { id alt }").await;
        ids.push(reply.text("/productMediaCreate/media/id").to_owned());
    }
    let reply = made(
        &shop,
        "productMediaUpdate",
        json!({ "id": ids[1], "alt": "Seen from behind" }),
        "media { alt } product { version }",
    )
    .await;
    assert_eq!(reply.text("/productMediaUpdate/media/alt"), "Seen from behind");
    made(
        &shop,
        "productMediaReorder",
        json!({ "productId": id, "mediaIds": [ids[2], ids[1], ids[0]] }),
        "product { id }",
    )
    .await;
    let reply = made(&shop, "productMediaDelete", json!({ "id": ids[0] }), PRODUCT).await;
    assert_eq!(
        reply.texts("/productMediaDelete/product/media/nodes", "/id"),
        [ids[2].clone(), ids[1].clone()]
    );
}

async fn custom_data_is_set_and_removed(shop: TestShop) {
    let before = staff(&shop, "cafe-mug").await;
    let (id, variant) = (before.text("/product/id"), before.text("/product/variants/nodes/0/id"));
    let field = |key: &str, value: &str| json!({ "namespace": "a", "key": key, "type": "t", "value": value });
    made(
        &shop,
        "metafieldsSet",
        json!({ "ownerId": id, "metafields": [field("x", "1"), field("y", "2")] }),
        "product { id }",
    )
    .await;
    made(
        &shop,
        "metafieldsSet",
        json!({ "ownerId": variant, "metafields": [field("b", "of variant")] }),
        "product { id }",
    )
    .await;
    made(&shop, "metafieldsSet", json!({ "ownerId": id, "metafields": [field("x", "3")] }), "product { id }")
        .await;
    let after = staff(&shop, "cafe-mug").await;
    let all = after.at("/product/metafields").to_string();
    assert!(
        all.contains(r#"{"key":"x","value":"3"}"#) && all.contains(r#"{"key":"y","value":"2"}"#),
        "{all}"
    );
    assert_eq!(after.text("/product/variants/nodes/0/metafield/value"), "of variant");
    assert_eq!(after.number("/product/version"), before.number("/product/version") + 3);
    let names = json!([{ "namespace": "a", "key": "x" }, { "namespace": "no", "key": "such" }]);
    let reply = made(&shop, "metafieldsDelete", json!({ "ownerId": id, "metafields": names }), PRODUCT).await;
    assert!(!reply.at("/metafieldsDelete/product/metafields").to_string().contains(r#""key":"x""#));
}

async fn what_needs_a_right_is_not_there_without_it(shop: TestShop) {
    let reply = shop.query(r#"mutation { productCreate(input: { title: "No" }) { product { id } } }"#).await;
    assert!(reply.is_refused);
    let reply = shop
        .query(r#"mutation { productSet(input: { handle: "cafe-mug", publications: [] }) { changed } }"#)
        .asked_by_staff(&[Permission::ProductsWrite, Permission::ProductsRead])
        .await;
    assert_eq!(reply.code(), "FORBIDDEN");
    let reply = shop.query(r#"{ product(handle: "cafe-mug") { version } }"#).await;
    assert!(reply.is_refused, "versions are for staff");
}

async fn a_reviewed_product_is_not_deleted(shop: TestShop) {
    let id = staff(&shop, "cafe-mug").await.text("/product/id").to_owned();
    let reply = tried(&shop, "productDelete", json!({ "id": id }), "deletedId").await;
    assert_eq!(wrong(&reply, "productDelete"), ["IN_USE id"]);
    assert!(seen(&shop, "cafe-mug").await);
}
