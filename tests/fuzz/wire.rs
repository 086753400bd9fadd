//! Whole requests through the whole HTTP side, over an empty shop.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Method, Request};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use vitrine::config::Config;
use vitrine::infrastructure::database::Address;
use vitrine::services::identity::Settings;
use vitrine::services::markets::write::{NewMarket, add_market};

use crate::mutate;
use crate::random::Random;
use crate::seeds;

/// The closed list of codes.
const CODES: [&str; 9] = [
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "BAD_REQUEST",
    "THROTTLED",
    "COST_EXCEEDED",
    "PERSISTED_QUERY_NOT_FOUND",
    "TIMEOUT",
    "UNAVAILABLE",
    "INTERNAL",
];
const NAMES: [&str; 10] = [
    "content-type",
    "accept",
    "authorization",
    "cookie",
    "apollo-require-preflight",
    "vitrine-market",
    "vitrine-client",
    "accept-language",
    "x-request-id",
    "origin",
];
const VALUES: [&str; 14] = [
    "application/json",
    "application/graphql-response+json",
    "*/*;q=0",
    "text/html",
    "application/json; charset=utf-16",
    "Bearer x.y.z",
    "Bearer ",
    "__Host-vitrine-access=x",
    "us",
    "\u{e4}",
    "de-CH;q=0.3, *;q=1.5",
    "",
    "null",
    "a,,b;;q=",
];
const PATHS: [&str; 9] = [
    "/graphql",
    "/graphql",
    "/graphql",
    "/schema.graphql",
    "/health/ready",
    "/media/%2e%2e/x",
    "/uploads/x",
    "/metrics",
    "/.well-known/jwks.json",
];

pub struct Target {
    runtime: Runtime,
    router: Router,
    folder: PathBuf,
    seeds: Vec<(String, String)>,
    words: Vec<String>,
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Target {
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("vitrine-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_stack_size(4 * 1024 * 1024)
            .enable_all()
            .build()
            .unwrap();
        let database = Address::Sqlite(folder.join("shop.db").display().to_string());
        let config = Config { database: database.clone(), introspection: true, ..Config::read().unwrap() };
        let router = runtime.block_on(async {
            let app = vitrine::app::migrated(&database, &config).await.unwrap();
            app.open_identity(Settings::quick().unwrap()).await.unwrap();
            let change = app.begin().await.unwrap();
            add_market(&change, market()).await.unwrap();
            change.commit().await.unwrap();
            app.refresh_markets().await.unwrap();
            vitrine::app::router(&Arc::clone(&app), &config).unwrap().0
        });
        Self { runtime, router, folder, seeds: seeds::documents(), words: seeds::words() }
    }

    /// Whatever is sent is answered, with codes of the list, and never as a fault of ours.
    pub fn once(&self, random: &mut Random) -> bool {
        let Some(request) = self.request(random) else { return false };
        let shown = format!("{request:?}");
        let body = request.body().clone();
        let sent = request.map(Body::from);
        let router = self.router.clone();
        // In a task, as the server runs it: on a stack of the server's size.
        let answer = self.runtime.block_on(self.runtime.spawn(async move {
            let answer = router.oneshot(sent).await.unwrap();
            let (head, body) = answer.into_parts();
            (head.status, to_bytes(body, 64 << 20).await.unwrap())
        }));
        let (status, answer) = answer.expect("no panic");
        let text = || {
            format!(
                "{status} {} for {shown} {}",
                String::from_utf8_lossy(&answer),
                String::from_utf8_lossy(&body)
            )
        };
        assert!(!status.is_server_error(), "{}", text());
        let Ok(json) = serde_json::from_slice::<Value>(&answer) else { return status.is_success() };
        for error in json["errors"].as_array().into_iter().flatten() {
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            assert!(CODES.contains(&code) && code != "INTERNAL", "{}", text());
        }
        status.is_success()
    }

    fn request(&self, random: &mut Random) -> Option<Request<Vec<u8>>> {
        let (one, variables) = random.pick(&self.seeds);
        let other = &random.pick(&self.seeds).0;
        let query =
            if random.one_in(2) { mutate::document(random, one, other, &self.words) } else { one.clone() };
        let variables = mutate::json(random, serde_json::from_str(variables).unwrap());
        let path = random.pick(&PATHS);
        let (uri, method, body) = if random.one_in(4) {
            let pairs =
                [("query", query), ("variables", variables.to_string()), ("operationName", String::new())];
            let encode = |text: &str| {
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
            };
            let pairs: Vec<_> =
                pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
            let query = mutate_query(random, pairs.join("&"));
            (format!("{path}?{query}"), Method::GET, Vec::new())
        } else {
            let mut body = json!({ "query": query, "variables": variables });
            if random.one_in(5) {
                body = mutate::json(random, body);
            }
            let mut body = body.to_string().into_bytes();
            if random.one_in(4) {
                body = mutate::bytes(random, body);
            }
            let methods =
                [Method::POST, Method::POST, Method::POST, Method::PUT, Method::OPTIONS, Method::HEAD];
            ((*path).to_owned(), random.pick(&methods).clone(), body)
        };
        let mut request = Request::builder().method(method).uri(uri);
        if !random.one_in(10) {
            request = request.header("content-type", "application/json");
        }
        for _ in 0..random.below(4) {
            request = request.header(*random.pick(&NAMES), *random.pick(&VALUES));
        }
        // What the library itself does not take never reaches us.
        request.body(body).ok()
    }
}

fn mutate_query(random: &mut Random, query: String) -> String {
    if random.one_in(3) {
        let bytes = mutate::bytes(random, query.into_bytes());
        return String::from_utf8_lossy(&bytes).replace(|c: char| !c.is_ascii_graphic(), "+");
    }
    query
}

fn market() -> NewMarket {
    NewMarket {
        handle: "us".to_owned(),
        name: "United States".to_owned(),
        currency: "USD".to_owned(),
        countries: vec!["US".to_owned()],
        languages: vec!["en".to_owned()],
        tax_inclusive: false,
    }
}
