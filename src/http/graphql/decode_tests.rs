//! Requests well-formed and not, in a body and in a URL.

use serde_json::json;

use super::*;

fn url(query: &str) -> Result<Decoded, Rejection> {
    parameters(&mut Parameters::parse(Some(query))?)
}

fn refusal(result: Result<Decoded, Rejection>) -> String {
    let Err(rejection) = result else { panic!("accepted") };
    assert_eq!(rejection.status, http::StatusCode::BAD_REQUEST);
    rejection.body("r")
}

#[test]
fn a_body_with_all_four_parameters_is_read() {
    let bytes = br#"{"query":"{a}","operationName":"A","variables":{"b":1,"a":2},"extensions":{"x":true}}"#;
    let decoded = body(bytes).expect("well-formed");
    assert_eq!(decoded.query.as_deref(), Some("{a}"));
    assert_eq!(decoded.operation_name.as_deref(), Some("A"));
    assert_eq!(Value::Object(decoded.variables), json!({ "b": 1, "a": 2 }));
    assert_eq!(Value::Object(decoded.extensions), json!({ "x": true }));
}

#[test]
fn null_for_an_optional_parameter_is_the_same_as_none() {
    let bytes = br#"{"query":"{a}","operationName":null,"variables":null,"extensions":null,"other":[1]}"#;
    let decoded = body(bytes).expect("well-formed");
    assert_eq!(decoded.operation_name, None);
    assert!(decoded.variables.is_empty() && decoded.extensions.is_empty());
}

#[test]
fn parameters_of_the_wrong_type_are_refused_by_name() {
    for (name, values) in [
        ("query", ["{}", "1", "true", "[\"{a}\"]"]),
        ("operationName", ["{}", "1", "false", "[]"]),
        ("variables", ["\"{}\"", "1", "true", "[7]"]),
        ("extensions", ["\"{}\"", "0", "false", "[]"]),
    ] {
        for value in values {
            let rest = if name == "query" { "" } else { r#""query":"{a}","# };
            let text = format!(r#"{{{rest}"{name}":{value}}}"#);
            assert!(refusal(body(text.as_bytes())).contains(&format!("`{name}` is not")), "{text}");
        }
    }
}

#[test]
fn a_body_that_names_no_document_is_refused() {
    for text in ["{}", r#"{"qeury":"{a}"}"#, r#"{"query":null}"#, r#"{"extensions":{}}"#] {
        assert!(refusal(body(text.as_bytes())).contains("`query` is missing"), "{text}");
    }
}

#[test]
fn a_hash_stands_in_for_the_text() {
    let text = br#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}"#;
    assert_eq!(body(text).expect("well-formed").query, None);
    let query = "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%7D%7D";
    assert_eq!(url(query).expect("well-formed").query, None);
}

#[test]
fn batches_are_off() {
    assert!(refusal(body(br#"[{"query":"{a}"}]"#)).contains("Batches"));
    assert!(refusal(body(b"[]")).contains("Batches"));
}

#[test]
fn bodies_that_are_no_json_object_are_refused() {
    for bytes in [
        &b""[..],
        b"NONSENSE",
        br#"{"query":"#,
        b"1",
        b"null",
        b"\"{a}\"",
        b"\xff",
        b"{\"query\":\"\xc3\"}",
        b"\0",
    ] {
        refusal(body(bytes));
    }
    refusal(body(br#"{"query":"{a}","query":"{b}"}"#));
    refusal(body(br#"{"query":"{a}\u0000"}"#));
}

#[test]
fn a_url_with_all_four_parameters_is_read() {
    let decoded =
        url("query=query+A%7Ba%7D&operationName=A&variables=%7B%22b%22%3A1%7D&extensions=null&market=us");
    let decoded = decoded.expect("well-formed");
    assert_eq!(decoded.query.as_deref(), Some("query A{a}"));
    assert_eq!(decoded.operation_name.as_deref(), Some("A"));
    assert_eq!(Value::Object(decoded.variables), json!({ "b": 1 }));
}

#[test]
fn an_empty_operation_name_is_none_and_null_is_a_name() {
    assert_eq!(url("query=%7Ba%7D&operationName=").expect("ok").operation_name, None);
    let named = url("query=%7Ba%7D&operationName=null").expect("ok");
    assert_eq!(named.operation_name.as_deref(), Some("null"));
}

#[test]
fn urls_that_are_not_well_formed_are_refused() {
    for query in [
        "",
        "qeury=%7Ba%7D",
        "query=a&query=b",
        "query=a&variables=%7B%7D&variables=%7B%7D",
        "query=a&variables=1",
        "query=a&variables=%5B%5D",
        "query=a&variables=%7B",
        "query=a&extensions=%22%22",
        "query=a&operationName=a&operationName=a",
        "query=%FF",
        "query=a%00",
        "query=a&variables=%7B%22a%22%3A1%2C%22a%22%3A2%7D",
    ] {
        refusal(url(query));
    }
}
