//! Random documents: through the gate they answer what the library answers by itself.
//!
//! The library runs a repeated field again and merges the results, which for queries without
//! lists of lists is the same answer, only slower.

use std::fmt::Write;

use async_graphql::{Request, ValidationMode, Variables};
use serde_json::json;

use super::shop::{Calls, Shop, model, object, schema};
use crate::graphql::gate::{Gate, Limits};
use crate::graphql::outline;
use crate::services::Viewer;

/// A xorshift generator: the same documents in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Leaves, fields with their types, and possible type conditions of a type.
type Shape = (&'static [&'static str], &'static [(&'static str, &'static str)], &'static [&'static str]);

fn shape(ty: &str) -> Shape {
    match ty {
        "Query" => (
            &["page", "pageOrNull(first: 3)"],
            &[
                ("product", "Product"),
                ("search", "Hit"),
                ("nodes(ids: [1, 2])", "Node"),
                ("interfaces", "HasImages"),
            ],
            &["Query"],
        ),
        "Product" => (
            &["id", "title", "tags", "__typename"],
            &[("images", "Image"), ("reviews(first: 2)", "Reviews")],
            &["Product", "Node", "HasImages"],
        ),
        "Category" => (&["id", "name"], &[("images", "Image")], &["Category", "Node", "HasImages"]),
        "Review" => (&["id", "body"], &[("product", "Product")], &["Review", "Node"]),
        "Image" => (&["url", "alt"], &[], &["Image"]),
        "Reviews" => (&["__typename"], &[("nodes", "Review")], &["Reviews"]),
        "Node" => (&["id", "__typename"], &[], &["Product", "Review", "Category", "HasImages", "Node"]),
        "HasImages" => {
            (&["__typename"], &[("images", "Image")], &["Product", "Category", "Node", "HasImages"])
        }
        _ => (&["__typename"], &[], &["Product", "Category", "Review", "Node", "HasImages"]),
    }
}

fn selections(random: &mut Random, ty: &str, depth: usize) -> String {
    let (leaves, fields, conditions) = shape(ty);
    let mut text = String::from("{ ");
    for _ in 0..=random.below(4) {
        let directive = random.pick(&["", "", "", "", "@include(if: $x)", "@skip(if: $y)"]);
        match random.below(6) {
            0 | 1 if depth > 0 && !fields.is_empty() => {
                let (field, target) = fields[random.below(fields.len())];
                write!(text, "{field} {directive} {} ", selections(random, target, depth - 1)).unwrap();
            }
            2 if depth > 0 => write!(text, "... {directive} {} ", selections(random, ty, depth - 1)).unwrap(),
            3 | 4 if depth > 0 => {
                let condition = random.pick(conditions);
                write!(text, "... on {condition} {directive} {} ", selections(random, condition, depth - 1))
                    .unwrap();
            }
            _ => write!(text, "{} {directive} ", random.pick(leaves)).unwrap(),
        }
    }
    text + "}"
}

async fn compare(gate: &Gate<Shop>, strict: &Shop, text: &str, variables: serde_json::Value) {
    let admitted = gate
        .admit(text, None, object(variables.clone()), &Viewer::Anonymous)
        .await
        .unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    let through = gate.executor().execute(admitted.request().data(Calls::default())).await;
    let request =
        Request::new(text).variables(Variables::from_json(variables.clone())).data(Calls::default());
    let plain = strict.execute(request).await;
    if plain.errors.iter().any(|error| error.message.contains("conflict because")) {
        return;
    }
    assert_eq!((&plain.errors, &through.errors), (&vec![], &vec![]), "{text}");
    let json = |response: &async_graphql::Response| serde_json::to_string(&response.data).unwrap();
    assert_eq!(json(&through), json(&plain), "{variables} {text}");
    let outlined = gate.executor().execute(outline::request(&admitted).data(Calls::default())).await;
    assert_eq!((&outlined.errors, json(&outlined)), (&vec![], json(&plain)), "{variables} {text}");
}

#[tokio::test]
async fn random_documents_answer_through_the_gate_as_without_it() {
    let strict = schema(ValidationMode::Strict, false);
    let limits = Limits { cost: u64::MAX, root_fields: 1000, ..Limits::default() };
    let gate =
        Gate::new(schema(ValidationMode::Fast, false), schema(ValidationMode::Strict, true), model(), limits);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..200 {
        let set = selections(&mut random, "Query", 5);
        let text = format!(
            "query ($x: Boolean!, $y: Boolean!) {{ u: page @include(if: $x) v: page @skip(if: $y) ... {set} }}"
        );
        for (x, y) in [(true, false), (false, true), (true, true)] {
            compare(&gate, &strict, &text, json!({"x": x, "y": y})).await;
        }
    }
}
