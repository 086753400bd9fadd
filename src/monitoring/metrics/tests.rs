//! What is counted is told, in a form that can be read, and no more of it than there should be.

use super::*;

fn executed<'a>(name: Option<&'a str>, client: Option<&'a str>) -> Answered<'a> {
    let operation = Executed {
        name,
        client,
        is_executed: true,
        source: Some(Source::Text),
        cost: 7,
        statements: 3,
        database: Duration::from_millis(2),
    };
    Answered {
        route: "/graphql",
        status: 200,
        code: None,
        took: Duration::from_millis(4),
        operation: Some(operation),
    }
}

fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

#[test]
fn an_operation_counts_under_its_labels() {
    let metrics = Metrics::new();
    metrics.answered(&executed(Some("Home"), Some("ios")));
    metrics.answered(&executed(Some("Home"), Some("ios")));
    let mut refused = executed(None, Some("ios"));
    refused.code = Some("COST_EXCEEDED");
    refused.operation = refused.operation.map(|operation| Executed { is_executed: false, ..operation });
    metrics.answered(&refused);

    let text = metrics.text(&Sample::default());
    for (series, expected) in [
        (r#"vitrine_operations_total{operation="Home",client="ios",outcome="ok"}"#, 2.0),
        (r#"vitrine_operations_total{operation="other",client="ios",outcome="COST_EXCEEDED"}"#, 1.0),
        (r#"vitrine_operation_duration_seconds_bucket{le="0.0025",operation="Home"}"#, 0.0),
        (r#"vitrine_operation_duration_seconds_bucket{le="0.005",operation="Home"}"#, 2.0),
        (r#"vitrine_operation_statements_sum{operation="Home"}"#, 6.0),
        (r#"vitrine_cost_charged_total{client="ios"}"#, 14.0),
        (r#"vitrine_cost_refused_total{client="ios"}"#, 7.0),
        (r#"vitrine_refusals_total{reason="COST_EXCEEDED"}"#, 1.0),
        (r#"vitrine_documents_total{mode="text"}"#, 3.0),
        (r#"vitrine_http_requests_total{route="/graphql",status="200"}"#, 3.0),
        ("vitrine_database_seconds_total", 0.004),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series} in\n{text}");
    }
}

#[test]
fn costs_beyond_all_bounds_do_not_wrap_around() {
    let metrics = Metrics::new();
    for _ in 0..3 {
        let mut refused = executed(None, None);
        refused.operation = refused.operation.map(|it| Executed { is_executed: false, cost: u64::MAX, ..it });
        metrics.answered(&refused);
    }
    let text = metrics.text(&Sample::default());
    assert_eq!(value(&text, r#"vitrine_cost_refused_total{client="other"}"#), Some(3.0 * 4_294_967_296.0));
}

#[test]
fn names_beyond_the_bound_count_as_other() {
    let metrics = Metrics::new();
    for number in 0..MOST_OPERATIONS + 1_000 {
        metrics.answered(&executed(Some(&format!("Operation{number}")), Some(&format!("client{number}"))));
    }
    let text = metrics.text(&Sample::default());
    let count = |begin: &str| text.lines().filter(|line| line.starts_with(begin)).count();
    assert_eq!(count("vitrine_operation_duration_seconds_count"), MOST_OPERATIONS + 1);
    assert_eq!(count("vitrine_cost_charged_total"), MOST_CLIENTS + 1);
    let other = value(&text, r#"vitrine_operations_total{operation="other",client="other",outcome="ok"}"#);
    assert_eq!(other, Some(1_000.0));
}

#[test]
fn names_are_told_whatever_they_hold() {
    let metrics = Metrics::new();
    metrics.answered(&executed(Some("a\"b\\c\nd"), None));
    let text = metrics.text(&Sample::default());
    assert!(text.contains(r#"operation="a\"b\\c\nd""#), "{text}");
}

#[test]
fn what_is_sampled_is_told_as_it_is_now() {
    let metrics = Metrics::new();
    metrics.connections.inc();
    metrics.connection_refused("full");
    metrics.connection_cut("idle");
    metrics.batch("ProductById", 20);
    let pool = Pool { name: "read", open: 5, idle: 3, most: 8 };
    metrics.text(&Sample { pools: vec![pool], writers_waiting: 9, passwords: (2, 4) });
    let pool = Pool { name: "read", open: 4, idle: 3, most: 8 };
    let text = metrics.text(&Sample { pools: vec![pool], writers_waiting: 2, passwords: (1, 0) });
    for (series, expected) in [
        (r#"vitrine_database_connections{pool="read",state="idle"}"#, 3.0),
        (r#"vitrine_database_connections{pool="read",state="used"}"#, 1.0),
        (r#"vitrine_database_connections_max{name="read"}"#, 8.0),
        ("vitrine_database_writers_waiting", 2.0),
        (r#"vitrine_passwords{name="running"}"#, 1.0),
        (r#"vitrine_passwords{name="waiting"}"#, 0.0),
        ("vitrine_connections_open", 1.0),
        (r#"vitrine_connections_refused_total{reason="full"}"#, 1.0),
        (r#"vitrine_connections_cut_total{reason="idle"}"#, 1.0),
        (r#"vitrine_batch_keys_bucket{le="25.0",loader="ProductById"}"#, 1.0),
        (r#"vitrine_batch_keys_bucket{le="10.0",loader="ProductById"}"#, 0.0),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series} in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    assert!(text.contains(concat!("vitrine_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1")));
}
