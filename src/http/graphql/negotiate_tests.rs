//! The whole table of negotiation.

use super::*;

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("valid"));
    }
    headers
}

fn accepting(values: &[&str]) -> Option<Format> {
    response_format(&headers(&ACCEPT, values))
}

#[test]
fn every_accept_header_gets_the_format_that_it_likes_best() {
    use Format::{GraphqlResponse, Json};
    let table = [
        ("", Json),
        ("*/*", Json),
        ("application/*", Json),
        ("text/html, */*;q=0.8", Json),
        (OLD, Json),
        (NEW, GraphqlResponse),
        ("Application/JSON", Json),
        ("APPLICATION/GraphQL-Response+JSON", GraphqlResponse),
        ("application/json; charset=utf-8", Json),
        ("application/json;charset=\"UTF-8\"", Json),
        ("application/json; profile=x", Json),
        (
            "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
            GraphqlResponse,
        ),
        ("application/graphql-response+json, application/json;q=0.9", GraphqlResponse),
        ("application/json, application/graphql-response+json", GraphqlResponse),
        ("application/json, application/graphql-response+json;q=0.9", Json),
        ("application/graphql-response+json;q=0.5, application/json;q=0.6", Json),
        ("application/graphql-response+json;q=0.501, application/json;q=0.5", GraphqlResponse),
        ("application/graphql-response+json;q=0.5, */*", Json),
        ("application/graphql-response+json, */*", GraphqlResponse),
        ("application/json;q=0.5, */*;q=0.9", GraphqlResponse),
        ("application/json;q=0, */*", GraphqlResponse),
        ("application/graphql-response+json;q=0, */*", Json),
        ("*/*;q=0, application/json;q=0.1", Json),
        ("text/html, application/json;q=0.001", Json),
        ("application/graphql-response+json; charset=latin1, application/json", Json),
        (",, application/json ,", Json),
        ("nonsense, application/json", Json),
    ];
    for (accept, expected) in table {
        assert_eq!(accepting(&[accept]), Some(expected), "{accept}");
    }
}

#[test]
fn no_accept_header_means_json() {
    assert_eq!(accepting(&[]), Some(Format::Json));
}

#[test]
fn several_accept_headers_are_one_list() {
    assert_eq!(accepting(&["text/html", NEW]), Some(Format::GraphqlResponse));
}

#[test]
fn a_client_that_accepts_neither_has_no_format() {
    for accept in [
        "text/html",
        "application/xml",
        "*/json",
        "application/json;q=0",
        "*/*;q=0",
        "application/*;q=0.0",
        "application/json; charset=iso-8859-1",
        "application/json;q=2",
        "application/json;q=x",
        "nonsense",
        "application/jsonx",
        "application/graphql-response",
        "text/event-stream, multipart/mixed",
    ] {
        assert_eq!(accepting(&[accept]), None, "{accept}");
    }
}

#[test]
fn events_are_sent_to_clients_that_take_them() {
    let takes = |accept: &str| takes_events(&headers(&ACCEPT, &[accept]));
    for accept in [
        "",
        "*/*",
        "text/*",
        "text/event-stream",
        "Text/Event-Stream; charset=utf-8",
        "application/json, text/event-stream;q=0.1",
    ] {
        assert!(takes(accept), "{accept}");
    }
    for accept in [
        OLD,
        NEW,
        "text/html",
        "text/event-stream;q=0",
        "text/event-stream;q=0, */*",
        "text/event-stream; charset=latin1",
        "nonsense",
    ] {
        assert!(!takes(accept), "{accept}");
    }
    assert!(takes_events(&HeaderMap::new()));
}

#[test]
fn json_in_utf_8_is_taken_however_it_is_spelled() {
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/Json; Charset=\"utf-8\"",
        "application/json; profile=x",
    ] {
        assert!(require_json(&headers(&CONTENT_TYPE, &[content_type])).is_ok(), "{content_type}");
    }
}

#[test]
fn every_other_content_type_is_told_415_and_what_to_send() {
    let table: &[&[&str]] = &[
        &[],
        &[""],
        &["text/plain"],
        &["application/graphql"],
        &["application/graphql-response+json"],
        &["application/x-www-form-urlencoded"],
        &["multipart/form-data; boundary=x"],
        &["multipart/x"],
        &["application/json; charset=latin1"],
        &["application/json; charset=utf-16"],
        &["application/*"],
        &["application/json", "text/plain"],
        &["text/plain; x=application/json"],
        &["jörson"],
    ];
    for content_types in table {
        let rejection = require_json(&headers(&CONTENT_TYPE, content_types)).expect_err("refused");
        let response = rejection.into_response("r", Format::Json.content_type());
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_types:?}");
        assert_eq!(response.headers()["accept-post"], "application/json");
    }
}

#[test]
fn compressed_bodies_are_told_415_and_identity_passes() {
    let encoded = |encoding: &str| {
        let mut headers = headers(&CONTENT_TYPE, &["application/json"]);
        headers.insert(CONTENT_ENCODING, encoding.parse().expect("valid"));
        require_json(&headers)
    };
    assert!(encoded("identity").is_ok());
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, identity", ""] {
        let rejection = encoded(encoding).expect_err(encoding);
        assert_eq!(rejection.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}
