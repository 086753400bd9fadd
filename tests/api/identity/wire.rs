//! Credentials over HTTP: bearer tokens, cookies, keys for others, and the page of mails.

use axum::body::{Body, to_bytes};
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use vitrine::services::identity::apps::{NewAppToken, create};
use vitrine::services::identity::{authenticate, rotate_signing_key, sign_out};

use super::{customer, customer_signs_in, staff_member};
use crate::harness::{TestShop, on_each_engine};

const ANN: &str = "ann@example.com";

on_each_engine! {
    sample: a_bearer_token_is_looked_at_before_anything_is_done, a_cookie_needs_the_preflight_header,
        the_keys_of_others_are_public, mails_are_shown_in_development_only, staff_may_send_more;
}

fn ask(headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(json!({ "query": "{ shop { name } }" }).to_string())).unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_slice(&to_bytes(response.into_body(), 1_000_000).await.unwrap()).unwrap()
}

async fn a_bearer_token_is_looked_at_before_anything_is_done(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let bearer = format!("Bearer {}", tokens.access_token);
    let answer = shop.http(ask(&[("authorization", &bearer)])).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(json_of(answer).await["data"]["shop"]["name"].is_string());

    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    sign_out(&shop.app, &viewer, None).await.unwrap();
    let long = format!("Bearer {}", "x".repeat(1_000_000));
    for header in [bearer.as_str(), "Bearer nonsense", "Bearer vit_nonsense", "Basic YTpi", &long] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let answer = shop.http(ask(&[("authorization", header), ("accept", accept)])).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(answer.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
            let body = json_of(answer).await;
            assert!(body.get("data").is_none(), "{body}");
            assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        }
    }
}

async fn a_cookie_needs_the_preflight_header(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let cookie = format!("__Host-vitrine-access={}", tokens.access_token);
    let without = shop.http(ask(&[("cookie", &cookie)])).await;
    assert_eq!(without.status(), StatusCode::BAD_REQUEST);
    let with = [("cookie", cookie.as_str()), ("apollo-require-preflight", "true")];
    assert_eq!(shop.http(ask(&with)).await.status(), StatusCode::OK);

    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    sign_out(&shop.app, &viewer, None).await.unwrap();
    let gone = shop.http(ask(&with)).await;
    assert_eq!(gone.status(), StatusCode::UNAUTHORIZED);
    let cleared = gone.headers()["set-cookie"].to_str().unwrap();
    assert!(cleared.starts_with("__Host-vitrine-access=; ") && cleared.contains("Max-Age=0"), "{cleared}");
    // Cookies that are not ours mean nothing.
    assert_eq!(shop.http(ask(&[("cookie", "theme=dark")])).await.status(), StatusCode::OK);
}

async fn staff_may_send_more(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let new =
        NewAppToken { name: "Sync".to_owned(), scopes: vec!["products.write".to_owned()], expires_at: None };
    let (_, token) = create(&shop.app, &owner, new).await.unwrap();
    let bearer = format!("Bearer {token}");
    let send = |size: usize, authorization: Option<&str>| {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let body = json!({ "query": "{ shop { name } }", "extensions": { "padding": "x".repeat(size) } });
        shop.http(request.body(Body::from(body.to_string())).unwrap())
    };
    assert_eq!(send(300_000, None).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(300_000, Some(&bearer)).await.status(), StatusCode::OK);
    assert_eq!(send(9_000_000, Some(&bearer)).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

async fn the_keys_of_others_are_public(shop: TestShop) {
    let answer = shop.http(get("/.well-known/jwks.json")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    assert_eq!(answer.headers()["content-type"], "application/jwk-set+json");
    let before = json_of(answer).await;
    assert_eq!(before["keys"].as_array().unwrap().len(), 1);
    assert_eq!((&before["keys"][0]["crv"], &before["keys"][0]["d"]), (&json!("Ed25519"), &Value::Null));
    rotate_signing_key(&shop.app, false).await.unwrap();
    let after = json_of(shop.http(get("/.well-known/jwks.json")).await).await;
    assert_eq!(after["keys"].as_array().unwrap().len(), 2);
}

async fn mails_are_shown_in_development_only(mut shop: TestShop) {
    customer(&shop, ANN).await;
    assert_eq!(shop.http(get("/mails")).await.status(), StatusCode::NOT_FOUND);
    shop.configure(|config| config.development = true);
    let answer = shop.http(get("/mails")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let page = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
    assert!(String::from_utf8_lossy(&page).contains("/account/verify#code="));
}
