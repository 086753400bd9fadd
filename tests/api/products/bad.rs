//! What cannot be: told with its place, and nothing changed.

use serde_json::{Value, json};

use super::office::{PRODUCT, made, staff, tried, wrong};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: texts_beyond_their_bounds_are_refused, lists_beyond_their_bounds_are_refused,
        ids_of_another_kind_or_product_name_nothing, orders_name_everything_once, addresses_and_weights_are_bounded;
}

async fn refused(shop: &TestShop, field: &str, input: Value, expected: &str) {
    let reply = tried(shop, field, input, "product { id }").await;
    let wrong = wrong(&reply, field);
    assert!(wrong.iter().any(|told| told == expected), "{field}: {expected} is not among {wrong:?}");
}

async fn texts_beyond_their_bounds_are_refused(shop: TestShop) {
    let id = staff(&shop, "cafe-mug").await.text("/product/id").to_owned();
    let long = "x".repeat(256);
    for (name, values) in [
        ("title", vec!["", "  ", "a\0b", "a\u{7}", "a\nb", &long]),
        ("vendor", vec!["a\0", &long]),
        ("productType", vec!["\u{1b}[0m", &long]),
        ("seoTitle", vec!["a\0", &long]),
        ("seoDescription", vec!["a\0"]),
        ("descriptionHtml", vec!["<p>a\0</p>"]),
        ("handle", vec!["", "A", "a b", "-a", "a/b", "../x", "a\0", &long]),
    ] {
        for value in values {
            refused(&shop, "productUpdate", json!({ "id": id, name: value }), &format!("INVALID {name}"))
                .await;
        }
    }
    refused(
        &shop,
        "productUpdate",
        json!({ "id": id, "seoDescription": "x".repeat(1001) }),
        "INVALID seoDescription",
    )
    .await;
    refused(
        &shop,
        "productUpdate",
        json!({ "id": id, "descriptionHtml": "x".repeat(512 * 1024 + 1) }),
        "INVALID descriptionHtml",
    )
    .await;
    refused(&shop, "productUpdate", json!({ "id": id, "handle": "tarn-teapot" }), "TAKEN handle").await;
    let many = json!({ "id": id, "title": "", "vendor": "a\0", "tags": ["", "x", "x"], "handle": "A" });
    let reply = tried(&shop, "productUpdate", many, "product { id }").await;
    let told = wrong(&reply, "productUpdate");
    for expected in ["INVALID title", "INVALID vendor", "INVALID tags.0", "INVALID tags.2"] {
        assert!(told.iter().any(|told| told == expected), "{expected} is not among {told:?}");
    }
    let field = |namespace: &str, key: &str, value: &str| json!({ "id": id, "metafields": [{ "namespace": namespace, "key": key, "type": "t", "value": value }] });
    refused(&shop, "productUpdate", field("", "k", "v"), "INVALID metafields.0.namespace").await;
    refused(&shop, "productUpdate", field("n", "a\0", "v"), "INVALID metafields.0.key").await;
    refused(&shop, "productUpdate", field("n", "k", ""), "INVALID metafields.0.value").await;
    refused(&shop, "productUpdate", field("n", "k", "\0"), "INVALID metafields.0.value").await;
    refused(&shop, "productUpdate", field("n", "k", &"v".repeat(65_537)), "INVALID metafields.0.value").await;
    assert_eq!(
        shop.number("SELECT CAST(version AS bigint) FROM product WHERE handle = 'cafe-mug'").await,
        staff(&shop, "cafe-mug").await.number("/product/version")
    );
}

async fn lists_beyond_their_bounds_are_refused(shop: TestShop) {
    let before = staff(&shop, "cafe-mug").await;
    let (id, option) = (before.text("/product/id"), before.text("/product/options/0/optionId"));
    let many = |count: usize| (0..count).map(|number| format!("v{number}")).collect::<Vec<_>>();
    refused(&shop, "productUpdate", json!({ "id": id, "tags": many(251) }), "INVALID tags").await;
    refused(&shop, "productUpdate", json!({ "id": id, "categoryIds": many(51) }), "NOT_FOUND categoryIds.0")
        .await;
    refused(
        &shop,
        "productOptionCreate",
        json!({ "productId": id, "name": "N", "values": [] }),
        "INVALID values",
    )
    .await;
    refused(
        &shop,
        "productOptionCreate",
        json!({ "productId": id, "name": "N", "values": many(101) }),
        "INVALID values",
    )
    .await;
    refused(
        &shop,
        "productOptionCreate",
        json!({ "productId": id, "name": "N", "values": ["a", "a"] }),
        "INVALID values.1",
    )
    .await;
    refused(&shop, "productOptionUpdate", json!({ "id": option, "values": [] }), "INVALID values").await;
    refused(&shop, "productPublish", json!({ "productId": id, "markets": [] }), "INVALID markets").await;
    refused(&shop, "productUnpublish", json!({ "productId": id, "marketIds": [] }), "INVALID marketIds")
        .await;
    refused(&shop, "metafieldsSet", json!({ "ownerId": id, "metafields": [] }), "INVALID metafields").await;
    refused(&shop, "metafieldsDelete", json!({ "ownerId": id, "metafields": [] }), "INVALID metafields")
        .await;
    let twice = json!([{ "namespace": "n", "key": "k", "type": "t", "value": "v" }, { "namespace": "n", "key": "k", "type": "t", "value": "w" }]);
    refused(&shop, "metafieldsSet", json!({ "ownerId": id, "metafields": twice }), "INVALID metafields.1")
        .await;
}

/// Every argument that takes an id gets one of another type, one of nothing, and one of another product.
#[expect(clippy::too_many_lines, reason = "a table of every argument that takes an id")]
async fn ids_of_another_kind_or_product_name_nothing(shop: TestShop) {
    let (mug, pot) = (staff(&shop, "cafe-mug").await, staff(&shop, "tarn-teapot").await);
    let (id, variant) = (mug.text("/product/id"), mug.text("/product/variants/nodes/0/id"));
    let markets = shop.query("{ markets(first: 1) { nodes { id } } }").await;
    let market = markets.text("/markets/nodes/0/id");
    let of_pot = |pointer: &str| pot.text(pointer).to_owned();
    let strangers = |kind: &str| -> Vec<String> {
        let other = match kind {
            "prd" => variant.to_owned(),
            _ => id.to_owned(),
        };
        vec![
            other,
            format!("{kind}_00000000000000000000000000"),
            "x".to_owned(),
            String::new(),
            format!("{kind}_\0"),
        ]
    };
    for (field, place, kind, input) in [
        ("productUpdate", "id", "prd", json!({ "title": "No" })),
        ("productDelete", "id", "prd", json!({})),
        ("productPublish", "productId", "prd", json!({ "markets": [{ "marketId": market }] })),
        ("productUnpublish", "productId", "prd", json!({ "marketIds": [market] })),
        ("productOptionCreate", "productId", "prd", json!({ "name": "N", "values": ["v"] })),
        ("productOptionUpdate", "id", "opt", json!({ "name": "N" })),
        ("productOptionDelete", "id", "opt", json!({})),
        ("productOptionsReorder", "productId", "prd", json!({ "optionIds": [] })),
        ("productVariantCreate", "productId", "prd", json!({ "optionValues": ["v"] })),
        ("productVariantUpdate", "id", "var", json!({ "sku": "s" })),
        ("productVariantDelete", "id", "var", json!({})),
        ("productVariantsReorder", "productId", "prd", json!({ "variantIds": [] })),
        ("productMediaCreate", "productId", "prd", json!({ "url": "https://a/b" })),
        ("productMediaUpdate", "id", "med", json!({ "alt": "a" })),
        ("productMediaDelete", "id", "med", json!({})),
        ("productMediaReorder", "productId", "prd", json!({ "mediaIds": [] })),
        (
            "metafieldsSet",
            "ownerId",
            "rev",
            json!({ "metafields": [{ "namespace": "n", "key": "k", "type": "t", "value": "v" }] }),
        ),
        ("metafieldsDelete", "ownerId", "rev", json!({ "metafields": [{ "namespace": "n", "key": "k" }] })),
        ("productTranslationSet", "productId", "prd", json!({ "language": "de", "title": "T" })),
        ("productPartTranslationSet", "id", "opt", json!({ "language": "de", "text": "T" })),
        ("productTranslationDelete", "id", "rev", json!({ "language": "de" })),
    ] {
        for stranger in strangers(kind) {
            if kind == "rev" && stranger == id {
                continue;
            }
            let mut input = input.clone();
            input[place] = json!(stranger);
            refused(&shop, field, input, &format!("NOT_FOUND {place}")).await;
        }
    }
    let other_value = of_pot("/product/options/0/values/0/valueId");
    for (field, input, expected) in [
        ("productUpdate", json!({ "id": id, "categoryIds": [id] }), "NOT_FOUND categoryIds.0"),
        (
            "productUpdate",
            json!({ "id": id, "categoryIds": ["cat_00000000000000000000000000"] }),
            "NOT_FOUND categoryIds.0",
        ),
        (
            "productPublish",
            json!({ "productId": id, "markets": [{ "marketId": id }] }),
            "NOT_FOUND markets.0.marketId",
        ),
        (
            "productPublish",
            json!({ "productId": id, "markets": [{ "marketId": "mkt_00000000000000000000000000" }] }),
            "NOT_FOUND markets.0",
        ),
        (
            "productPublish",
            json!({ "productId": id, "markets": [{ "marketId": market }, { "marketId": market }] }),
            "INVALID markets.1",
        ),
        ("productUnpublish", json!({ "productId": id, "marketIds": [variant] }), "NOT_FOUND marketIds.0"),
        (
            "productOptionUpdate",
            json!({ "id": mug.text("/product/options/0/optionId"), "values": [{ "id": other_value, "name": "v" }] }),
            "NOT_FOUND values.0.id",
        ),
        (
            "productOptionUpdate",
            json!({ "id": mug.text("/product/options/0/optionId"), "values": [{ "id": id, "name": "v" }] }),
            "NOT_FOUND values.0.id",
        ),
        (
            "productOptionsReorder",
            json!({ "productId": id, "optionIds": [of_pot("/product/options/0/optionId")] }),
            "NOT_FOUND optionIds.0",
        ),
        (
            "productVariantsReorder",
            json!({ "productId": id, "variantIds": [of_pot("/product/variants/nodes/0/id")] }),
            "NOT_FOUND variantIds.0",
        ),
        (
            "productMediaReorder",
            json!({ "productId": id, "mediaIds": [of_pot("/product/media/nodes/0/id")] }),
            "NOT_FOUND mediaIds.0",
        ),
        (
            "productVariantUpdate",
            json!({ "id": variant, "mediaId": of_pot("/product/media/nodes/0/id") }),
            "NOT_FOUND mediaId",
        ),
        ("productVariantUpdate", json!({ "id": variant, "mediaId": id }), "NOT_FOUND mediaId"),
    ] {
        refused(&shop, field, input, expected).await;
    }
    let (mug_now, pot_now) = (staff(&shop, "cafe-mug").await, staff(&shop, "tarn-teapot").await);
    assert_eq!((mug_now.data(), pot_now.data()), (mug.data(), pot.data()), "nothing changed");
}

async fn orders_name_everything_once(shop: TestShop) {
    let reply = made(
        &shop,
        "productSet",
        json!({ "handle": "two", "title": "Two", "options": [{ "name": "Size" }],
        "variants": [{ "optionValues": ["S"] }, { "optionValues": ["M"] }] }),
        PRODUCT,
    )
    .await;
    let id = reply.text("/productSet/product/id");
    let variants = reply.texts("/productSet/product/variants/nodes", "/id");
    refused(
        &shop,
        "productVariantsReorder",
        json!({ "productId": id, "variantIds": [] }),
        "INVALID variantIds",
    )
    .await;
    refused(
        &shop,
        "productVariantsReorder",
        json!({ "productId": id, "variantIds": [variants[0]] }),
        "INVALID variantIds",
    )
    .await;
    refused(
        &shop,
        "productVariantsReorder",
        json!({ "productId": id, "variantIds": [variants[0], variants[0]] }),
        "INVALID variantIds.1",
    )
    .await;
}

async fn addresses_and_weights_are_bounded(shop: TestShop) {
    let before = staff(&shop, "cafe-mug").await;
    let (id, variant) = (before.text("/product/id"), before.text("/product/variants/nodes/0/id"));
    for url in [
        "",
        "x",
        "ftp://a/b",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://a b",
        "https://a/\0",
        "/media/x",
        "file:///etc/passwd",
    ] {
        refused(&shop, "productMediaCreate", json!({ "productId": id, "url": url }), "INVALID url").await;
    }
    let long = format!("https://a/{}", "x".repeat(2048));
    refused(&shop, "productMediaCreate", json!({ "productId": id, "url": long }), "INVALID url").await;
    refused(
        &shop,
        "productMediaCreate",
        json!({ "productId": id, "url": "https://a/b", "alt": "x".repeat(1001) }),
        "INVALID alt",
    )
    .await;
    for value in [-1.0, 1e300] {
        let weight = json!({ "value": value, "unit": "GRAMS" });
        refused(&shop, "productVariantUpdate", json!({ "id": variant, "weight": weight }), "INVALID weight")
            .await;
    }
    refused(&shop, "productVariantUpdate", json!({ "id": variant, "sku": "x".repeat(256) }), "INVALID sku")
        .await;
}
