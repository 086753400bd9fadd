//! `/graphql/stream`: what is asked reaches the layer below, and comes back as events.

use super::*;

fn events(reply: &Reply) -> Vec<(String, String)> {
    let text = std::str::from_utf8(&reply.body).expect("UTF-8");
    let field = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).trim_start().to_owned()
    };
    assert!(text.ends_with("\n\n"), "{text}");
    let events = text.trim_end_matches('\n').split("\n\n");
    events.map(|event| (field(event, "event:"), field(event, "data:"))).collect()
}

fn post(body: &str) -> Request<Body> {
    let mut request = super::post(body.to_owned());
    *request.uri_mut() = "/graphql/stream?market=us".parse().expect("valid");
    request.headers_mut().insert("accept", "text/event-stream".parse().expect("valid"));
    request
}

#[tokio::test]
async fn an_answer_is_the_events_next_and_complete() {
    let by_post = post(r#"{"query":"query A{a}","operationName":"A","variables":{"x":[1]}}"#);
    let by_get = get(
        "/graphql/stream?query=query+A%7Ba%7D&operationName=A&variables=%7B%22x%22%3A%5B1%5D%7D&market=us",
    );
    for request in [by_post, by_get] {
        let reply = send(Options::default(), request).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("content-type"), "text/event-stream; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-store");
        let events = events(&reply);
        assert_eq!(events.len(), 2);
        assert_eq!(events[1], ("complete".to_owned(), String::new()));
        let data: Value = serde_json::from_str(&events[0].1).expect("JSON");
        let data = &data["data"];
        assert_eq!((&data["query"], &data["operationName"]), (&json!("query A{a}"), &json!("A")));
        assert_eq!((&data["variables"], &data["market"]), (&json!({ "x": [1] }), &json!("us")));
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_document_is_told_in_events() {
    let reply = send(Options::default(), post(r#"{"query":"{ invalid }"}"#)).await;
    assert_eq!(reply.status, StatusCode::OK);
    let told = events(&reply);
    let expected = r#"{"errors":[{"message":"no"}]}"#;
    assert_eq!(told[0], ("next".to_owned(), expected.to_owned()));
    assert_eq!(told[1].0, "complete");
}

#[tokio::test]
async fn what_is_no_request_or_not_for_this_caller_is_told_by_status() {
    let change = |name: &'static str, value: &'static str| {
        let mut request = post(r#"{"query":"{a}"}"#);
        request.headers_mut().insert(name, value.parse().expect("valid"));
        request
    };
    for (request, status, code) in [
        (post("{}"), 400, "BAD_REQUEST"),
        (post("NONSENSE"), 400, "BAD_REQUEST"),
        (change("vitrine-market", "de"), 400, "BAD_REQUEST"),
        (change("cookie", "__Host-vitrine-access=x"), 400, "BAD_REQUEST"),
        (change("authorization", "Bearer x"), 401, "UNAUTHENTICATED"),
        (change("accept", "application/json"), 406, "BAD_REQUEST"),
        (change("content-type", "text/plain"), 415, "BAD_REQUEST"),
        (post(r#"{"query":"{ throttled }"}"#), 429, "THROTTLED"),
    ] {
        let reply = send(Options::default(), request).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code));
    }
    let large = post(&json!({ "query": "x".repeat(300_000) }).to_string());
    assert_eq!(send(Options::default(), large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_mutation_runs_by_post_only() {
    let reply = send(Options::default(), get("/graphql/stream?query=mutation+%7B+a+%7D")).await;
    assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    let reply = send(Options::default(), post(r#"{"query":"mutation { a }"}"#)).await;
    assert_eq!(events(&reply).len(), 2);
}

#[tokio::test]
async fn there_are_no_reservations() {
    for method in ["PUT", "DELETE"] {
        let request = Request::builder().method(method).uri("/graphql/stream").body(Body::empty());
        let reply = send(Options::default(), request.expect("valid")).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(reply.header("allow"), "GET, HEAD, POST, OPTIONS");
        assert!(reply.json()["errors"][0]["message"].to_string().contains("no reservations"));
    }
}
