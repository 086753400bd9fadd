//! What operations cost.

use std::fmt::Write;

use serde_json::json;

use super::shop::{admit, gate, object, refusal};
use crate::graphql::gate::{Gate, Limits, Model};
use crate::services::Viewer;
use crate::services::error::Code;

async fn cost(text: &str, variables: serde_json::Value) -> u64 {
    admit(text, variables).await.unwrap_or_else(|refusal| panic!("{refusal}: {text}")).cost
}

#[tokio::test]
async fn objects_count_one_and_leaves_nothing() {
    assert_eq!(cost("{ page }", json!({})).await, 0);
    assert_eq!(cost("{ product { id tags } }", json!({})).await, 1);
    assert_eq!(cost("{ product { __typename images { url } } }", json!({})).await, 1 + 10);
}

#[tokio::test]
async fn a_connection_counts_its_page_and_itself_once() {
    let page = |first: &str| format!("{{ reviews{first} {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }}");
    assert_eq!(cost(&page("(first: 5)"), json!({})).await, 1 + 5 + 1);
    assert_eq!(cost(&page(""), json!({})).await, 1 + 20 + 1);
    assert_eq!(cost(&page("(first: 1000000)"), json!({})).await, 1 + 100 + 1);
    assert_eq!(cost(&page("(first: -3)"), json!({})).await, 1 + 1);
    assert_eq!(cost("{ reviews(first: 5) { edges { node { id } } } }", json!({})).await, 1 + 5 * 2);
}

#[tokio::test]
async fn nested_pages_multiply_by_variables() {
    let text = "query ($a: Int, $b: Int = 3) { reviews(first: $a) { nodes { product { reviews(last: $b) { nodes { id } } } } } }";
    assert_eq!(cost(text, json!({"a": 10})).await, 1 + 10 * (1 + 1 + 1 + 3));
    assert_eq!(cost(text, json!({"a": 2, "b": 4})).await, 1 + 2 * (1 + 1 + 1 + 4));
    assert_eq!(cost(text, json!({"a": null, "b": null})).await, 1 + 20 * (1 + 1 + 1 + 20));
    assert_eq!(cost(text, json!({})).await, 1 + 20 * (1 + 1 + 1 + 3));
}

#[tokio::test]
async fn a_list_of_ids_counts_its_length() {
    assert_eq!(cost("{ nodes(ids: [1, 2, 3]) { id } }", json!({})).await, 3);
    let text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(cost(text, json!({"ids": ["a", "b"]})).await, 2);
    assert_eq!(cost(text, json!({"ids": "a"})).await, 1);
}

#[tokio::test]
async fn weights_replace_the_object_and_unknown_lists_count_ten() {
    assert_eq!(cost("{ search { ... on Product { id } } }", json!({})).await, 8 * 6);
    assert_eq!(cost("{ nodesUnbounded { id } }", json!({})).await, 10);
    assert_eq!(cost("mutation { pay { number product { id } } }", json!({})).await, 10 + 1);
}

#[tokio::test]
async fn an_abstract_type_costs_as_its_dearest_object() {
    let text = "{ nodes(ids: [1]) { id ... on Product { images { url } } ... on Review { product { id } } ... on Category { images { url } images { alt } } } }";
    assert_eq!(cost(text, json!({})).await, 1 + 10);
    let text = "{ nodes(ids: [1]) { ... on HasImages { i: images { url } } ... on Product { images { url } } ... on Review { product { id } } } }";
    assert_eq!(cost(text, json!({})).await, 1 + 20);
}

#[tokio::test]
async fn what_is_skipped_costs_nothing() {
    let text = "query ($x: Boolean!) { product @skip(if: $x) { id } ... @include(if: $x) { reviews { nodes { id } } } }";
    assert_eq!(cost(text, json!({"x": true})).await, 21);
    assert_eq!(cost(text, json!({"x": false})).await, 1);
    assert_eq!(cost("{ product @include(if: false) { id } }", json!({})).await, 0);
}

#[tokio::test]
async fn an_operation_above_the_limit_is_refused_with_both_numbers() {
    let text = "query ($n: Int) { reviews(first: $n) { nodes { product { reviews(first: $n) { nodes { product { reviews(first: $n) { nodes { id } } } } } } } } }";
    assert!(cost(text, json!({"n": 10})).await < 20_000);
    let refusal = admit(text, json!({"n": 100})).await.unwrap_err();
    assert_eq!(refusal.code, Code::CostExceeded);
    assert!(
        refusal.errors[0].message.starts_with("The operation costs 1030301; at most 20000 is allowed."),
        "{refusal}"
    );
}

/// What `GraphiQL` sends when it opens.
const GRAPHIQL: &str = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind }
  subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
  fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { name description
    args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test]
async fn the_query_of_graphiql_passes() {
    let admitted = admit(GRAPHIQL, json!({})).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert!((5_000..10_000).contains(&admitted.cost), "{}", admitted.cost);
}

#[tokio::test]
async fn the_query_of_graphiql_passes_on_a_large_schema() {
    let mut sdl = String::from("type Query { a: T0 }");
    for i in 0..120 {
        write!(sdl, " type T{i} {{ a: T0 b(x: Int, y: [In]): [T0!]! c: String d: Int e: Int f: Int }} ")
            .unwrap();
    }
    let model = Model::parse(&(sdl + "input In { a: Int }")).unwrap();
    let prepared = crate::graphql::gate::prepare(GRAPHIQL, &model, &Limits::default()).unwrap();
    assert!(prepared.operations[0].cost.evaluate(&async_graphql::Variables::default()) < 10_000);
}

#[tokio::test]
async fn introspection_that_explodes_is_refused() {
    let text = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert!(refusal(text, json!({})).await.contains("The operation costs"));
    let text =
        "{ __schema { types { possibleTypes { interfaces { possibleTypes { fields { name } } } } } } }";
    assert!(refusal(text, json!({})).await.contains("The operation costs"));
}

#[tokio::test]
async fn the_cache_stays_within_its_bytes() {
    let limits = Limits { cache_bytes: 200_000, ..Limits::default() };
    let shop = |mode, checks| super::shop::schema(mode, checks);
    let gate = Gate::new(
        shop(async_graphql::ValidationMode::Fast, false),
        shop(async_graphql::ValidationMode::Strict, true),
        super::shop::model(),
        limits,
    );
    for i in 0..500 {
        gate.admit(&format!("{{ a{i}: page }}"), None, object(json!({})), &Viewer::Anonymous).await.unwrap();
    }
    assert!(gate.known.weight() <= 200_000);
    assert!(!gate.known.is_empty());
}

#[test]
fn a_gate_starts_with_nothing_known() {
    assert_eq!(gate().known.len(), 0);
}
