//! Valid documents are admitted, invalid ones are not, whatever their variables.

use async_graphql::parser::types::OperationType;
use async_graphql::{ValidationMode, Variables};
use serde_json::json;

use super::shop::{gate, model, refusal, schema};
use crate::graphql::gate::{Limits, check, prepare, validate};
use crate::services::Viewer;

async fn is_valid(text: &str) -> bool {
    gate().document(text, &Viewer::Anonymous).await.map_err(|refusal| println!("{refusal}")).is_ok()
}

#[tokio::test]
async fn documents_are_valid_without_their_variables() {
    for text in [
        "query ($f: Filter!, $ids: [ID!]!, $s: SortKey!) { find(filter: $f, ids: $ids, sort: $s) }",
        "query ($n: Int!, $s: SortKey) { find(filter: {limit: $n, sort: $s, and: [{limit: $n}]}) }",
        "query ($n: Int) { page(first: $n) }",
        "query ($id: ID!) { nodes(ids: [$id]) { id } }",
        "query ($n: Int = 3) { find(filter: {limit: $n}) }",
        "query ($id: ID!) { pick(by: {id: $id}) }",
        "query ($x: Boolean!) { product @include(if: $x) { id } }",
        "mutation ($e: Even) { pay(even: $e) { number } }",
        "query A($n: Int) { page(first: $n) } query B { page }",
        "subscription { ticks }",
        "subscription S { ...T } fragment T on Events { ticks }",
        "query ($x: Boolean!) { __typename @skip(if: $x) product { __typename @include(if: true) } }",
        "query ($ids: [ID! ] ! #ids\n) { find(ids: $ids) ...on #x\n Query { __typename } }",
        "query ($f: Filter = {limit: 1}, $s: SortKey = NEWEST) { find(filter: $f, sort: $s) }",
        "{ find(filter: {limit: 1, title: \"\\u{1F600} \\uD83D\\uDE00\"}) }",
    ] {
        assert!(is_valid(text).await, "{text}");
    }
}

#[tokio::test]
async fn mistakes_are_found_without_variables() {
    for (text, expected) in [
        (
            "query ($n: Int!) { find(filter: {limit: $n, title: 5}) }",
            "Argument \"filter.title\" must be a value of \"String\"",
        ),
        (
            "query ($n: Int!) { find(filter: {limit: $n, nope: 5}) }",
            "Argument \"filter.nope\" is not a field of \"Filter\"",
        ),
        ("query ($t: String) { find(filter: {title: $t}) }", "Argument \"filter.limit\" is required"),
        (
            "query ($n: Int) { find(filter: {limit: $n}) }",
            "Variable \"$n\" of type \"Int\" is used where \"Int!\" is expected",
        ),
        (
            "query ($n: Int!, $s: SortKey) { find(filter: {limit: $n, sort: $s, and: [{limit: $n, sort: WORST}]}) }",
            "Argument \"filter.and[0].sort\" must be",
        ),
        ("query ($id: ID) { pick(by: {id: $id}) }", "must have exactly one field, and that not null"),
        ("query ($id: ID!) { pick(by: {id: $id, handle: \"a\"}) }", "must have exactly one field"),
        (
            "query ($ids: [ID]) { find(ids: $ids) }",
            "Variable \"$ids\" of type \"[ID]\" is used where \"[ID!]\" is expected",
        ),
        ("query ($s: String) { page(first: $s) }", "Variable \"$s\" of type \"String\""),
        ("{ page(first: $n) }", "$n"),
        ("{ __typename @include(if: $n) }", "Variable \"$n\" is not declared"),
        ("query ($n: Boolean) { page @include(if: $n) }", "is used where \"Boolean!\" is expected"),
        ("query ($n: Int) { page }", "Variable \"$n\" is not used"),
        ("query ($n: Product) { page }", "no input type"),
        ("{ page(first: \"x\") }", "Int"),
        ("{ nodes { id } }", "ids"),
        ("{ product }", "must have a selection"),
        ("{ page { a } }", "must not have a selection"),
        ("{ __typename { a } }", "\"__typename\" has no arguments and no fields"),
        ("{ __typename @nope }", "nope"),
        ("{ __typename @include }", "if"),
        ("{ __typename @include(if: 1) }", "if"),
        ("{ __typename @include(if: true, x: 1) }", "x"),
        ("{ __typename @include(if: true) @include(if: true) }", "include"),
        ("query ($n: Int @nope) { page(first: $n) }", "may not stand on a variable"),
        ("query ($n: Int @skip(if: true)) { page(first: $n) }", "may not stand on a variable"),
        ("{ find(filter: []) }", "Argument \"filter\" must be a value of \"Filter\""),
        ("{ find(filter: \"a\") }", "must be a value of \"Filter\""),
        ("{ find(filter: NEWEST) }", "must be a value of \"Filter\""),
        ("{ find(filter: {limit: 1, and: [[]]}) }", "Argument \"filter.and"),
        ("{ page(first: 3000000000) }", "must be a value of \"Int\""),
        ("query ($n: Int = 3000000000) { page(first: $n) }", "The default of variable \"n\""),
        ("query ($f: Filter = 1) { find(filter: $f) }", "The default of variable \"f\""),
        ("query ($s: SortKey = \"NEWEST\") { find(sort: $s) }", "The default of variable \"s\""),
        ("{ nope }", "nope"),
        ("{ page @nope }", "nope"),
        ("{ product { ... on Review { id } } }", "can never be of type"),
        ("{ product { ...F } } fragment F on Review { id }", "can never be of type"),
        ("{ product { ... on Nope { id } } }", "Nope"),
        ("{ find(filter: {limit: 1, limit: 2}) }", "Input field \"limit\" is given more than once"),
        ("{ page(first: 1, first: 2) }", "first"),
        ("subscription { ticks tocks }", "exactly one root field"),
        ("subscription { ...A } fragment A on Events { ticks b: tocks }", "exactly one root field"),
        ("subscription ($x: Boolean!) { ticks @skip(if: $x) }", "must not be conditional"),
        ("subscription { __typename }", "__typename"),
    ] {
        let told = match gate().document(text, &Viewer::Anonymous).await {
            Ok(_) => panic!("valid: {text}"),
            Err(refusal) => refusal.to_string(),
        };
        assert!(told.contains(expected), "{text}\n{told}");
    }
}

#[tokio::test]
async fn fields_that_conflict_are_refused_at_any_depth() {
    for text in [
        "{ a: page a: pageOrNull }",
        "{ page(first: 1) page(first: 2) }",
        "{ page page(first: 2) }",
        "query ($a: Int, $b: Int) { page(first: $a) page(first: $b) }",
        "{ product { x: id } product { x: title } }",
        "{ product { reviews(first: 1) { nodes { id } } } ... { product { reviews(first: 2) { nodes { id } } } } }",
        "{ product { ...A ...B } } fragment A on Product { reviews { nodes { x: id } } } fragment B on Product { reviews { nodes { x: body } } }",
        "{ search { ... on Product { x: title } ... on Category { x: images { url } } } }",
        "{ search { ... on Product { x: title } ... on Category { x: __typename } ... on Review { x: id } } }",
        "{ nodes(ids: []) { id ... on Product { id: title } } }",
        "{ search { ... on Product { images { x: url } } ... on HasImages { images { x: alt } } } }",
    ] {
        let told = refusal(text, json!({})).await;
        assert!(told.contains("conflict because"), "{text}\n{told}");
    }
}

#[tokio::test]
async fn fields_of_different_objects_do_not_conflict() {
    for text in [
        "{ page page(first: 20) }".replace("page page", "page p: page").as_str(),
        "{ search { ... on Product { x: title } ... on Category { x: name } } }",
        "{ search { ... on Product { ... @include(if: true) { x: title } } ... on Category { ... @include(if: true) { x: name } } } }",
        "{ search { ... on Product { images { x: url } } ... on Category { images { x: alt } } } }",
        "{ find(filter: {limit: 1, title: \"a\"}) find(filter: {title: \"a\", limit: 1}) }",
    ] {
        assert!(is_valid(text).await, "{text}");
    }
}

/// The exact words of the library are what lets its wrong rule be set aside.
#[tokio::test]
async fn the_library_still_refuses_a_valid_document_in_the_words_known() {
    let strict = schema(ValidationMode::Strict, true);
    let text = "{ search { ... on Product { ... @include(if: true) { x: title } } ... on Category { ... @include(if: true) { x: name } } } }";
    let errors = strict.execute(text).await.errors;
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0]
            .message
            .ends_with("Use different aliases on the fields to fetch both if this was intentional.")
    );
}

#[tokio::test]
async fn checking_executes_nothing() {
    let checker = schema(ValidationMode::Strict, true);
    let document = async_graphql::parser::parse_query("mutation { pay { number } }").unwrap();
    // The resolver would panic here: it looks for data that nobody gave.
    assert_eq!(validate(&checker, document, Variables::default()).await, Ok(()));
}

#[test]
fn the_checks_of_its_own_need_no_schema() {
    let prepared = prepare("{ a: page a: pageOrNull }", &model(), &Limits::default()).unwrap();
    assert_eq!(prepared.operations[0].kind, OperationType::Query);
    assert!(check(&prepared, &model()).is_err());
}
