//! The guides tell the truth: every example in `docs/examples` is sent to the sample shop, and the pages show just these
//! files.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::{Body, to_bytes};
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use vitrine::config::Budgets;
use vitrine::services::budgets::Throttle;

use crate::harness::{Engine, Filling, TestShop, run};
use crate::identity::{customer, customer_signs_in};

/// On the engine of the demo: by relevance each engine has an order of its own.
#[test]
fn every_example_is_answered_as_the_guide_says() {
    run(Engine::Sqlite, Filling::Sample, ask_everything);
}

const PAGES: [&str; 3] = ["README.md", "docs/frontend.md", "docs/account.md"];

/// Who asks where an example says `"as": "customer"`.
const CUSTOMER: &str = "ann@example.com";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The examples' queries, sorted by name.
fn examples() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("docs/examples")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    let mut queries: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|it| it == "graphql")).collect();
    queries.sort();
    queries
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn ask_everything(shop: TestShop) {
    let mut config = shop.config().clone();
    config.public_url = Some("http://127.0.0.1:8080".to_owned());
    let (router, _health) = vitrine::app::router(&shop.app, &config).unwrap();
    let examples = examples();
    assert!(examples.len() >= 15, "{} examples", examples.len());
    customer(&shop, CUSTOMER).await;
    for path in examples {
        let setup: Value = serde_json::from_str(&read(&path.with_extension("json"))).unwrap();
        let expected: Value = serde_json::from_str(&read(&path.with_extension("answer.json"))).unwrap();
        let mut request = Request::post("/graphql")
            .header("Content-Type", "application/json")
            .header("Accept", "application/graphql-response+json")
            .header("X-Request-Id", "docs");
        for (name, value) in setup["headers"].as_object().into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap());
        }
        if setup["as"] == "customer" {
            let tokens = customer_signs_in(&shop, CUSTOMER).await;
            request = request.header("Authorization", format!("Bearer {}", tokens.access_token));
        }
        // Everybody begins with a full budget.
        shop.app.budgets.open(Throttle::alone(), Budgets::default());
        let body = json!({ "query": read(&path), "variables": setup.get("variables") });
        let response =
            router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let answer: Value = serde_json::from_slice(&bytes).unwrap();
        // As text: the order is part of the answer.
        assert_eq!(answer.to_string(), expected.to_string(), "{}", path.display());
    }
}

/// What a page shows of an example: from its mark to the end of it.
fn shown(name: &str) -> Option<String> {
    PAGES.iter().find_map(|page| {
        let text = read(&root().join(page));
        let (_, rest) = text.split_once(&format!("<!-- example: {name} -->"))?;
        Some(rest.split_once("<!-- end -->")?.0.to_owned())
    })
}

#[test]
fn the_pages_show_the_examples_as_they_are() {
    for path in examples() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let page = shown(name).unwrap_or_else(|| panic!("no page shows the example {name}"));
        for file in [path.clone(), path.with_extension("answer.json")] {
            assert!(page.contains(read(&file).trim_end()), "a page shows another {}", file.display());
        }
    }
}
