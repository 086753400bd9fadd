//! `/metrics`: where it is, and what it tells.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use vitrine::http::caller::Peer;

use super::program::{Program, exchange};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: metrics_tell_of_operations_pools_and_batches, metrics_have_a_listener_of_their_own,
        metrics_are_for_this_machine_in_development_and_nowhere_in_production;
}

/// Reads metrics as OpenMetrics 1.0 has them: the value of each series.
fn parse(text: &str) -> HashMap<String, f64> {
    assert!(text.ends_with("# EOF\n"), "{text}");
    let (mut known, mut values) = (HashSet::new(), HashMap::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            match (words.next(), words.next(), words.next()) {
                (Some("TYPE"), Some(name), Some("counter" | "gauge" | "histogram" | "info")) => {
                    assert!(known.insert(name.to_owned()), "told twice: {name}");
                }
                (Some("HELP"), Some(_), Some(_)) | (Some("EOF"), None, None) => {}
                other => panic!("{other:?}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        let family = ["_total", "_bucket", "_sum", "_count", "_info"];
        let family = family.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(known.contains(family) || known.contains(name), "of no type: {series}");
        assert!(values.insert(series.to_owned(), value.parse().unwrap()).is_none(), "told twice: {series}");
    }
    values
}

async fn metrics_tell_of_operations_pools_and_batches(shop: TestShop) {
    let text = "{ products(first: 3) { nodes { title variants(first: 2) { nodes { sku } } } } }";
    let ask = |query: &str| {
        let body = serde_json::json!({ "query": query }).to_string();
        let request = Request::post("/graphql").header("content-type", "application/json");
        request.body(Body::from(body)).unwrap()
    };
    assert_eq!(shop.http(ask(text)).await.status(), StatusCode::OK);
    shop.http(ask("{ nonsense }")).await;
    let costly =
        "{ products(first: 250) { nodes { related(first: 250) { reviews(first: 250) { nodes { id } } } } } }";
    shop.http(ask(costly)).await;
    let sample = vitrine::services::health::sample(&shop.app);
    let told = parse(&shop.app.metrics.text(&sample));
    let value = |series: &str| told.get(series).copied().unwrap_or_else(|| panic!("{series}: {told:#?}"));
    assert!(value(r#"vitrine_operations_total{operation="other",client="other",outcome="ok"}"#) >= 1.0);
    assert!(value(r#"vitrine_refusals_total{reason="BAD_REQUEST"}"#) >= 1.0);
    assert!(value(r#"vitrine_documents_total{mode="text"}"#) >= 2.0);
    assert!(value(r#"vitrine_cost_charged_total{client="other"}"#) >= 3.0);
    assert!(value(r#"vitrine_operation_statements_count{operation="other"}"#) >= 1.0);
    assert!(value("vitrine_database_seconds_total") > 0.0);
    assert!(value(r#"vitrine_batch_keys_sum{loader="VariantsOf"}"#) >= 3.0);
    assert!(value(r#"vitrine_passwords{name="running"}"#) < 1.0);
    for pool in ["read", "write"] {
        assert!(value(&format!("vitrine_database_connections_max{{name=\"{pool}\"}}")) >= 1.0);
        assert!(value(&format!("vitrine_database_connections{{pool=\"{pool}\",state=\"idle\"}}")) >= 0.0);
    }
    assert!(value("process_resident_memory_bytes") > 1_000_000.0);
}

async fn metrics_have_a_listener_of_their_own(shop: TestShop) {
    let settings = [
        ("VITRINE_METRICS_LISTEN", "127.0.0.1:0"),
        ("VITRINE_DOCUMENTS", "open"),
        ("VITRINE_ACCEPT_UNSAFE", "documents"),
    ];
    let (program, addresses) = Program::start(&shop, &settings, &["serving", "telling metrics"]);
    for number in 0..20 {
        program
            .ask(&format!("query Operation{number} {{ products(first: 1) {{ nodes {{ title }} }} }}"))
            .await;
    }
    let hidden = exchange(program.address, "GET /metrics HTTP/1.1\r\n", "").await;
    assert!(hidden.starts_with("HTTP/1.1 404 "), "{hidden}");
    let told = exchange(addresses[1], "GET /metrics HTTP/1.1\r\n", "").await;
    assert!(told.contains("content-type: application/openmetrics-text; version=1.0.0"), "{told}");
    let (_, body) = told.split_once("\r\n\r\n").unwrap();
    let body = body.replace("\r\n", "\n");
    assert!(!body.contains("Operation1"), "a name that nobody registered became a label");
    assert!(
        body.contains(r#"vitrine_operations_total{operation="other",client="other",outcome="ok"} 20"#),
        "{body}"
    );
    for path in ["/graphql", "/", "/health/ready", "/metrics/"] {
        let other = exchange(addresses[1], &format!("GET {path} HTTP/1.1\r\n"), "").await;
        assert!(other.starts_with("HTTP/1.1 404 "), "{path}: {other}");
    }
}

async fn metrics_are_for_this_machine_in_development_and_nowhere_in_production(mut shop: TestShop) {
    let from = |address: Option<IpAddr>| {
        let mut request = Request::get("/metrics").body(Body::empty()).unwrap();
        if let Some(address) = address {
            request.extensions_mut().insert(Peer(address));
        }
        request
    };
    let here = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let elsewhere = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    assert_eq!(shop.http(from(here)).await.status(), StatusCode::NOT_FOUND);
    shop.configure(|config| config.development = true);
    assert_eq!(shop.http(from(elsewhere)).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(shop.http(from(None)).await.status(), StatusCode::NOT_FOUND);
    let told = shop.http(from(here)).await;
    assert_eq!(told.status(), StatusCode::OK);
    let body = to_bytes(told.into_body(), usize::MAX).await.unwrap();
    parse(std::str::from_utf8(&body).unwrap());
}
