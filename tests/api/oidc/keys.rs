//! Keys of an outside issuer that changes them, is slow, away, or sends something else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use jsonwebtoken::Algorithm;
use serde_json::json;
use vitrine::services::identity::outside::{self, Issuer, OutsideSettings};
use vitrine::services::identity::{AccountKind, authenticate};

use super::issuer::{Key, Mood, TestIssuer};
use super::{claims, is_refused, shop_with, with};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: an_issuer_rotates_its_keys,
        made_up_keys_do_not_flood_the_issuer,
        an_issuer_that_misbehaves_changes_nothing,
        a_slow_issuer_holds_up_nobody_else;
}

async fn an_issuer_rotates_its_keys(shop: TestShop) {
    let (old, new) = (Key::ec("old"), Key::ec("new"));
    let issuer = TestIssuer::start(&[&old]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let numbered = |key: &Key, number: i64| key.sign(&with(claims(&issuer, "ann"), "jti", json!(number)));
    authenticate(&app, &numbered(&old, 1)).await.unwrap();
    issuer.set_keys(&[&old, &new]);
    authenticate(&app, &numbered(&new, 2)).await.unwrap();
    authenticate(&app, &numbered(&old, 3)).await.unwrap();
    issuer.set_keys(&[&new]);
    outside::refresh(&app).await.unwrap();
    assert!(
        is_refused(&authenticate(&app, &numbered(&old, 4)).await),
        "a key that is withdrawn verifies nothing"
    );
    authenticate(&app, &numbered(&new, 5)).await.unwrap();
    // Another key under the name of the one before.
    let again = Key::ec("new");
    issuer.set_keys(&[&again]);
    authenticate(&app, &numbered(&again, 6)).await.unwrap();
    // With a hundred requests in flight nobody is refused who shows a good token.
    let next = Key::ec("next");
    issuer.set_keys(&[&again, &next]);
    let tokens: Vec<String> =
        (10..60).map(|number| numbered(if number % 2 == 0 { &next } else { &again }, number)).collect();
    for result in join_all(tokens.iter().map(|token| authenticate(&app, token))).await {
        result.unwrap();
    }
}

async fn made_up_keys_do_not_flood_the_issuer(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |settings| settings.again = Duration::from_mins(1)).await;
    authenticate(&app, &key.sign(&claims(&issuer, "ann"))).await.unwrap();
    assert_eq!(issuer.asked(), 1);
    let forged: Vec<String> =
        (0..200).map(|number| Key::ec(&format!("made up {number}")).sign(&claims(&issuer, "ann"))).collect();
    for result in join_all(forged.iter().map(|token| authenticate(&app, token))).await {
        assert!(is_refused(&result));
    }
    assert_eq!(issuer.asked(), 1);
    authenticate(&app, &key.sign(&claims(&issuer, "bob"))).await.unwrap();
}

async fn an_issuer_that_misbehaves_changes_nothing(shop: TestShop) {
    let (key, other) = (Key::ec("one"), Key::ec("two"));
    let issuer = TestIssuer::start(&[&key]).await;
    let elsewhere = TestIssuer::start(&[&other]).await;
    let app = shop_with(&shop, &issuer, |settings| settings.patience = Duration::from_millis(600)).await;
    authenticate(&app, &key.sign(&claims(&issuer, "ann"))).await.unwrap();
    let symmetric =
        json!({ "keys": [{ "kty": "oct", "kid": "two", "alg": "HS256", "k": "c2VjcmV0" }] }).to_string();
    let sealing = json!({ "keys": [with(other.public.clone(), "use", json!("enc"))] }).to_string();
    let mut settings = None;
    for (number, mood) in [
        Mood::Slow,
        Mood::Endless,
        Mood::Broken,
        Mood::Redirects(format!("{}/keys", elsewhere.url())),
        Mood::Says("application/json", String::new()),
        Mood::Says("application/json", "{".to_owned()),
        Mood::Says("application/json", "[]".to_owned()),
        Mood::Says("application/json", r#"{"keys":[]}"#.to_owned()),
        Mood::Says("application/json", r#"{"keys":[1,null,{"kty":"RSA"},{"kty":"new"}]}"#.to_owned()),
        Mood::Says("application/json", symmetric),
        Mood::Says("application/json", sealing),
        Mood::Impostor,
        Mood::Page,
    ]
    .into_iter()
    .enumerate()
    {
        issuer.set_keys(&[&other]);
        issuer.set_mood(mood.clone());
        let asked = issuer.asked();
        let began = Instant::now();
        let unknown = other.sign(&with(claims(&issuer, "bob"), "jti", json!(number)));
        assert!(is_refused(&authenticate(&app, &unknown).await), "{mood:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{mood:?}");
        assert_eq!(issuer.asked(), asked + 1, "{mood:?}");
        let known = key.sign(&with(claims(&issuer, "ann"), "jti", json!(number)));
        authenticate(&app, &known).await.unwrap();
        let examined = settings.get_or_insert_with(|| OutsideSettings {
            issuer: Issuer {
                url: issuer.url(),
                audience: "vitrine".to_owned(),
                clients: Vec::new(),
                algorithms: vec![Algorithm::ES256],
                roles_claim: None,
                roles: Vec::new(),
                tls_only: false,
            },
            kind: AccountKind::Customer,
            makes_accounts: false,
            patience: Duration::from_millis(600),
            again: Duration::ZERO,
        });
        let finding = outside::examine(examined).await;
        assert!(!finding.is_fine, "{mood:?}: {}", finding.text);
    }
    assert_eq!(elsewhere.asked(), 0, "a redirect is not followed");
    issuer.set_mood(Mood::Well);
    authenticate(&app, &other.sign(&claims(&issuer, "bob"))).await.unwrap();
    let mut settings = settings.unwrap();
    assert!(outside::examine(&settings).await.is_fine);
    settings.issuer.tls_only = true;
    assert!(!outside::examine(&settings).await.is_fine, "in production only https will do");
}

async fn a_slow_issuer_holds_up_nobody_else(shop: TestShop) {
    let (key, other) = (Key::ec("one"), Key::ec("two"));
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let token = key.sign(&claims(&issuer, "ann"));
    authenticate(&app, &token).await.unwrap();
    issuer.set_mood(Mood::Slow);
    let (waiting, waits) = (Arc::clone(&app), other.sign(&claims(&issuer, "bob")));
    let waiting = tokio::spawn(async move { authenticate(&waiting, &waits).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    for number in 0..20 {
        let fresh = key.sign(&with(claims(&issuer, "ann"), "jti", json!(number)));
        authenticate(&app, &fresh).await.unwrap();
        authenticate(&app, &token).await.unwrap();
    }
    assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
    assert!(!waiting.is_finished());
    assert!(is_refused(&waiting.await.unwrap()));
}
