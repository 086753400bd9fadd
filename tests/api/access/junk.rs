//! Junk in every argument of every root field: each gets a clear answer, none is a fault of ours.

use std::time::{Duration, Instant};

use async_graphql::parser::parse_schema;
use entity::id::{AccountId, SessionId};
use vitrine::services::{Permissions, Viewer};

use super::roots::{Values, roots};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: junk_is_nobodys_fault_but_the_sender_s;
    empty: an_empty_shop_takes_junk_as_calmly;
}

/// What is put in place of texts and ids, and of numbers.
struct Junk {
    text: String,
    number: i64,
    items: usize,
}

impl Values for Junk {
    fn scalar(&self, name: &str) -> String {
        match name {
            "Int" => self.number.to_string(),
            "Float" => format!("{}.5", self.number),
            "Boolean" => "true".to_owned(),
            "DateTime" => "\"2026-01-01T00:00:00Z\"".to_owned(),
            "Decimal" => format!("\"{}.25\"", self.number),
            _ => format!("\"{}\"", self.text),
        }
    }

    fn gives_all(&self) -> bool {
        true
    }

    fn items(&self) -> usize {
        self.items
    }
}

fn junk() -> Vec<Junk> {
    let texts = [
        "",
        " ",
        "\\u0000",
        "<script>alert(1)</script>",
        "'; DROP TABLE product; --",
        "../../etc/passwd",
        "prd_7zzzzzzzzzzzzzzzzzzzzzzzzz",
        "acc_00000000000000000000000000",
        "\\u202e\\ud83e\\udd80%00",
        "-1",
    ];
    let mut all: Vec<Junk> = texts
        .into_iter()
        .zip([0, -1, 1, i64::from(i32::MAX), i64::from(i32::MIN), 2, 101, 0, -7, 1])
        .zip([0, 1, 2].into_iter().cycle())
        .map(|((text, number), items)| Junk { text: text.to_owned(), number, items })
        .collect();
    all.push(Junk { text: "x".repeat(9_000), number: 3, items: 1 });
    all
}

async fn junk_is_nobodys_fault_but_the_sender_s(shop: TestShop) {
    throw_junk(&shop).await;
}

async fn an_empty_shop_takes_junk_as_calmly(shop: TestShop) {
    throw_junk(&shop).await;
}

/// As every kind of viewer that gets past the declarations: somebody on the staff with all rights, and the same with an
/// account that is not there.
async fn throw_junk(shop: &TestShop) {
    let schema = parse_schema(vitrine::graphql::sdl()).unwrap();
    let (account, session) = (AccountId::generate(), SessionId::generate());
    let staff = Viewer::Staff { account, session, permissions: Permissions::all() };
    let customer = Viewer::Customer { account, session };
    for junk in junk() {
        for root in roots(&schema, &junk) {
            for viewer in [staff, customer] {
                let began = Instant::now();
                let reply = shop.query(&root.text).asked_by(viewer).await;
                let told = reply.json.to_string();
                let shown = root.text.chars().take(300).collect::<String>();
                assert!(!told.contains("\"INTERNAL\""), "{shown}\n{told}");
                assert!(!told.contains("SELECT ") && !told.contains("INSERT "), "{shown}\n{told}");
                assert!(began.elapsed() < Duration::from_secs(5), "{shown} took {:?}", began.elapsed());
            }
        }
    }
    let alive = shop.query("{ products(first: 1) { nodes { handle } } }").await;
    assert!(alive.is_refused || alive.json["data"]["products"].is_object(), "{}", alive.json);
}
