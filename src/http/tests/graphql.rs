//! `/graphql` in order: what is asked reaches the layer below, what is wrong does not.

use super::*;

const NEW: &str = "application/graphql-response+json";

#[tokio::test]
async fn a_post_reaches_the_layer_below_whole() {
    let body = r#"{"query":"query A{a}","operationName":"A","variables":{"x":[1]}}"#;
    let mut request = post(body);
    *request.uri_mut() = "/graphql?market=us".parse().expect("valid");
    request.headers_mut().insert("x-request-id", "r-1".parse().expect("valid"));
    let reply = send(Options::default(), request).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(reply.header("x-request-id"), "r-1");
    let data = &reply.json()["data"];
    assert_eq!(data["query"], "query A{a}");
    assert_eq!(data["operationName"], "A");
    assert_eq!(data["variables"], json!({ "x": [1] }));
    assert_eq!((&data["market"], &data["requestId"]), (&json!("us"), &json!("r-1")));
}

#[tokio::test]
async fn a_get_reaches_the_layer_below_whole() {
    let uri = "/graphql?query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=A&market=de";
    let reply = send(Options::default(), get(uri)).await;
    assert_eq!(reply.status, StatusCode::OK);
    let data = &reply.json()["data"];
    assert_eq!((&data["query"], &data["operationName"]), (&json!("{a}"), &json!("A")));
    assert_eq!((&data["variables"], &data["market"]), (&json!({ "x": 1 }), &json!("de")));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let request = Request::head("/graphql?query=%7Ba%7D").body(Body::empty()).expect("valid");
    let reply = send(Options::default(), request).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn options_names_the_methods() {
    let request = Request::options("/graphql").body(Body::empty()).expect("valid");
    let reply = send(Options::default(), request).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(reply.header("allow"), "GET, HEAD, POST, OPTIONS");
}

#[tokio::test]
async fn a_mutation_by_get_is_405_and_by_post_it_is_not() {
    let reply = send(Options::default(), get("/graphql?query=mutation+%7B+a+%7D")).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.header("allow"), "POST");
    let reply = send(Options::default(), post(r#"{"query":"mutation { a }"}"#)).await;
    assert_eq!(reply.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refused_document_is_400_for_clients_that_know_the_media_type_and_200_for_others() {
    let body = r#"{"query":"{ invalid }"}"#;
    let mut request = post(body);
    request.headers_mut().insert("accept", NEW.parse().expect("valid"));
    let reply = send(Options::default(), request).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.header("content-type"), "application/graphql-response+json; charset=utf-8");
    let reply = send(Options::default(), post(body)).await;
    assert_eq!(reply.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_well_formed_is_400_under_either_media_type() {
    for accept in [NEW, "application/json", "*/*"] {
        for body in ["NONSENSE", "[]", "{}", r#"{"query":1}"#, r#"{"query":"{a}","variables":[]}"#] {
            let mut request = post(body);
            request.headers_mut().insert("accept", accept.parse().expect("valid"));
            let reply = send(Options::default(), request).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{accept} {body}");
            assert_eq!(reply.code(), "BAD_REQUEST");
            let id = &reply.json()["errors"][0]["extensions"]["requestId"];
            assert_eq!(id, reply.header("x-request-id"));
        }
    }
}

#[tokio::test]
async fn what_cannot_be_answered_in_any_accepted_type_is_406() {
    let mut request = post(r#"{"query":"{a}"}"#);
    request.headers_mut().insert("accept", "text/html".parse().expect("valid"));
    let reply = send(Options::default(), request).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST"));
}

#[tokio::test]
async fn a_form_or_a_text_is_415_so_that_browsers_must_ask_first() {
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let mut request = post(r#"{"query":"{a}"}"#);
        request.headers_mut().insert("content-type", content_type.parse().expect("valid"));
        let reply = send(Options::default(), request).await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
    }
}

#[tokio::test]
async fn markets_that_differ_are_a_bad_request() {
    let mut request = get("/graphql?query=%7Ba%7D&market=de");
    request.headers_mut().insert("vitrine-market", "us".parse().expect("valid"));
    let reply = send(Options::default(), request).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
}

#[tokio::test]
async fn a_panic_is_500_and_keeps_its_words_to_itself() {
    let reply = send(Options::default(), post(r#"{"query":"{ panic }"}"#)).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(reply.code(), "INTERNAL");
    assert!(!reply.header("x-request-id").is_empty());
    assert!(!String::from_utf8_lossy(&reply.body).contains("secret"));
}
