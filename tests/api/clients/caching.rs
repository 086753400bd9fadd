//! What shared caches may keep.

use axum::body::{Body, to_bytes};
use http::{Request, Response, StatusCode};
use serde_json::Value;

use super::{SHOP, client, map, publish};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: public_documents_by_get_may_be_kept, what_is_for_one_caller_may_not;
}

async fn get(shop: &TestShop, query: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(format!("/graphql?{query}"))
        .header("accept", "application/json")
        .header("host", "shop.test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    shop.http(request.body(Body::empty()).unwrap()).await
}

fn header(response: &Response<Body>, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

async fn public_documents_by_get_may_be_kept(shop: TestShop) {
    let made = client(&shop, "web", "TRUSTED").await;
    let key = made.text("/clientAppCreate/clientApp/key");
    let stock = "{ products(first: 1) { nodes { variants(first: 1) { nodes { quantityAvailable } } } } }";
    let list = "{ products(first: 1) { nodes { handle } } }";
    publish(&shop, "web", "1", map(&[("shop", SHOP), ("stock", stock), ("list", list)])).await.data();
    let web = [("vitrine-client", key)];
    for (id, seconds) in [("shop", 300), ("list", 60), ("stock", 10)] {
        let response = get(&shop, &format!("documentId={id}"), &web).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "cache-control"), format!("public, max-age={seconds}"), "{id}");
        assert!(header(&response, "vary").contains("vitrine-market"));
        assert_eq!(header(&response, "ratelimit"), "");
        let tag = header(&response, "etag");
        let body: Value =
            serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap();
        let cost = body["extensions"]["cost"].as_object().unwrap();
        assert_eq!(cost.keys().collect::<Vec<_>>(), ["requested"]);

        let known = [("vitrine-client", "web"), ("if-none-match", tag.as_str())];
        let again = get(&shop, &format!("documentId={id}"), &known).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header(&again, "etag"), tag);
        assert!(to_bytes(again.into_body(), 1 << 20).await.unwrap().is_empty());
    }
    let other = get(&shop, "documentId=shop&market=de", &web).await;
    assert_eq!(other.status(), StatusCode::OK);
    let told = shop.app.metrics.text(&vitrine::services::health::sample(&shop.app));
    assert!(
        told.contains(r#"vitrine_operations_total{operation="Shop",client="web",outcome="ok"}"#),
        "{told}"
    );
}

async fn what_is_for_one_caller_may_not(shop: TestShop) {
    for query in [
        "query=%7Bme%7Bemail%7D%7D",
        "query=%7Bshop%7Bname%7Dme%7Bemail%7D%7D",
        "query=%7Bnope%7D",
        "query=%7B__typename%7D",
    ] {
        let response = get(&shop, query, &[]).await;
        assert_eq!(header(&response, "cache-control"), "no-store", "{query}");
        assert_eq!(header(&response, "etag"), "", "{query}");
    }
    let by_post =
        Request::post("/graphql").header("content-type", "application/json").header("host", "shop.test");
    let by_post = shop.http(by_post.body(Body::from(r#"{"query":"{ shop { name } }"}"#)).unwrap()).await;
    assert_eq!(header(&by_post, "cache-control"), "no-store");
}
