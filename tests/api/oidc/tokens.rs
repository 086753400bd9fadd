//! Which tokens of an outside issuer are believed, and for how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, Request, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use vitrine::services::identity::{authenticate, believe};
use vitrine::services::operation::{Operation, within};

use super::issuer::{Key, TestIssuer};
use super::{claims, count, is_refused, seconds, shop_with, with};
use crate::harness::{TestShop, now, on_each_engine};

on_each_engine! {
    empty: forged_outside_tokens_are_refused,
        claims_that_do_not_fit_are_refused,
        clocks_may_be_apart_a_little,
        an_outside_token_asks_the_database_once,
        outside_tokens_come_in_by_http;
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn forged_outside_tokens_are_refused(shop: TestShop) {
    let (key, other) = (Key::ec("one"), Key::ec("one"));
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let told = claims(&issuer, "ann");
    let real = key.sign(&told);
    let (_, signature) = real.rsplit_once('.').unwrap();
    let body = part(&told);
    let none = |alg: &str| format!("{}.{body}.", part(&json!({ "alg": alg, "typ": "JWT", "kid": "one" })));
    // HS256 with what everybody knows of the key as the shared secret.
    let hmac = |secret: &[u8]| {
        let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &told, &EncodingKey::from_secret(secret)).unwrap()
    };
    let point = URL_SAFE_NO_PAD.decode(key.public["x"].as_str().unwrap()).unwrap();
    let critical = Header {
        kid: Some("one".to_owned()),
        crit: Some(vec!["b64".to_owned()]),
        ..Header::new(Algorithm::ES256)
    };
    let logout = Header {
        kid: Some("one".to_owned()),
        typ: Some("logout+jwt".to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    let carried = Header {
        kid: Some("mine".to_owned()),
        jwk: serde_json::from_value(other.public.clone()).unwrap(),
        ..Header::new(Algorithm::ES256)
    };
    let changed = part(&with(told.clone(), "sub", json!("owner")));
    let head = real.split('.').next().unwrap();
    for (what, forged) in [
        ("none", none("none")),
        ("None", none("None")),
        ("no signature", none("ES256")),
        ("hmac with the key set", hmac(key.public.to_string().as_bytes())),
        ("hmac with the point", hmac(&point)),
        ("hmac with nothing", hmac(b"")),
        ("another key by the same name", other.sign(&told)),
        ("other claims", format!("{head}.{changed}.{signature}")),
        ("critical", jsonwebtoken::encode(&critical, &told, &key.private).unwrap()),
        ("another kind of token", jsonwebtoken::encode(&logout, &told, &key.private).unwrap()),
        ("a key of its own", jsonwebtoken::encode(&carried, &told, &other.private).unwrap()),
        ("cut", real[..real.len() - 2].to_owned()),
        ("long", format!("{real}{}", "A".repeat(100_000))),
    ] {
        assert!(is_refused(&authenticate(&app, &forged).await), "{what}");
    }
    // What the issuer does not sign with is not permitted, though the key would do.
    let strict =
        shop_with(&shop, &issuer, |settings| settings.issuer.algorithms = vec![Algorithm::RS256]).await;
    assert!(is_refused(&authenticate(&strict, &real).await));
    assert_eq!(count(&shop, "account").await, 0);
    authenticate(&app, &real).await.unwrap();
}

async fn claims_that_do_not_fit_are_refused(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let told = claims(&issuer, "ann");
    let nothing = Value::Null;
    for (name, value) in [
        ("iss", json!(format!("{}/", issuer.url()))),
        ("iss", json!("https://id.example")),
        ("iss", nothing.clone()),
        ("aud", json!("another")),
        ("aud", json!(["another"])),
        ("aud", json!([])),
        ("aud", nothing.clone()),
        ("aud", json!(["vitrine", "another"])),
        ("azp", json!("another")),
        ("azp", json!(7)),
        ("client_id", json!("another")),
        ("exp", json!(seconds() - 31)),
        ("exp", json!("tomorrow")),
        ("exp", json!(-1)),
        ("exp", nothing.clone()),
        ("iat", json!(seconds() + 31)),
        ("iat", nothing.clone()),
        ("nbf", json!(seconds() + 31)),
        ("nbf", json!("now")),
        ("sub", json!("")),
        ("sub", json!("a\u{0}b")),
        ("sub", json!("x".repeat(256))),
        ("sub", json!(7)),
        ("sub", nothing),
    ] {
        let token = key.sign(&with(told.clone(), name, value.clone()));
        assert!(is_refused(&authenticate(&app, &token).await), "{name}: {value}");
    }
    assert_eq!(count(&shop, "account").await, 0);
    for (name, value) in [
        ("aud", json!(["vitrine"])),
        ("azp", json!("vitrine")),
        ("nbf", json!(seconds())),
        ("exp", json!(1_800_003_600.5)),
    ] {
        authenticate(&app, &key.sign(&with(told.clone(), name, value))).await.unwrap();
    }
    let named = shop_with(&shop, &issuer, |settings| settings.issuer.clients = vec!["web".to_owned()]).await;
    let several = with(told.clone(), "aud", json!(["vitrine", "account"]));
    authenticate(&named, &key.sign(&with(several.clone(), "azp", json!("web")))).await.unwrap();
    for other in [with(several.clone(), "azp", json!("ios")), several, told] {
        assert!(is_refused(&authenticate(&named, &key.sign(&other)).await));
    }
}

async fn clocks_may_be_apart_a_little(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let early = with(claims(&issuer, "ann"), "iat", json!(seconds() + 29));
    authenticate(&app, &key.sign(&early)).await.unwrap();
    let token = key.sign(&with(claims(&issuer, "ann"), "exp", json!(seconds() + 60)));
    let known = believe(&app, &token).await.unwrap();
    assert_eq!(known.expires_at.unwrap().0 / 1_000_000, seconds() + 60);
    for (later, is_good) in [(89, true), (90, false), (10_000, false)] {
        shop.set_clock(now() + chrono::Duration::seconds(later));
        assert_eq!(authenticate(&app, &token).await.is_ok(), is_good, "{later}");
    }
}

async fn an_outside_token_asks_the_database_once(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    authenticate(&app, &key.sign(&claims(&issuer, "ann"))).await.unwrap();
    let token = key.sign(&with(claims(&issuer, "ann"), "jti", json!(1)));
    let operation = Operation::until(Instant::now() + Duration::from_secs(30));
    for _ in 0..3 {
        within(Arc::clone(&operation), authenticate(&app, &token)).await.unwrap();
    }
    assert_eq!(operation.statements(), 1);
    shop.set_clock(now() + chrono::Duration::seconds(601));
    within(Arc::clone(&operation), authenticate(&app, &token)).await.unwrap();
    assert_eq!(operation.statements(), 2, "a token of an hour is looked at again from time to time");
}

async fn outside_tokens_come_in_by_http(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let (router, _health) = vitrine::app::router(&app, shop.config()).unwrap();
    let ask = async |token: &str| {
        use tower::ServiceExt as _;
        let request = Request::builder()
            .method(Method::POST)
            .uri("/graphql")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(r#"{"query":"{ me { name } }"}"#))
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
        (status, serde_json::from_slice::<Value>(&bytes).unwrap())
    };
    let (status, answer) = ask(&key.sign(&with(claims(&issuer, "ann"), "name", json!("Ann")))).await;
    assert_eq!((status, &answer["data"]["me"]["name"]), (StatusCode::OK, &json!("Ann")), "{answer}");
    let (status, answer) = ask(&key.sign(&with(claims(&issuer, "ann"), "aud", json!("x")))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(!answer.to_string().contains("127.0.0.1"));
}
