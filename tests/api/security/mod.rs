//! Attacks, played: each is answered, noted, counted, and told where it is grave.

mod forbidden;
mod reuse;
mod rows;
mod sign_ins;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use vitrine::monitoring::metrics::Sample;
use vitrine::services::Permission;
use vitrine::services::identity::keep_watch;

use crate::budgets::json_of;
use crate::harness::TestShop;
use crate::identity::mails;

pub const OWNER: &str = "owner@example.com";
/// Where requests of tests come from: no connection is behind them.
pub const HERE: &str = "0.0.0.0/24";
pub const ANN: &str = "ann@example.com";

/// Asks over HTTP, as somebody with a token, from an address that no proxy tells: that of the test.
pub async fn ask(shop: &TestShop, text: &str, variables: Value, token: Option<&str>) -> Value {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = json!({ "query": text, "variables": variables });
    json_of(shop.http(request.body(Body::from(body.to_string())).unwrap()).await).await
}

/// What staff see of attacks, once it is written down.
pub async fn events(shop: &TestShop) -> Vec<Value> {
    keep_watch(&shop.app, true).await.unwrap();
    let text = "{ securityEvents(first: 100) { totalCount nodes { id kind severity occurrences firstAt lastAt accountId network subject } } }";
    let reply = shop.query(text).asked_by_staff(&[Permission::SecurityRead]).await;
    let nodes = reply.list("/securityEvents/nodes").clone();
    assert_eq!(reply.number("/securityEvents/totalCount"), i64::try_from(nodes.len()).unwrap());
    nodes
}

/// The one event of a kind.
pub async fn event(shop: &TestShop, kind: &str) -> Value {
    let mut found = events(shop).await;
    found.retain(|event| event["kind"] == kind);
    assert_eq!(found.len(), 1, "{kind}: {found:#?}");
    found.remove(0)
}

/// How often the metrics say that something was seen.
pub fn counted(shop: &TestShop, kind: &str, severity: &str) -> u64 {
    let text = shop.app.metrics.text(&Sample::default());
    let line = format!("vitrine_security_events_total{{kind=\"{kind}\",severity=\"{severity}\"}} ");
    let found = text.lines().find_map(|told| told.strip_prefix(&line));
    found.map_or(0, |number| number.parse().unwrap())
}

/// Mails that tell the owner of attacks.
pub fn warnings(shop: &TestShop) -> usize {
    mails(shop)
        .iter()
        .filter(|mail| mail.to == OWNER && mail.subject.contains("looks like an attack"))
        .count()
}
