//! Documents written to hurt.

use std::time::{Duration, Instant};

use serde_json::json;

use super::shop::{admit, gate, model, object, refusal};
use crate::graphql::gate::{Limits, Refusal, prepare};
use crate::services::Viewer;

fn message(text: &str) -> String {
    let refusal: Refusal = prepare(text, &model(), &Limits::default()).unwrap_err();
    refusal.errors[0].message.clone()
}

/// What `write` writes for 0, 1, 2, ... joined.
fn repeat(count: usize, write: impl Fn(usize) -> String) -> String {
    (0..count).map(write).collect::<Vec<_>>().concat()
}

fn doubling(count: usize) -> String {
    let links = repeat(count, |i| format!("fragment F{i} on Product {{ ...F{} ...F{} }} ", i + 1, i + 1));
    format!("{{ product {{ ...F0 }} }} {links} fragment F{count} on Product {{ id }}")
}

#[test]
fn thirty_fragments_that_double_are_refused_at_once() {
    let (text, model) = (doubling(30), model());
    let started = Instant::now();
    let refusal = prepare(&text, &model, &Limits::default()).unwrap_err();
    let took = started.elapsed();
    assert!(refusal.errors[0].message.contains("fields with fragments expanded; at most 10000"), "{refusal}");
    assert!(took < Duration::from_millis(20), "{took:?}");
}

#[test]
fn one_hundred_fragments_that_double_saturate_instead_of_wrapping() {
    let limits = Limits { fragments: 1000, nesting: 1000, ..Limits::default() };
    let refusal = prepare(&doubling(100), &model(), &limits).unwrap_err();
    assert!(
        refusal.errors[0].message.starts_with(&format!("The document has {} fields", u64::MAX)),
        "{refusal}"
    );
}

#[test]
fn ten_thousand_aliases_are_refused() {
    let aliases = |count| repeat(count, |i| format!("a{i}:page "));
    let limits = Limits {
        text_bytes: 1 << 20,
        tokens: 100_000,
        selections: 20_000,
        root_fields: 20_000,
        ..Limits::default()
    };
    let refusal = prepare(&format!("{{ {} }}", aliases(10_000)), &model(), &limits).unwrap_err();
    assert_eq!(refusal.errors[0].message, "The document has 10000 aliases; at most 100 are allowed.");
    assert!(message(&format!("{{ {} }}", aliases(10_000))).contains("bytes"));
    assert!(message(&format!("{{ {} }}", aliases(1_000))).contains("1000 selections in one set"));
}

#[test]
fn fragments_that_spread_themselves_are_refused_by_name() {
    assert_eq!(
        message("{ product { ...A } } fragment A on Product { id ...A }"),
        "Fragments must not spread themselves: A → A."
    );
    assert_eq!(
        message(
            "{ product { ...C } } fragment C on Product { ...A } fragment A on Product { ...B } fragment B on Product { ...A }"
        ),
        "Fragments must not spread themselves: A → B → A."
    );
}

#[test]
fn unused_and_unknown_fragments_are_refused() {
    assert_eq!(message("{ product { id } } fragment A on Product { id }"), "Fragment \"A\" is never used.");
    assert_eq!(message("{ product { ...B } }"), "Unknown fragment \"B\".");
    assert!(
        message("{ product { id } } fragment A on Product { ...B } fragment B on Product { ...A }")
            .contains("never used")
    );
}

#[test]
fn each_limit_is_told_with_its_number() {
    let fields = |count: usize, text: &str| text.repeat(count);
    let cases = [
        (format!("{{ {} }}", fields(21, "page ")), "21 root fields; at most 20"),
        (format!("{{ product {{ {} }} }}", fields(201, "id ")), "201 selections in one set; at most 200"),
        (format!("{{ page {} }}", fields(6, "@include(if: true) ")), "6 directives in one place; at most 5"),
        (
            format!("{{ {}id{} }}", fields(21, "product { "), fields(21, " }")),
            "22 levels of fields; at most 20",
        ),
        (
            fields(51, "query Q { page } ")
                .split("query Q")
                .enumerate()
                .map(|(i, rest)| format!("query Q{i} {rest}"))
                .skip(1)
                .collect(),
            "51 operations; at most 50",
        ),
    ];
    for (text, expected) in cases {
        let told = message(&text);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn fields_inside_fragments_count_as_root_fields_and_depth() {
    let text = format!("{{ ...A ...A ...A }} fragment A on Query {{ {} }}", "page ".repeat(7));
    assert!(message(&text).contains("21 root fields"));
    let text = format!(
        "{{ product {{ ...A }} }} fragment A on Product {{ {}id{} }}",
        "reviews { nodes { product { ".repeat(7),
        " } } }".repeat(7)
    );
    assert!(message(&text).contains("23 levels of fields"));
}

#[test]
fn a_chain_of_fragments_is_as_deep_as_its_selections() {
    let links = repeat(40, |i| format!("fragment F{i} on Product {{ ...F{} }} ", i + 1));
    let text = format!("{{ product {{ ...F0 }} }} {links} fragment F40 on Product {{ id }}");
    assert!(message(&text).contains("levels of selections; at most 32"));
}

#[test]
fn text_that_is_no_document_is_told_in_a_line() {
    for text in ["", "{", "{}", "query", "{ a(", "{ a } }", "\u{0}", "{ a(x: \"\n\") }", "[[[", "{ a(x: ]) }"]
    {
        let told = message(text);
        assert!(
            told.starts_with("Syntax error: ") && told.lines().count() == 1 && told.len() < 300,
            "{text:?}: {told}"
        );
    }
}

#[tokio::test]
async fn many_unknown_fields_get_a_short_answer() {
    let text = format!("{{ product {{ {} }} }}", repeat(199, |i| format!("unknown{i} ")));
    let refusal = admit(&text, json!({})).await.unwrap_err();
    assert_eq!(refusal.errors.len(), 20);
}

#[tokio::test]
async fn conflicts_at_every_level_are_found_in_bounded_time() {
    let mut text = String::from("id");
    for level in 0..6 {
        let other = repeat(6, |i| format!("... on Product {{ reviews {{ nodes {{ x{level}{i}: id }} }} }} "));
        text = format!("reviews {{ nodes {{ product {{ {text} {other} }} }} }}");
    }
    let started = Instant::now();
    let _ = admit(&format!("{{ product {{ {text} }} }}"), json!({})).await;
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_default_for_a_list_of_an_unknown_type_does_not_panic() {
    let told = refusal("query ($a: [Nope] = [1]) { page(first: $a) }", json!({})).await;
    assert!(told.contains("Unknown type \"Nope\""), "{told}");
}

#[tokio::test]
async fn deep_variables_are_refused() {
    let mut filter = json!({"limit": 1});
    for _ in 0..60 {
        filter = json!({"limit": 1, "and": [filter]});
    }
    let text = "query ($filter: Filter) { find(filter: $filter) }";
    let told = refusal(text, json!({"filter": filter})).await;
    assert!(told.contains("nested more than 32 levels deep"), "{told}");
    let mut even = json!(2);
    for _ in 0..100 {
        even = json!([even]);
    }
    let told = refusal("query ($even: Even) { scalars(even: $even) }", json!({"even": even})).await;
    assert!(told.contains("nested more than 32 levels deep"), "{told}");
}

#[tokio::test]
async fn refusals_are_not_kept_and_admissions_are() {
    let gate = gate();
    assert!(gate.document("{ nope }", &Viewer::Anonymous).await.is_err());
    let first = gate.document("{ page }", &Viewer::Anonymous).await.unwrap();
    gate.keep("{ page }", &first);
    let again = gate.document("{ page }", &Viewer::Anonymous).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &again));
    assert_eq!(
        gate.admit("{ page }", None, object(json!({})), &Viewer::Anonymous).await.unwrap().hash.len(),
        16
    );
}
