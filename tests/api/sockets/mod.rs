//! Sockets and streams of a whole shop: who is at the other end, and until when.

pub mod client;
mod tokens;

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use self::client::Server;
use crate::harness::{Engine, TestShop, on_each_engine};
use crate::identity::staff_member;

on_each_engine! {
    sample: operations_pass_the_same_gate_as_posts, a_subscription_is_told_that_there_are_none_yet,
        a_change_goes_on_when_its_socket_breaks, a_stream_tells_what_a_post_would;
}

async fn operations_pass_the_same_gate_as_posts(shop: TestShop) {
    let server = Server::start(&shop).await;
    let mut client = server.open(json!({ "vitrine-market": "de" })).await;
    let text = "query ($handle: String!) { product(handle: $handle) { title } }";
    let payload = json!({ "query": text, "variables": { "handle": "tarn-teapot" } });
    client.say(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    let answer = client.answer("1").await;
    let posted = shop.query(text).market("de").variable("handle", "tarn-teapot").await;
    assert_eq!(answer, posted.json);

    let costly = include_str!("../../../docs/examples/too-costly.graphql");
    for (query, code) in [
        (costly, "COST_EXCEEDED"),
        ("{ nothing }", "BAD_REQUEST"),
        ("{", "BAD_REQUEST"),
        ("mutation { shopUpdate(input: { name: \"Mine\" }) { shop { name } } }", "BAD_REQUEST"),
    ] {
        let refusal = client.refusal("2", query).await;
        assert_eq!(refusal["extensions"]["code"], code, "{refusal}");
    }
    let wrong =
        server.open(json!({ "vitrine-market": "nowhere" })).await.refusal("1", "{ shop { name } }").await;
    assert_eq!(wrong["message"], "there is no such market");
    server.stop().await;
}

async fn a_subscription_is_told_that_there_are_none_yet(shop: TestShop) {
    let server = Server::start(&shop).await;
    let mut client = server.open(json!({})).await;
    for query in
        ["subscription { orders { id } }", "subscription S($a: Int) { stock(of: $a) { level } orders }"]
    {
        let refusal = client.refusal("1", query).await;
        assert_eq!(refusal["extensions"]["code"], "BAD_REQUEST");
        assert!(refusal["message"].as_str().unwrap().contains("no subscriptions here yet"), "{refusal}");
    }
    assert_eq!(client.query("2", "{ __typename }").await["data"]["__typename"], "Query");
    server.stop().await;
}

/// The change waits for a lock that the test holds, so it has begun and cannot be over when the socket breaks.
async fn a_change_goes_on_when_its_socket_breaks(shop: TestShop) {
    let (tokens, _) = staff_member(&shop, "owner@example.com", "owner").await;
    let server = Server::start(&shop).await;
    let mut client = server.open(json!({ "token": tokens.access_token })).await;
    let before = shop.app.begin().await.unwrap();
    if shop.engine == Engine::Postgres {
        before.tx.execute_unprepared("SELECT 1 FROM shop FOR UPDATE").await.unwrap();
    }
    client.ask("1", "mutation { shopUpdate(input: { name: \"All the same\" }) { shop { name } } }").await;
    client.say(json!({ "type": "ping" })).await;
    // Messages are read in order: with the answer to this one the change has been taken on.
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    drop(client);
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(before);
    server.stop().await;
    let reply = shop.query("{ shop { name } }").await;
    assert_eq!(reply.text("/shop/name"), "All the same", "shutdown waited for it");
}

async fn a_stream_tells_what_a_post_would(shop: TestShop) {
    let ask = |body: Value| {
        let request = Request::post("/graphql/stream")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .header("vitrine-market", "de");
        shop.http(request.body(Body::from(body.to_string())).unwrap())
    };
    let text = "{ product(handle: \"tarn-teapot\") { title } }";
    let answer = ask(json!({ "query": text })).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let (next, complete) = body.strip_prefix("event: next\ndata: ").unwrap().split_once("\n\n").unwrap();
    assert_eq!(complete, "event: complete\ndata: \n\n");
    let next: Value = serde_json::from_str(next).unwrap();
    assert_eq!(next, shop.query(text).market("de").await.json);

    let answer = ask(json!({ "query": "subscription { orders }" })).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.starts_with("event: next\n") && body.contains("no subscriptions here yet"), "{body}");

    // Cookies are set with the head of a stream, as with that of any answer.
    let sign_in = "mutation { signIn(input: { email: \"a@example.com\", password: \"x\", cookies: true }) { userErrors { code } } }";
    assert_eq!(ask(json!({ "query": sign_in })).await.status(), StatusCode::OK);
}
