//! What a product page asks for.

use serde_json::json;

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_product_page_has_everything_at_once, a_product_is_found_by_id_as_by_handle,
        what_is_not_on_offer_does_not_exist, images_carry_their_address_and_size, a_description_is_cut_at_the_end_of_a_word,
        metafields_are_found_by_key_and_listed_in_order, search_engines_are_told_what_staff_wrote,
        ratings_count_published_reviews_only, reviews_are_newest_or_best_first, stock_is_told_per_location_and_capped,
        what_nobody_counts_can_always_be_bought, related_products_share_the_category_and_are_others,
        reduced_prices_tell_what_they_were, a_field_of_a_hidden_product_cannot_be_reached_by_its_review;
}

async fn a_product_page_has_everything_at_once(shop: TestShop) {
    let reply = shop
        .query(
            r#"{ product(handle: "cloud-bath-towel") {
                id title vendor productType tags description descriptionHtml publishedAt isGiftCard availableForSale
                priceRange { min { amount currency } max { amount currency } }
                category { handle breadcrumbs { handle } } categories { handle }
                featuredImage { alt }
                variants(first: 1) { totalCount nodes {
                    title sku position selectedOptions { name value } price { amount currency } weight { value unit }
                    quantityAvailable requiresShipping taxable image { alt } product { handle }
                } }
            } }"#,
        )
        .await;

    assert!(reply.text("/product/id").starts_with("prd_"));
    assert_eq!(reply.text("/product/title"), "Cloud bath towel");
    assert_eq!(reply.text("/product/vendor"), "Maison Aubépine");
    assert_eq!(reply.at("/product/tags"), &json!(["towel", "cotton", "soft", "everyday"]));
    assert_eq!(reply.at("/product/priceRange/min"), &json!({"amount": "42.00", "currency": "USD"}));
    assert_eq!(reply.at("/product/priceRange/max"), &json!({"amount": "62.00", "currency": "USD"}));
    assert_eq!(
        reply.texts("/product/category/breadcrumbs", "/handle"),
        ["bath", "bath-textiles", "bath-towels"]
    );
    assert_eq!(reply.text("/product/featuredImage/alt"), "Bath towel on a rail in white");
    assert!(!reply.text("/product/description").contains('<'));
    assert!(reply.text("/product/descriptionHtml").starts_with("<p>"));
    assert_eq!(reply.number("/product/variants/totalCount"), 7);
    let variant = reply.at("/product/variants/nodes/0");
    assert_eq!(variant["title"], "White / 70 × 140 cm");
    assert_eq!(variant["sku"], "AUB-CLO-WHI-70140C");
    assert_eq!(variant["position"], 1);
    assert_eq!(variant["price"], json!({"amount": "42.00", "currency": "USD"}));
    assert_eq!(variant["weight"]["unit"], "POUNDS");
    assert!((variant["weight"]["value"].as_f64().unwrap() * 453.592_37 - 560.0).abs() < 0.1);
    assert_eq!(variant["product"]["handle"], "cloud-bath-towel");
    assert_eq!(variant["selectedOptions"][1], json!({"name": "Size", "value": "70 × 140 cm"}));
}

async fn a_product_is_found_by_id_as_by_handle(shop: TestShop) {
    let by_handle = shop.query(r#"{ product(handle: "cafe-mug") { id handle title } }"#).await;
    let id = by_handle.text("/product/id");

    let by_id =
        shop.query("query($id: ID) { product(id: $id) { id handle title } }").variable("id", id).await;

    assert_eq!(by_id.data(), by_handle.data());
    let neither = shop.query("{ product { id } }").await;
    assert!(neither.at("/product").is_null());
}

async fn what_is_not_on_offer_does_not_exist(shop: TestShop) {
    for hidden in [
        "velvet-evening-cape",
        "travel-soap-tin",
        "wide-sun-hat",
        "striped-table-runner",
        "no-such-thing",
        "",
    ] {
        let reply =
            shop.query("query($h: String) { product(handle: $h) { id } }").variable("h", hidden).await;
        assert!(reply.at("/product").is_null(), "{hidden}");
    }
}

async fn images_carry_their_address_and_size(shop: TestShop) {
    let reply = shop
        .query(r#"{ product(handle: "cloud-bath-towel") { media(first: 3) { totalCount nodes { id url width height mimeType } } } }"#)
        .await;

    assert_eq!(reply.number("/product/media/totalCount"), 4);
    let image = reply.at("/product/media/nodes/0");
    assert_eq!(image["url"], "http://shop.test/media/cloud-bath-towel-1.svg");
    assert_eq!((image["width"].as_i64(), image["height"].as_i64()), (Some(800), Some(800)));
    assert_eq!(image["mimeType"], "image/svg+xml");
    assert!(image["id"].as_str().unwrap().starts_with("med_"));
    shop.sql(
        "UPDATE media SET url = 'https://cdn.example/a.jpg', width = NULL, height = NULL, mime_type = NULL",
    )
    .await;
    let remote = shop
        .query(r#"{ product(handle: "cloud-bath-towel") { featuredImage { url width mimeType } } }"#)
        .await;
    assert_eq!(
        remote.at("/product/featuredImage"),
        &json!({"url": "https://cdn.example/a.jpg", "width": null, "mimeType": null})
    );
}

async fn a_description_is_cut_at_the_end_of_a_word(shop: TestShop) {
    let query = r#"{ product(handle: "cloud-bath-towel") { whole: description short: description(truncateAt: 40) } }"#;
    let reply = shop.query(query).await;

    let (whole, short) = (reply.text("/product/whole"), reply.text("/product/short"));
    let words = short.trim_end_matches(|c: char| !c.is_alphanumeric());
    assert!(short.chars().count() <= 45 && words.chars().count() > 20, "{short:?}");
    assert!(whole.starts_with(words), "{short:?}");
    assert!(!whole[words.len()..].starts_with(char::is_alphanumeric), "cut inside a word: {short:?}");
}

async fn metafields_are_found_by_key_and_listed_in_order(shop: TestShop) {
    let reply = shop
        .query(
            r#"{ product(handle: "jorn-desk-lamp") {
                metafields { namespace key type value }
                none: metafields(namespace: "nothing") { key }
                height: metafield(namespace: "details", key: "height_cm") { type value }
                missing: metafield(namespace: "details", key: "nothing") { value }
            } }"#,
        )
        .await;

    assert_eq!(reply.texts("/product/metafields", "/key"), ["bulb", "care", "height_cm", "material"]);
    assert_eq!(reply.text("/product/height/value"), "46");
    assert!(reply.at("/product/missing").is_null());
    assert!(reply.list("/product/none").is_empty());
}

async fn search_engines_are_told_what_staff_wrote(shop: TestShop) {
    let reply = shop
        .query(
            r#"{ told: product(handle: "jorn-desk-lamp") { seo { title description } }
                 silent: product(handle: "cloud-bath-towel") { seo { title description } } }"#,
        )
        .await;

    assert_eq!(reply.text("/told/seo/title"), "Jørn desk lamp, dimmable");
    assert_eq!(reply.at("/silent/seo"), &json!({"title": null, "description": null}));
}

async fn ratings_count_published_reviews_only(shop: TestShop) {
    let query = r#"{ product(handle: "tarn-teapot") { ratingSummary { average count } reviews(first: 100) { totalCount nodes { rating } } } }"#;
    let reply = shop.query(query).await;

    let ratings: Vec<f64> = reply
        .list("/product/reviews/nodes")
        .iter()
        .map(|review| review["rating"].as_f64().unwrap())
        .collect();
    let written = shop
        .number("SELECT count(*) FROM review r JOIN product p ON p.id = r.product_id WHERE p.handle = 'tarn-teapot'")
        .await;
    assert!(written > i64::try_from(ratings.len()).unwrap(), "the sample has a pending review of the teapot");
    assert_eq!(reply.number("/product/ratingSummary/count"), i64::try_from(ratings.len()).unwrap());
    assert_eq!(reply.number("/product/reviews/totalCount"), i64::try_from(ratings.len()).unwrap());
    #[expect(clippy::cast_precision_loss, reason = "a handful of reviews")]
    let average = ratings.iter().sum::<f64>() / ratings.len() as f64;
    let told = reply.at("/product/ratingSummary/average").as_f64().unwrap();
    assert!((told - average).abs() < 0.01, "{told} is not {average}");
}

async fn reviews_are_newest_or_best_first(shop: TestShop) {
    let reply = shop
        .query(
            r#"{ product(handle: "cafe-mug") {
                newest: reviews(first: 100) { nodes { id createdAt author { displayName } } }
                best: reviews(first: 100, sortKey: BEST) { nodes { id rating createdAt } }
            } }"#,
        )
        .await;

    let newest = reply.texts("/product/newest/nodes", "/createdAt");
    assert!(newest.len() >= 8 && newest.windows(2).all(|pair| pair[0] >= pair[1]), "{newest:?}");
    let best = reply.list("/product/best/nodes");
    let keys: Vec<_> = best
        .iter()
        .map(|review| (review["rating"].as_i64().unwrap(), review["createdAt"].to_string()))
        .collect();
    assert!(keys.windows(2).all(|pair| pair[0] >= pair[1]), "{keys:?}");
    assert!(keys.first().unwrap().0 > keys.last().unwrap().0, "a list of equal ratings shows nothing");
    let sorted = |list: &str| {
        let mut ids = reply.texts(list, "/id");
        ids.sort();
        ids
    };
    assert_eq!(sorted("/product/newest/nodes"), sorted("/product/best/nodes"));
}

async fn stock_is_told_per_location_and_capped(shop: TestShop) {
    let query = r#"{ product(handle: "cloud-bath-towel") { variants(first: 1) { nodes {
        quantityAvailable stockLevels { location { handle name country } available } } } } }"#;
    let reply = shop.query(query).await;

    assert_eq!(reply.number("/product/variants/nodes/0/quantityAvailable"), 51);
    let levels = reply.list("/product/variants/nodes/0/stockLevels");
    let levels: Vec<_> = levels
        .iter()
        .map(|level| (level["location"]["handle"].clone(), level["available"].clone()))
        .collect();
    assert_eq!(levels, [(json!("portland"), json!(45)), (json!("berlin"), json!(6))]);
    shop.sql("UPDATE stock_level SET available = 5000").await;
    let many = shop.query(query).await;
    assert_eq!(many.number("/product/variants/nodes/0/quantityAvailable"), 100);
    assert_eq!(many.number("/product/variants/nodes/0/stockLevels/0/available"), 100);
}

async fn what_nobody_counts_can_always_be_bought(shop: TestShop) {
    let query = r#"{ product(handle: "corner-roast-coffee") { variants { nodes { availableForSale quantityAvailable stockLevels { available } } } } }"#;
    let reply = shop.query(query).await;

    let uncounted = |variant: &&serde_json::Value| variant["quantityAvailable"].is_null();
    let variants: Vec<_> = reply.list("/product/variants/nodes").iter().filter(uncounted).collect();
    assert!(!variants.is_empty());
    assert!(
        variants
            .iter()
            .all(|variant| variant["availableForSale"] == true && variant["stockLevels"] == json!([]))
    );
}

async fn related_products_share_the_category_and_are_others(shop: TestShop) {
    let query = r#"{ product(handle: "linen-camp-shirt") { relatedProducts(first: 4) {
        handle availableForSale category { handle parent { handle } } } } }"#;
    let reply = shop.query(query).await;

    let related = reply.texts("/product/relatedProducts", "/handle");
    let distinct: std::collections::HashSet<&String> = related.iter().collect();
    assert_eq!((related.len(), distinct.len()), (4, 4), "{related:?}");
    assert!(!related.contains(&"linen-camp-shirt".to_owned()), "{related:?}");
    let categories = reply.texts("/product/relatedProducts", "/category/handle");
    let of_its_own = categories.iter().take_while(|category| *category == "shirts").count();
    assert!(of_its_own >= 1 && categories[of_its_own..].iter().all(|category| category != "shirts"));
    for product in reply.list("/product/relatedProducts") {
        assert_eq!(product["category"]["parent"]["handle"], "tops", "{product}");
    }
    let too_many =
        shop.query(r#"{ product(handle: "cafe-mug") { relatedProducts(first: 21) { handle } } }"#).await;
    assert_eq!(too_many.code(), "BAD_REQUEST");
}

async fn reduced_prices_tell_what_they_were(shop: TestShop) {
    let reply = shop
        .query(
            r#"{ reduced: product(handle: "cloud-bath-towel") { compareAtPriceRange { min { amount } max { amount } }
                    variants { nodes { price { amount } compareAtPrice { amount } } } }
                 full: product(handle: "cake-plates") { compareAtPriceRange { min { amount } } } }"#,
        )
        .await;

    assert_eq!(reply.text("/reduced/compareAtPriceRange/min/amount"), "50.00");
    let reduced = |variant: &&serde_json::Value| !variant["compareAtPrice"].is_null();
    let reduced: Vec<_> = reply.list("/reduced/variants/nodes").iter().filter(reduced).collect();
    assert_eq!(reduced.len(), 1);
    assert_eq!(reduced[0]["compareAtPrice"]["amount"], "50.00");
    assert!(reply.at("/full/compareAtPriceRange").is_null());
}

async fn a_field_of_a_hidden_product_cannot_be_reached_by_its_review(shop: TestShop) {
    let query = r#"{ product(handle: "cafe-mug") { id reviews(first: 1) { nodes { id } } variants(first: 1) { nodes { id } } media(first: 1) { nodes { id } } } }"#;
    let reply = shop.query(query).await;
    let ids = [
        "/product/id",
        "/product/reviews/nodes/0/id",
        "/product/variants/nodes/0/id",
        "/product/media/nodes/0/id",
    ];
    let ids: Vec<&str> = ids.iter().map(|pointer| reply.text(pointer)).collect();
    let hide = vitrine::services::catalog::draft::ProductDraft {
        handle: "cafe-mug".to_owned(),
        published: Some(false),
        ..Default::default()
    };
    shop.save(&[hide]).await;

    let nodes = shop
        .query("query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Review { product { handle } } } }")
        .variable("ids", ids)
        .await;

    assert!(!nodes.json.to_string().contains("cafe-mug"));
    let there: Vec<_> = nodes
        .list("/nodes")
        .iter()
        .filter(|node| !node.is_null() && node["__typename"] != "Review")
        .collect();
    assert!(there.is_empty(), "{there:?}");
}
