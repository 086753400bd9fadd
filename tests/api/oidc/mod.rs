//! Tokens of an outside issuer: whom they let in, and what an issuer that misbehaves cannot do.

mod issuer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use http::{Method, Request, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use vitrine::infrastructure::database::Database;
use vitrine::services::identity::outside::{self, Issuer, OutsideSettings};
use vitrine::services::identity::{
    AccountKind, Follower, Settings, account, authenticate, believe, sign_out, sign_out_everywhere, staff,
};
use vitrine::services::operation::{Operation, within};
use vitrine::services::{AppContext, Error, Permission, Result, Viewer};

use self::issuer::{Key, Mood, TestIssuer};
use crate::harness::{TestShop, now, on_each_engine};
use crate::identity::{customer, customer_signs_in, staff_member};

on_each_engine! {
    empty: a_customer_is_let_in_by_an_outside_token, staff_have_the_roles_that_their_token_brings,
        who_has_no_account_is_let_in_only_where_that_is_set, an_address_in_a_token_opens_no_account,
        of_many_who_are_first_one_account_is_made, forged_outside_tokens_are_refused,
        claims_that_do_not_fit_are_refused, clocks_may_be_apart_a_little, an_issuer_rotates_its_keys,
        made_up_keys_do_not_flood_the_issuer, an_issuer_that_misbehaves_changes_nothing,
        a_slow_issuer_holds_up_nobody_else, an_outside_token_asks_the_database_once,
        who_is_shut_out_here_is_not_let_in, who_signs_out_needs_a_newer_token, outside_tokens_come_in_by_http,
        somebody_who_has_an_account_is_linked;
}

/// A shop that believes an issuer: another one on the same database, set up differently.
async fn shop_with(
    shop: &TestShop,
    issuer: &TestIssuer,
    set: impl FnOnce(&mut OutsideSettings),
) -> Arc<AppContext> {
    let mut settings = OutsideSettings {
        issuer: Issuer {
            url: issuer.url(),
            audience: "vitrine".to_owned(),
            clients: Vec::new(),
            algorithms: vec![Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256],
            roles_claim: None,
            roles: Vec::new(),
            tls_only: false,
        },
        kind: AccountKind::Customer,
        makes_accounts: true,
        patience: Duration::from_secs(2),
        again: Duration::ZERO,
    };
    set(&mut settings);
    let database = Database::connect(&shop.address, 2).await.unwrap();
    let app = vitrine::app::context_of(database, shop.clock.clone(), 100).await.unwrap();
    app.open_identity(Settings { outside: Some(settings), ..Settings::quick().unwrap() }).await.unwrap();
    app
}

fn for_staff(settings: &mut OutsideSettings) {
    settings.kind = AccountKind::Staff;
    settings.issuer.roles_claim = Some("/realm_access/roles".to_owned());
    settings.issuer.roles =
        vec![("shop-admin".to_owned(), "owner".to_owned()), ("shop-reader".to_owned(), "reader".to_owned())];
}

fn seconds() -> i64 {
    now().timestamp()
}

fn claims(issuer: &TestIssuer, subject: &str) -> Value {
    json!({ "iss": issuer.url(), "aud": "vitrine", "sub": subject, "iat": seconds(), "exp": seconds() + 3600 })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn is_refused(result: &Result<Viewer>) -> bool {
    matches!(result, Err(Error::Unauthenticated))
}

async fn count(shop: &TestShop, table: &str) -> i64 {
    shop.number(&format!("SELECT count(*) FROM {table}")).await
}

async fn a_customer_is_let_in_by_an_outside_token(shop: TestShop) {
    for key in [Key::ec("one"), Key::ed("two"), Key::rsa("three")] {
        let issuer = TestIssuer::start(&[&key]).await;
        let app = shop_with(&shop, &issuer, |_| {}).await;
        let told = with(claims(&issuer, "ann"), "name", json!("Ann Lee"));
        let viewer = authenticate(&app, &key.sign(&told)).await.unwrap();
        let Viewer::Customer { account: id, .. } = viewer else { panic!("{viewer:?}") };
        let me = account(&app, &viewer).await.unwrap().unwrap();
        assert_eq!((me.name.as_str(), me.kind, me.id), ("Ann Lee", AccountKind::Customer, id));
        assert!(me.email.ends_with("@outside.invalid"), "{}", me.email);
        let later = with(told, "iat", json!(seconds() + 1));
        assert_eq!(authenticate(&app, &key.sign(&later)).await.unwrap(), viewer, "the same person");
        let bob = authenticate(&app, &key.sign(&claims(&issuer, "bob"))).await.unwrap();
        assert_ne!(bob.account(), viewer.account());
    }
    let kept = shop.rows("SELECT o.hash || a.email || a.email_hash || a.name FROM outside_identity o JOIN account a ON a.id = o.account_id").await;
    assert_eq!(kept.len(), 6);
    assert!(!kept.concat().contains("ann") && !kept.concat().contains("127.0.0.1"), "{kept:?}");

    customer(&shop, "carl@example.com").await;
    let ours = customer_signs_in(&shop, "carl@example.com").await;
    let key = Key::ec("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    assert_eq!(authenticate(&app, &ours.access_token).await.unwrap().account(), Some(ours.account));
    assert_eq!(issuer.asked(), 0, "our own tokens ask nobody else");
}

async fn staff_have_the_roles_that_their_token_brings(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, for_staff).await;
    let reader = vitrine::services::identity::roles::RoleInput {
        handle: Some("reader".to_owned()),
        name: Some("Reader".to_owned()),
        permissions: Some(vec!["products.read".to_owned()]),
    };
    vitrine::services::identity::roles::create(&app, &Viewer::Operator, reader).await.unwrap();
    let token = |roles: Value, number: i64| {
        let told = with(claims(&issuer, "eve"), "realm_access", json!({ "roles": roles }));
        key.sign(&with(told, "iat", json!(seconds() - number)))
    };
    let rights = async |roles: Value, number: i64| {
        let viewer = authenticate(&app, &token(roles, number)).await.unwrap();
        assert!(matches!(viewer, Viewer::Staff { .. }));
        viewer.permissions().iter().collect::<Vec<_>>()
    };
    for (number, nobody) in
        [json!([]), json!(["stranger"]), json!("x"), json!(7), json!(null)].into_iter().enumerate()
    {
        let token = token(nobody, 100 + i64::try_from(number).unwrap());
        assert!(is_refused(&authenticate(&app, &token).await), "who brings no role gets no account");
    }
    assert_eq!(count(&shop, "account").await, 0);
    assert_eq!(rights(json!(["x", "shop-reader"]), 1).await, [Permission::ProductsRead]);
    assert_eq!(rights(json!(["shop-admin"]), 2).await, Permission::ALL);
    assert_eq!(rights(json!([]), 3).await, [], "rights go with the token that brings none");
    assert_eq!(rights(json!("shop-reader"), 4).await, [Permission::ProductsRead]);
    assert_eq!(count(&shop, "account").await, 1);
}

async fn who_has_no_account_is_let_in_only_where_that_is_set(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |settings| settings.makes_accounts = false).await;
    let token = key.sign(&claims(&issuer, "ann"));
    assert!(is_refused(&authenticate(&app, &token).await));
    assert_eq!(count(&shop, "account").await, 0);
    let open = shop_with(&shop, &issuer, |_| {}).await;
    let viewer = authenticate(&open, &token).await.unwrap();
    assert_eq!(authenticate(&app, &token).await.unwrap(), viewer, "who is known is let in");
    let other = shop_with(&shop, &issuer, |settings| settings.kind = AccountKind::Staff).await;
    assert!(is_refused(&authenticate(&other, &token).await), "a customer is no member of the staff");
}

async fn an_address_in_a_token_opens_no_account(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    customer(&shop, "ann@example.com").await;
    let ann = customer_signs_in(&shop, "ann@example.com").await;
    for verified in [json!(false), json!(true), json!(null)] {
        let told = with(claims(&issuer, "mallory"), "email", json!("ann@example.com"));
        let viewer = authenticate(&app, &key.sign(&with(told, "email_verified", verified))).await.unwrap();
        assert_ne!(viewer.account(), Some(ann.account));
    }
    // The same name at another issuer is somebody else.
    let second = TestIssuer::start(&[&key]).await;
    let elsewhere = shop_with(&shop, &second, |_| {}).await;
    let here = authenticate(&app, &key.sign(&claims(&issuer, "ann"))).await.unwrap();
    let there = authenticate(&elsewhere, &key.sign(&claims(&second, "ann"))).await.unwrap();
    assert_ne!(here.account(), there.account());
    assert!(is_refused(&authenticate(&elsewhere, &key.sign(&claims(&issuer, "ann"))).await));
}

async fn of_many_who_are_first_one_account_is_made(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let other = shop_with(&shop, &issuer, |_| {}).await;
    let tokens: Vec<String> =
        (0..8).map(|number| key.sign(&with(claims(&issuer, "ann"), "jti", json!(number)))).collect();
    let tries = tokens.iter().enumerate().map(|(number, token)| {
        let app = if number % 2 == 0 { &app } else { &other };
        authenticate(app, token)
    });
    let accounts: std::collections::BTreeSet<_> =
        join_all(tries).await.into_iter().map(|viewer| viewer.unwrap().account().unwrap()).collect();
    assert_eq!(accounts.len(), 1);
    assert_eq!((count(&shop, "account").await, count(&shop, "outside_identity").await), (1, 1));
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

async fn who_is_shut_out_here_is_not_let_in(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, for_staff).await;
    let other = shop_with(&shop, &issuer, for_staff).await;
    let mut follower = Follower::new(&other).await.unwrap();
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let told = with(claims(&issuer, "eve"), "realm_access", json!({ "roles": ["shop-admin"] }));
    let token = key.sign(&told);
    let eve = authenticate(&app, &token).await.unwrap();
    authenticate(&other, &token).await.unwrap();
    staff::deactivate(&app, &owner, eve.account().unwrap()).await.unwrap();
    assert!(is_refused(&authenticate(&app, &token).await), "at once on this node");
    follower.catch_up(&other).await.unwrap();
    assert!(is_refused(&authenticate(&other, &token).await), "and on the others");
    let newer = key.sign(&with(told, "iat", json!(seconds() + 20)));
    assert!(is_refused(&authenticate(&app, &newer).await), "whatever the issuer says later");
    assert_eq!(count(&shop, "outside_identity").await, 1);
}

async fn who_signs_out_needs_a_newer_token(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let at = |second: i64| key.sign(&with(claims(&issuer, "ann"), "iat", json!(seconds() + second)));
    let ann = authenticate(&app, &at(0)).await.unwrap();
    shop.set_clock(now() + chrono::Duration::seconds(10));
    sign_out(&app, &ann, None).await.unwrap();
    assert!(is_refused(&authenticate(&app, &at(0)).await));
    assert!(is_refused(&authenticate(&app, &at(9)).await));
    shop.set_clock(now() + chrono::Duration::seconds(12));
    let ann = authenticate(&app, &at(11)).await.unwrap();
    sign_out_everywhere(&app, &ann).await.unwrap();
    assert!(is_refused(&authenticate(&app, &at(11)).await));
}

async fn outside_tokens_come_in_by_http(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let (router, _health) = vitrine::app::router(&app, &shop.config).unwrap();
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

async fn somebody_who_has_an_account_is_linked(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |settings| {
        settings.kind = AccountKind::Staff;
        settings.makes_accounts = false;
    })
    .await;
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let token = key.sign(&claims(&issuer, "subject-1"));
    assert!(is_refused(&authenticate(&app, &token).await));
    assert!(outside::link(&app, "nobody@example.com", "subject-1").await.is_err());
    outside::link(&app, "owner@example.com", "subject-1").await.unwrap();
    assert!(outside::link(&app, "owner@example.com", "subject-1").await.is_err());
    let viewer = authenticate(&app, &token).await.unwrap();
    assert_eq!((viewer.account(), viewer.permissions()), (owner.account(), owner.permissions()));
}
