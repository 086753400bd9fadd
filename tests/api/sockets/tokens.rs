//! Tokens on sockets: at the start, renewed, expired and revoked; and the cookies of browsers.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;
use vitrine::services::identity::apps::{NewAppToken, create, revoke};
use vitrine::services::identity::{authenticate, refresh, sign_out};

use super::client::{Client, Server};
use crate::harness::{TestShop, now, on_each_engine};
use crate::identity::{at, customer, customer_signs_in, staff_member};

const ANN: &str = "ann@example.com";
const ME: &str = "{ me { email } }";

on_each_engine! {
    empty: a_token_is_told_at_the_start_in_each_way, a_token_that_is_not_believed_closes_the_socket,
        an_expired_token_is_refused_until_it_is_renewed, a_revoked_token_is_noticed_at_the_next_operation,
        cookies_count_for_trusted_pages_only, a_socket_sets_no_cookies;
}

fn whose(answer: &Value) -> &Value {
    assert!(answer.get("errors").is_none(), "{answer}");
    &answer["data"]["me"]["email"]
}

async fn refused(client: &mut Client) {
    let refusal = client.refusal("1", ME).await;
    assert_eq!(refusal["extensions"]["code"], "UNAUTHENTICATED", "{refusal}");
    assert!(
        refusal["extensions"]["requestId"].as_str().unwrap().ends_with(|last: char| last.is_ascii_digit())
    );
}

async fn shop_with_ann(shop: &TestShop) -> vitrine::services::identity::Tokens {
    shop.save(&[]).await;
    customer(shop, ANN).await;
    customer_signs_in(shop, ANN).await
}

/// The moment so many seconds after the start of the test, as clients read it.
fn moment(seconds: i64) -> Value {
    let moment = now() + chrono::Duration::seconds(seconds);
    json!(moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

async fn a_token_is_told_at_the_start_in_each_way(shop: TestShop) {
    let tokens = shop_with_ann(&shop).await;
    let server = Server::start(&shop).await;
    let bearer = format!("Bearer {}", tokens.access_token);
    for payload in [
        json!({ "authorization": bearer }),
        json!({ "Authorization": format!("bearer {}", tokens.access_token) }),
        json!({ "token": tokens.access_token }),
    ] {
        let mut client = server.shake(&[]).await.unwrap();
        assert_eq!(client.init(payload).await, json!({ "expiresAt": moment(600) }));
        assert_eq!(whose(&client.query("1", ME).await), ANN);
    }
    let mut by_header = server.shake(&[("authorization", &bearer)]).await.unwrap();
    assert_eq!(by_header.init(Value::Null).await, json!({ "expiresAt": moment(600) }));
    assert_eq!(whose(&by_header.query("1", ME).await), ANN);

    let mut anonymous = server.shake(&[]).await.unwrap();
    assert_eq!(anonymous.init(json!({})).await, Value::Null);
    assert_eq!(anonymous.query("1", ME).await["data"]["me"], Value::Null);

    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let new =
        NewAppToken { name: "Sync".to_owned(), scopes: vec!["products.read".to_owned()], expires_at: None };
    let (app, token) = create(&shop.app, &owner, new).await.unwrap();
    let mut program = server.shake(&[]).await.unwrap();
    assert_eq!(program.init(json!({ "token": token })).await, json!({ "expiresAt": null }));
    program.query("1", ME).await;
    revoke(&shop.app, &owner, app.id).await.unwrap();
    refused(&mut program).await;
    server.stop().await;
}

async fn a_token_that_is_not_believed_closes_the_socket(shop: TestShop) {
    let tokens = shop_with_ann(&shop).await;
    let server = Server::start(&shop).await;
    let forged = format!("{}x", tokens.access_token);
    for payload in [
        json!({ "authorization": format!("Bearer {forged}") }),
        json!({ "authorization": tokens.access_token }),
        json!({ "authorization": "" }),
        json!({ "token": tokens.refresh_token }),
        json!({ "token": "vit_nonsense" }),
        json!({ "token": "x".repeat(100_000) }),
    ] {
        let mut client = server.shake(&[]).await.unwrap();
        client.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(client.end().await, 4403);
        let mut open = server.open(json!({ "token": tokens.access_token })).await;
        open.say(json!({ "type": "ping", "payload": payload })).await;
        assert_eq!(open.end().await, 4403);
    }
    let header = [("authorization", "Bearer nonsense")];
    assert!(matches!(server.shake(&header).await.err(), Some(Error::Http(answer)) if answer.status() == 401));
    at(&shop, 606);
    let mut late = server.shake(&[]).await.unwrap();
    late.say(json!({ "type": "connection_init", "payload": { "token": tokens.access_token } })).await;
    assert_eq!(late.end().await, 4403);
    server.stop().await;
}

async fn an_expired_token_is_refused_until_it_is_renewed(shop: TestShop) {
    let tokens = shop_with_ann(&shop).await;
    let server = Server::start(&shop).await;
    let mut client = server.open(json!({ "token": tokens.access_token })).await;
    at(&shop, 599);
    assert_eq!(whose(&client.query("1", ME).await), ANN);
    at(&shop, 606);
    refused(&mut client).await;
    refused(&mut client).await;
    let next = refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    let bearer = format!("Bearer {}", next.access_token);
    client.say(json!({ "type": "ping", "payload": { "authorization": bearer } })).await;
    let pong = json!({ "type": "pong", "payload": { "expiresAt": moment(606 + 600) } });
    assert_eq!(client.hear().await, pong);
    assert_eq!(whose(&client.query("1", ME).await), ANN);
    server.stop().await;
}

async fn a_revoked_token_is_noticed_at_the_next_operation(shop: TestShop) {
    let tokens = shop_with_ann(&shop).await;
    let server = Server::start(&shop).await;
    let mut client = server.open(json!({ "token": tokens.access_token })).await;
    assert_eq!(whose(&client.query("1", ME).await), ANN);
    let ann = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    sign_out(&shop.app, &ann, None).await.unwrap();
    refused(&mut client).await;
    server.stop().await;
}

async fn cookies_count_for_trusted_pages_only(shop: TestShop) {
    let tokens = shop_with_ann(&shop).await;
    let server = Server::start(&shop).await;
    let cookie = format!("theme=dark; __Host-vitrine-access={}", tokens.access_token);
    let own = format!("http://{}", server.address);
    for (headers, expected) in [
        (vec![("cookie", cookie.as_str())], Value::Null),
        (vec![("cookie", &cookie), ("origin", &own)], json!(ANN)),
        (vec![("cookie", &cookie), ("origin", "http://shop.test")], json!(ANN)),
        (vec![("cookie", &cookie), ("apollo-require-preflight", "1")], json!(ANN)),
    ] {
        let mut client = server.shake(&headers).await.unwrap();
        client.init(json!({})).await;
        let answer = client.query("1", ME).await;
        assert_eq!(answer["data"]["me"].get("email").cloned().unwrap_or_default(), expected, "{headers:?}");
    }
    for origin in ["https://evil.example", "null", "http://localhost:3000"] {
        let answer = server.shake(&[("cookie", &cookie), ("origin", origin)]).await.err();
        assert!(matches!(answer, Some(Error::Http(answer)) if answer.status() == 403), "{origin}");
    }
    server.stop().await;
}

async fn a_socket_sets_no_cookies(shop: TestShop) {
    shop_with_ann(&shop).await;
    let server = Server::start(&shop).await;
    let mut client = server.open(json!({})).await;
    let sign_in = |cookies: bool| {
        format!(
            "mutation {{ signIn(input: {{ email: \"{ANN}\", password: \"{}\", cookies: {cookies} }}) {{ accessToken }} }}",
            crate::identity::PASSWORD
        )
    };
    let refused = client.query("1", &sign_in(true)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{refused}");
    let told = client.query("1", &sign_in(false)).await;
    let token = told["data"]["signIn"]["accessToken"].as_str().unwrap().to_owned();
    client.say(json!({ "type": "ping", "payload": { "token": token } })).await;
    client.hear().await;
    assert_eq!(whose(&client.query("1", ME).await), ANN);
    server.stop().await;
}
