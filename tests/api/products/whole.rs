//! Staff at work on whole products, on what they say in other languages, and against each other.

use serde_json::{Value, json};

use super::office::{PRODUCT, STAFF, made, staff, tried, wrong};
use super::shelf::{assert_derived, assert_invariants};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: texts_are_translated, a_whole_product_is_set_in_one_input, many_products_are_set,
        a_stale_version_meets_the_current_product, html_is_made_safe_and_text_is_text;
}

async fn texts_are_translated(shop: TestShop) {
    made(
        &shop,
        "productSet",
        json!({ "handle": "tea", "title": "Tea", "options": [{ "name": "Kind" }],
        "media": [{ "url": "https://img.example.com/1.jpg" }], "publications": [{ "market": "de" }],
        "variants": [{ "optionValues": ["green"], "prices": [{ "market": "de", "amount": "3.00" }] }] }),
        "product { id }",
    )
    .await;
    let before = staff(&shop, "tea").await;
    let id = before.text("/product/id");
    let texts = json!({ "productId": id, "language": "de", "title": "Grüntee", "descriptionHtml": "<p>Guter Tee</p>" });
    made(&shop, "productTranslationSet", texts, "product { id }").await;
    for (pointer, text) in [
        ("/product/options/0/optionId", "Sorte"),
        ("/product/options/0/values/0/valueId", "grün"),
        ("/product/media/nodes/0/id", "Ein Blatt"),
    ] {
        let input = json!({ "id": before.text(pointer), "language": "de", "text": text });
        made(&shop, "productPartTranslationSet", input, "product { id }").await;
    }
    let text = r#"{ product(handle: "tea") { title description options { name values { value } } variants(first: 1) { nodes { title } } media(first: 1) { nodes { alt } } } }"#;
    let german = shop.query(text).market("de").language("de").await;
    assert_eq!(german.text("/product/title"), "Grüntee");
    assert_eq!(german.text("/product/description"), "Guter Tee");
    assert_eq!(german.text("/product/options/0/name"), "Sorte");
    assert_eq!(german.text("/product/variants/nodes/0/title"), "grün");
    assert_eq!(german.text("/product/media/nodes/0/alt"), "Ein Blatt");
    let found = shop
        .query(r#"{ search(query: "grüntee", first: 3) { nodes { handle } } }"#)
        .market("de")
        .language("de")
        .await;
    assert_eq!(found.handles("/search"), ["tea"]);
    assert_eq!(staff(&shop, "tea").await.number("/product/version"), before.number("/product/version") + 4);

    made(&shop, "productTranslationDelete", json!({ "id": id, "language": "de" }), "product { id }").await;
    assert_eq!(shop.query(text).market("de").language("de").await.text("/product/title"), "Tea");
    for (input, expected) in [
        (json!({ "productId": id, "language": "fr", "title": "Thé" }), "INVALID language"),
        (json!({ "productId": id, "language": "en", "title": "Tea" }), "INVALID language"),
        (json!({ "productId": id, "language": "de" }), "INVALID title"),
    ] {
        let reply = tried(&shop, "productTranslationSet", input, "product { id }").await;
        assert_eq!(wrong(&reply, "productTranslationSet"), [expected]);
    }
    assert_derived(&shop).await;
}

fn whole(handle: &str) -> Value {
    json!({
        "handle": handle, "title": "Whole", "descriptionHtml": "<p>Good</p>", "vendor": "V", "productType": "T",
        "tags": ["a"], "categories": ["bath"], "seoTitle": "S", "isGiftCard": false,
        "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [
            { "optionValues": ["S"], "sku": format!("{handle}-s"), "tracked": true, "imageUrl": "https://img.example.com/s.jpg",
              "prices": [{ "market": "us", "amount": "10.00", "compareAtPrice": "12.00", "unitCost": "4.00" }],
              "stock": [{ "location": "LOCATION", "available": 3 }] },
            { "optionValues": ["M"], "sku": format!("{handle}-m"), "prices": [{ "market": "us", "amount": "11.00" }] },
        ],
        "media": [{ "url": "https://img.example.com/1.jpg", "alt": "First" }],
        "metafields": [{ "namespace": "a", "key": "b", "type": "t", "value": "v" }],
        "publications": [{ "market": "us" }],
    })
}

fn whole_in(shop: &TestShop, handle: &str) -> Value {
    let location = shop.app.markets().locations[0].handle.clone();
    serde_json::from_str(&whole(handle).to_string().replace("LOCATION", &location)).unwrap()
}

async fn a_whole_product_is_set_in_one_input(shop: TestShop) {
    let input = whole_in(&shop, "whole");
    let reply = made(&shop, "productSet", input.clone(), "created changed product { id version }").await;
    assert_eq!(
        (reply.at("/productSet/created"), reply.number("/productSet/product/version")),
        (&json!(true), 1)
    );
    let again = made(&shop, "productSet", input, "created changed product { version }").await;
    assert_eq!(again.at("/productSet/changed"), &json!(false));
    // One of them writes the audit entry.
    assert!(again.statements() <= 9, "{} statements with those that read what is told", again.statements());
    let shopper = shop.query(r#"{ product(handle: "whole") { category { handle } media(first: 5) { nodes { url } }
        variants(first: 5) { nodes { title availableForSale price { amount } compareAtPrice { amount } quantityAvailable image { url } } } } }"#).await;
    assert_eq!(shopper.texts("/product/variants/nodes", "/price/amount"), ["10.00", "11.00"]);
    assert_eq!(shopper.text("/product/variants/nodes/0/compareAtPrice/amount"), "12.00");
    assert_eq!(shopper.number("/product/variants/nodes/0/quantityAvailable"), 3);
    assert_eq!(shopper.text("/product/variants/nodes/0/image/url"), "https://img.example.com/s.jpg");
    let fewer = json!({ "handle": "whole", "variants": [{ "optionValues": ["M"] }], "media": null });
    let reply = made(&shop, "productSet", fewer, PRODUCT).await;
    assert_eq!(reply.texts("/productSet/product/variants/nodes", "/title"), ["M"]);
    assert_eq!(reply.text("/productSet/product/variants/nodes/0/sku"), "whole-m", "what is absent stays");
    assert_eq!(reply.list("/productSet/product/media/nodes").len(), 0);
    assert_invariants(&shop).await;
    assert_derived(&shop).await;
}

async fn many_products_are_set(shop: TestShop) {
    let mut inputs: Vec<Value> = (0..30).map(|number| whole_in(&shop, &format!("many-{number}"))).collect();
    inputs[3]["title"] = json!("");
    let text = "mutation ($inputs: [ProductSetInput!]!, $on: ProductsSetOnError!) { productsSet(inputs: $inputs, onError: $on) {
        results { createdCount failedCount changedCount rows(failedOnly: true) { index skipped productId userErrors { code field } } } userErrors { code } } }";
    let reply = shop
        .query(text)
        .variable("inputs", inputs.clone())
        .variable("on", "SKIP")
        .asked_by_staff(STAFF)
        .await;
    assert_eq!(reply.number("/productsSet/results/createdCount"), 29);
    assert_eq!(
        reply.at("/productsSet/results/rows"),
        &json!([
        { "index": 3, "skipped": false, "productId": null, "userErrors": [{ "code": "INVALID", "field": ["title"] }] }])
    );
    inputs[20]["variants"][0]["sku"] = json!("many-1-s");
    let reply = shop
        .query(text)
        .variable("inputs", inputs[10..].to_vec())
        .variable("on", "ABORT")
        .asked_by_staff(STAFF)
        .await;
    assert_eq!(reply.number("/productsSet/results/changedCount"), 0);
    assert_eq!(reply.list("/productsSet/results/rows").len(), 10);
    assert_eq!(reply.at("/productsSet/results/rows/0/userErrors/0/code"), "TAKEN");
    assert_eq!(reply.at("/productsSet/results/rows/1/skipped"), true);
    let none =
        shop.query(text).variable("inputs", json!([])).variable("on", "SKIP").asked_by_staff(STAFF).await;
    assert_eq!(none.text("/productsSet/userErrors/0/code"), "INVALID");
}

async fn a_stale_version_meets_the_current_product(shop: TestShop) {
    let before = staff(&shop, "cafe-mug").await;
    let (id, version) = (before.text("/product/id"), before.number("/product/version"));
    let variant = before.text("/product/variants/nodes/0/id");
    made(&shop, "productUpdate", json!({ "id": id, "version": version, "title": "Mine" }), "product { id }")
        .await;
    for (field, input) in [
        ("productUpdate", json!({ "id": id, "version": version, "title": "Yours" })),
        ("productVariantUpdate", json!({ "id": variant, "version": version, "sku": "other" })),
        ("productOptionCreate", json!({ "productId": id, "version": version, "name": "N", "values": ["v"] })),
        ("productMediaCreate", json!({ "productId": id, "version": version, "url": "https://a/b.jpg" })),
        (
            "metafieldsSet",
            json!({ "ownerId": id, "version": version, "metafields": [{ "namespace": "n", "key": "k", "type": "t", "value": "v" }] }),
        ),
        ("productDelete", json!({ "id": id, "version": version })),
        ("productSet", json!({ "handle": "cafe-mug", "version": version, "title": "Yours" })),
    ] {
        let reply = tried(&shop, field, input, "product { title version }").await;
        assert_eq!(wrong(&reply, field), ["CONFLICT version"]);
        let current = json!({ "title": "Mine", "version": version + 1 });
        assert_eq!(reply.at(&format!("/{field}/product")), &current, "{field}");
    }
}

async fn html_is_made_safe_and_text_is_text(shop: TestShop) {
    let script = "<script>alert(1)</script>";
    let input = json!({ "title": script, "vendor": script, "tags": [script], "seoTitle": script, "seoDescription": script,
        "descriptionHtml": format!("<p onclick=\"alert(1)\">Good{script}<a href=\"javascript:alert(1)\">x</a></p>") });
    let reply = made(
        &shop,
        "productCreate",
        input,
        "product { id title vendor tags handle descriptionHtml description seo { title } }",
    )
    .await;
    let product = reply.at("/productCreate/product");
    assert_eq!(product["title"], script, "a text is kept as it is: whoever shows it escapes it");
    assert_eq!(product["tags"], json!([script]));
    assert_eq!(product["handle"], "script-alert-1-script");
    let html = product["descriptionHtml"].as_str().unwrap();
    assert!(html.contains("Good") && !html.contains("alert") && !html.contains("script"), "{html}");
    let id = reply.text("/productCreate/product/id");
    let values = json!({ "productId": id, "name": script, "values": [script] });
    let reply = made(&shop, "productOptionCreate", values, PRODUCT).await;
    assert_eq!(reply.text("/productOptionCreate/product/variants/nodes/0/title"), script);
    let found = shop
        .query("query ($q: String!) { search(query: $q, first: 3) { nodes { title } } }")
        .variable("q", script)
        .await;
    found.data();
    assert_derived(&shop).await;
}
