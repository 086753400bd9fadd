//! Merged documents give what the specification's executor gives.

use async_graphql::ValidationMode;
use serde_json::json;

use super::shop::{Calls, admit, model, run, schema};
use crate::graphql::gate::{Limits, prepare};

async fn answers(text: &str, expected: &str, calls: usize) {
    assert_eq!(run(text, json!({})).await, (expected.to_owned(), calls), "{text}");
}

#[tokio::test]
async fn equal_fields_run_once() {
    answers("{ product { id } product { title } }", r#"{"product":{"id":"prd_1","title":"Vase"}}"#, 1).await;
    answers("{ a: product { id } b: product { id } }", r#"{"a":{"id":"prd_1"},"b":{"id":"prd_1"}}"#, 2).await;
}

#[tokio::test]
async fn a_payment_written_twice_is_made_once() {
    answers("mutation { a: pay { number } a: pay { number } }", r#"{"a":{"number":1}}"#, 1).await;
    let text = "mutation M { a: pay(amount: 2) { number } ...A } fragment A on Mutation { a: pay(amount: 2) { product { id } } }";
    answers(text, r#"{"a":{"number":1,"product":{"id":"prd_1"}}}"#, 1).await;
}

#[tokio::test]
async fn the_library_alone_would_pay_twice() {
    let (text, calls) = ("mutation { a: pay { number } a: pay { number } }", Calls::default());
    let request = async_graphql::Request::new(text).data(calls.clone());
    schema(ValidationMode::Strict, false).execute(request).await;
    assert_eq!(calls.so_far(), 2, "if this is 1, the library merges fields itself by now");
    assert_eq!(run(text, json!({})).await.1, 1);
}

#[tokio::test]
async fn conditions_are_looked_at_before_fields_are_merged() {
    let text = "mutation ($x: Boolean!, $y: Boolean!) { a: pay @include(if: $x) { number } a: pay @skip(if: $y) { product { id } } }";
    let both = run(text, json!({"x": true, "y": false})).await;
    assert_eq!(both, (r#"{"a":{"number":1,"product":{"id":"prd_1"}}}"#.to_owned(), 1));
    assert_eq!(run(text, json!({"x": true, "y": true})).await.0, r#"{"a":{"number":1}}"#);
    assert_eq!(run(text, json!({"x": false, "y": true})).await, ("{}".to_owned(), 0));
}

#[tokio::test]
async fn a_condition_uses_the_default_of_its_variable() {
    let text = "query ($x: Boolean = true) { page @include(if: $x) }";
    assert_eq!(run(text, json!({})).await.0, r#"{"page":20}"#);
    assert_eq!(run(text, json!({"x": false})).await.0, "{}");
}

#[tokio::test]
async fn keys_come_in_the_order_of_their_first_occurrence() {
    let text = "{ product { ...A title tags } } fragment A on Product { tags ...B } fragment B on Product { id title }";
    answers(text, r#"{"product":{"tags":["glass"],"id":"prd_1","title":"Vase"}}"#, 1).await;
}

#[tokio::test]
async fn lists_of_lists_keep_all_selections() {
    let text = "{ product { grid { url } ... { grid { alt } } } }";
    answers(text, r#"{"product":{"grid":[[{"url":"/g","alt":"grid"}]]}}"#, 1).await;
}

#[tokio::test]
async fn fragments_on_interfaces_and_unions_apply_to_their_objects() {
    let text = "{ search { __typename ... on Node { id } ... on Product { id title } ... on HasImages { images { url } } ... on Product { images { alt } } } }";
    let expected = r#"{"search":[{"__typename":"Product","id":"prd_1","title":"Vase","images":[{"url":"/1","alt":"one"}]},{"__typename":"Category","id":"cat_1","images":[]}]}"#;
    answers(text, expected, 2).await;
}

#[tokio::test]
async fn a_fragment_on_a_union_applies_inside_an_interface() {
    let text = "{ nodes(ids: [1]) { ... on Hit { __typename ... on Product { title } } } }";
    answers(text, r#"{"nodes":[{"__typename":"Product","title":"Vase"}]}"#, 0).await;
}

#[tokio::test]
async fn a_fragment_on_an_interface_of_an_object_is_inlined() {
    let text =
        "{ product { images { url } ... on HasImages { images { alt } } ...N } } fragment N on Node { id }";
    answers(text, r#"{"product":{"images":[{"url":"/1","alt":"one"}],"id":"prd_1"}}"#, 2).await;
    let prepared = prepare(text, &model(), &Limits::default()).unwrap();
    assert!(!format!("{:?}", prepared.operations[0].definition).contains("Fragment"));
}

#[tokio::test]
async fn the_operation_is_chosen_by_its_name() {
    let prepared = prepare("query A { page } query B { pageOrNull }", &model(), &Limits::default()).unwrap();
    assert_eq!(prepared.operation(Some("B")).unwrap().name.as_deref(), Some("B"));
    assert!(prepared.operation(None).is_err());
    assert!(prepared.operation(Some("C")).is_err());
    let single = prepare("{ page }", &model(), &Limits::default()).unwrap();
    assert!(single.operation(None).is_ok() && single.operation(Some("A")).is_err());
    assert!(admit("query A { page }", json!({})).await.unwrap().name.is_some());
}

#[tokio::test]
async fn merging_changes_no_answer_of_the_library() {
    let strict = schema(ValidationMode::Strict, false);
    for text in [
        "{ search { ... on Product { id images { url } } ... on Category { id name } } page }",
        "{ nodes(ids: [\"a\", \"b\"]) { id ... on Product { id title reviews(first: 1) { nodes { body } } } } }",
        "{ interfaces { images { url } ... on Product { title images { alt } } } }",
        "query Q { ...R } fragment R on Query { product { ... @include(if: true) { id } ... @skip(if: true) { title } } }",
        "{ __typename product { __typename t: __typename } __type(name: \"Hit\") { possibleTypes { name } } }",
    ] {
        let request = async_graphql::Request::new(text).data(Calls::default());
        let plain = strict.execute(request).await;
        assert_eq!(plain.errors, [], "{text}");
        assert_eq!(run(text, json!({})).await.0, serde_json::to_string(&plain.data).unwrap(), "{text}");
    }
}
