//! Every answer is in one market and one language.

use axum::body::{Body, to_bytes};
use chrono::TimeDelta;
use http::Request;
use serde_json::{Value, json};
use vitrine::services::Permission;
use vitrine::services::catalog::publications;

use crate::harness::{TestShop, now, on_each_engine};

on_each_engine! {
    sample: prices_are_in_the_markets_currency, each_market_shows_what_is_published_in_it,
        a_publish_date_takes_effect_by_itself, texts_fall_back_field_by_field, languages_are_negotiated_never_refused,
        an_unknown_market_is_refused, a_market_tells_about_itself, header_and_parameter_must_agree,
        a_new_date_is_seen_in_the_very_next_read;
    empty: the_first_market_is_made_by_a_request_that_is_answered_from_nowhere;
}

async fn prices_are_in_the_markets_currency(shop: TestShop) {
    let query = r#"{ product(handle: "cloud-bath-towel") { priceRange { min { amount currency } max { amount } } variants(first: 1) { nodes { price { amount currency } } } } }"#;
    for (market, min, currency) in [("us", "42.00", "USD"), ("de", "39.00", "EUR")] {
        let reply = shop.query(query).market(market).await;
        let expected = json!({"amount": min, "currency": currency});
        assert_eq!(reply.at("/product/priceRange/min"), &expected);
        assert_eq!(reply.at("/product/variants/nodes/0/price"), &expected);
    }
    assert_eq!(
        shop.query(query).await.text("/product/priceRange/min/currency"),
        "USD",
        "the default market is the first"
    );
}

async fn each_market_shows_what_is_published_in_it(shop: TestShop) {
    let query = r#"{ runner: product(handle: "striped-table-runner") { id } bowl: product(handle: "family-salad-bowl") { id }
        products(first: 100, filter: {handles: ["striped-table-runner", "family-salad-bowl"]}) { nodes { handle } }
        search(query: "striped") { nodes { handle } } }"#;
    let (us, de) =
        (shop.query(query).market("us").await, shop.query(query).market("de").language("en").await);

    assert_eq!(us.handles("/products"), ["family-salad-bowl"]);
    assert_eq!(de.handles("/products"), ["striped-table-runner"]);
    assert!(us.at("/runner").is_null() && !us.at("/bowl").is_null());
    assert!(!de.at("/runner").is_null() && de.at("/bowl").is_null());
    assert!(!us.handles("/search").contains(&"striped-table-runner".to_owned()));
    assert!(de.handles("/search").contains(&"striped-table-runner".to_owned()));
}

/// In how many ways a product can be seen.
const EVERYWHERE: &str = r#"{ product(handle: "marsh-quilted-vest") { id }
    products(first: 100, filter: {handles: ["marsh-quilted-vest"]}) { totalCount nodes { id } facets { key values { value } } }
    search(query: "quilted vest") { nodes { handle } } suggest(query: "marsh") { products { handle } terms }
    collection(handle: "new-this-season") { products(first: 100) { nodes { handle } } } }"#;

async fn a_publish_date_takes_effect_by_itself(shop: TestShop) {
    for (days, in_us, in_de) in [(0, false, false), (13, false, false), (15, false, true), (22, true, true)] {
        shop.set_clock(now() + TimeDelta::days(days));
        for (market, expected) in [("us", in_us), ("de", in_de)] {
            let reply = shop.query(EVERYWHERE).market(market).language("en").await;
            let place = format!("{market} after {days} days: {}", reply.json);
            assert_eq!(!reply.at("/product").is_null(), expected, "{place}");
            assert_eq!(reply.number("/products/totalCount"), i64::from(expected), "{place}");
            let vest = |list: Vec<String>| list.contains(&"marsh-quilted-vest".to_owned());
            assert_eq!(vest(reply.handles("/search")), expected, "{place}");
            assert_eq!(vest(reply.handles("/collection/products")), expected, "{place}");
            assert_eq!(vest(reply.texts("/suggest/products", "/handle")), expected, "{place}");
        }
    }
}

async fn a_new_date_is_seen_in_the_very_next_read(shop: TestShop) {
    let query = r#"{ product(handle: "cafe-mug") { publishedAt } }"#;
    assert!(!shop.query(query).await.at("/product").is_null());
    let market = shop.app.markets().markets[0].id;
    let reply = shop.query(r#"{ product(handle: "cafe-mug") { id } }"#).await;
    let id = reply.text("/product/id").to_owned();
    let row = shop.rows("SELECT handle FROM product WHERE handle = 'cafe-mug'").await;
    assert_eq!(row, ["cafe-mug"]);
    let product = product_id(&id);
    let tomorrow = now() + TimeDelta::days(1);

    let change = shop.app.begin().await.unwrap();
    publications::set(&change, &[(product, market, tomorrow.into())]).await.unwrap();
    change.commit().await.unwrap();

    assert!(shop.query(query).await.at("/product").is_null());
    shop.set_clock(tomorrow);
    assert!(!shop.query(query).await.at("/product").is_null());
}

/// The key in an id as clients see it: 26 letters of Crockford's base 32.
fn product_id(id: &str) -> entity::id::ProductId {
    let bits = id.strip_prefix("prd_").unwrap().bytes().fold(0_u128, |bits, letter| {
        let five = b"0123456789abcdefghjkmnpqrstvwxyz".iter().position(|known| *known == letter).unwrap();
        bits << 5 | five as u128
    });
    entity::id::ProductId(uuid::Uuid::from_u128(bits))
}

async fn texts_fall_back_field_by_field(shop: TestShop) {
    let query = r#"{ jacket: product(handle: "harbour-jacket") { title seo { title } }
        untranslated: product(handle: "oak-lid-bread-tin") { title description } }"#;
    let german = shop.query(query).market("de").language("de").await;
    let english = shop.query(query).market("de").language("en").await;

    assert_ne!(german.text("/jacket/title"), english.text("/jacket/title"));
    assert_eq!(german.text("/jacket/seo/title"), "Harbour work jacket for men and women");
    assert_eq!(german.at("/untranslated"), english.at("/untranslated"));
    shop.sql("UPDATE product_translation SET title = NULL WHERE language = 'de'").await;
    vitrine::services::search::project::rebuild(&shop.app).await.unwrap();
    let half = shop
        .query(r#"{ product(handle: "harbour-jacket") { title description } }"#)
        .market("de")
        .language("de")
        .await;
    assert_eq!(half.text("/product/title"), "Harbour work jacket");
    assert_ne!(
        half.text("/product/description"),
        shop.query(r#"{ product(handle: "harbour-jacket") { description } }"#)
            .await
            .text("/product/description")
    );
}

async fn languages_are_negotiated_never_refused(shop: TestShop) {
    let query = r#"{ category(handle: "home") { title } }"#;
    for (header, title) in [
        ("de", "Wohnen"),
        ("de-CH", "Wohnen"),
        ("en", "Home"),
        ("en-GB,en;q=0.9,de;q=0.8", "Home"),
        ("fr, de;q=0.5, en;q=0.1", "Wohnen"),
        ("fr", "Wohnen"),
        ("*", "Wohnen"),
        ("", "Wohnen"),
        ("de;q=0, en", "Home"),
        (";;;,,q=x", "Wohnen"),
    ] {
        let reply = shop.query(query).market("de").language(header).await;
        assert_eq!(reply.text("/category/title"), title, "{header:?}");
    }
}

async fn an_unknown_market_is_refused(shop: TestShop) {
    for market in ["mars", "", "US", "us' OR 1=1 --"] {
        let reply = shop.query("{ shop { name } }").market(market).await;
        assert_eq!((reply.code(), reply.is_refused), ("BAD_REQUEST", true), "{market:?}");
        assert!(reply.json.get("data").is_none());
    }
}

async fn a_market_tells_about_itself(shop: TestShop) {
    let query = r#"{ shop { name baseLanguage } market { handle currency languages taxInclusive countries } other: market(handle: "us") { currency } none: market(handle: "mars") { id } }"#;
    let reply = shop.query(query).market("de").await;

    assert_eq!(reply.at("/shop"), &json!({"name": "Vitrine", "baseLanguage": "en"}));
    assert_eq!(
        reply.at("/market"),
        &json!({"handle": "de", "currency": "EUR", "languages": ["de", "en"], "taxInclusive": true, "countries": ["AT", "DE"]})
    );
    assert_eq!(reply.text("/other/currency"), "USD");
    assert!(reply.at("/none").is_null());
}

async fn header_and_parameter_must_agree(shop: TestShop) {
    let ask = |path: &str, market: Option<&str>, language: Option<&str>| {
        let mut request = Request::post(path).header("content-type", "application/json");
        if let Some(market) = market {
            request = request.header("vitrine-market", market);
        }
        if let Some(language) = language {
            request = request.header("accept-language", language);
        }
        request
            .body(Body::from(r#"{"query":"{ market { handle } category(handle: \"home\") { title } }"}"#))
            .unwrap()
    };
    for (path, market, language, expected) in [
        ("/graphql", Some("de"), None, Some(("de", "Wohnen"))),
        ("/graphql?market=de", None, None, Some(("de", "Wohnen"))),
        ("/graphql?market=de&language=en", None, None, Some(("de", "Home"))),
        ("/graphql?market=de", Some("de"), Some("en"), Some(("de", "Home"))),
        ("/graphql?market=us", Some("de"), None, None),
        ("/graphql?market=us", None, None, Some(("us", "Home"))),
        ("/graphql?market=mars", None, None, None),
    ] {
        let response = shop.http(ask(path, market, language)).await;
        let status = response.status();
        let body: Value =
            serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap();
        if let Some((market, title)) = expected {
            assert_eq!(body["data"]["market"]["handle"], market, "{path}: {body}");
            assert_eq!(body["data"]["category"]["title"], title, "{path}: {body}");
        } else {
            assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{path}: {body}");
            assert!(
                body.get("data").is_none() && status.is_client_error() || status.as_u16() == 200,
                "{path} {status}"
            );
        }
    }
}

async fn the_first_market_is_made_by_a_request_that_is_answered_from_nowhere(shop: TestShop) {
    let before = "{ shop { name } market { handle } markets { totalCount } products(first: 1) { totalCount nodes { id } } \
                  search(query: \"x\") { totalCount } product(handle: \"x\") { id } }";
    let reply = shop.query(before).await;
    assert_eq!(reply.data()["market"], json!(null));
    assert_eq!(reply.data()["products"], json!({ "totalCount": 0, "nodes": [] }));
    let unknown = shop.query("{ shop { name } }").market("us").await;
    assert_eq!((unknown.code(), unknown.message()), ("BAD_REQUEST", "there is no such market"));

    let staff = [Permission::MarketsWrite, Permission::ProductsWrite, Permission::ProductsRead];
    let made = shop
        .query(
            "mutation { market: marketCreate(input: { handle: \"us\", name: \"US\", currency: \"USD\", languages: [\"en\"] }) \
             { market { handle currency } userErrors { message } } \
             product: productCreate(input: { title: \"Cup\" }) { product { title priceRange { min { amount } } } } }",
        )
        .asked_by_staff(&staff)
        .await;

    assert_eq!(made.data()["product"]["product"], json!({ "title": "Cup", "priceRange": null }), "{made:?}");
    assert_eq!(made.data()["market"]["market"], json!({ "handle": "us", "currency": "USD" }), "{made:?}");
    let after =
        shop.query("{ market { handle } products(first: 1) { totalCount } }").asked_by_staff(&staff).await;
    assert_eq!(after.data(), &json!({ "market": { "handle": "us" }, "products": { "totalCount": 1 } }));
}
