//! The door under pressure: no places left, one address that wants all of them, heads of a megabyte.

use std::sync::Arc;

use super::*;
use crate::http::Question;
use crate::monitoring::metrics::Sample;

/// Opens a connection on which a request runs for some seconds.
async fn busy(server: &Server) -> TcpStream {
    let mut stream = server.connect().await;
    stream.write_all(whole("{ slower }").as_bytes()).await.expect("written");
    stream
}

fn counted(options: &Options, series: &str) -> Option<f64> {
    let text = options.metrics.text(&Sample::default());
    text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

#[tokio::test]
async fn beyond_the_limit_connections_are_told_503_until_there_is_a_place() {
    let options = Options { max_connections: 2, ..Options::default() };
    let server = Server::start(options.clone()).await;
    let (first, second) = (busy(&server).await, busy(&server).await);
    tokio::time::sleep(SLOW / 4).await;
    let answer = server.exchange(whole("{ a }")).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert_eq!(counted(&options, r#"vitrine_connections_refused_total{reason="full"}"#), Some(1.0));
    drop((first, second));
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.assert_answers().await;
}

#[tokio::test]
async fn connections_that_never_speak_make_room_for_those_that_do() {
    let options = Options { max_connections: 20, ..Options::default() };
    let server = Server::start(options.clone()).await;
    let mut working = busy(&server).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(server.connect().await);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    for _ in 0..20 {
        server.assert_answers().await;
    }
    assert!(counted(&options, r#"vitrine_connections_cut_total{reason="room"}"#) >= Some(1.0));
    assert!(counted(&options, "vitrine_connections_open") <= Some(20.0));
    let answer = tokio::time::timeout(SLOW * 30, read_to_end(&mut working)).await.expect("in time");
    assert!(answer.starts_with("HTTP/1.1 200 "), "one that works stays: {answer}");
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let options = Options { max_connections_per_address: 3, gateways: Question::no(), ..Options::default() };
    let server = Server::start(options.clone()).await;
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(busy(&server).await);
    }
    tokio::time::sleep(SLOW / 4).await;
    let answer = server.exchange(whole("{ a }")).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert_eq!(counted(&options, r#"vitrine_connections_refused_total{reason="address"}"#), Some(1.0));
    drop(taken);
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.assert_answers().await;
}

#[tokio::test]
async fn a_head_of_a_megabyte_is_told_431() {
    let options = Options::default();
    let server = Server::start(options.clone()).await;
    let one = head(&format!("x: {}\r\ncontent-length: 0\r\n", "x".repeat(1024 * 1024)));
    let many = head(&(0..20_000).map(|number| format!("x-{number}: {number:030}\r\n")).collect::<String>());
    let line = format!("GET /{} HTTP/1.1\r\nhost: shop\r\n\r\n", "x".repeat(1024 * 1024));
    for request in [one, many, line] {
        let answer = tokio::time::timeout(Duration::from_secs(10), server.exchange(request)).await;
        let answer = answer.expect("in time");
        let is_told = answer.starts_with("HTTP/1.1 431 ") || answer.starts_with("HTTP/1.1 414 ");
        assert!(is_told, "{:?}", answer.get(..80));
        server.assert_answers().await;
    }
    assert!(counted(&options, r#"vitrine_connections_cut_total{reason="head_too_large"}"#) >= Some(1.0));
}

#[tokio::test]
async fn an_answer_that_nobody_reads_does_not_stay() {
    let options = Options { send_timeout: Duration::from_millis(300), ..Options::default() };
    let server = Server::start(options.clone()).await;
    let mut stream = server.connect().await;
    let request = whole("{ large }").replace("connection: close\r\n", "");
    // More than the buffers of the system take, so that the rest waits here.
    for _ in 0..40 {
        stream.write_all(request.as_bytes()).await.expect("written");
    }
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if counted(&options, "vitrine_connections_open") == Some(0.0) {
            assert_eq!(counted(&options, r#"vitrine_connections_cut_total{reason="stalled"}"#), Some(1.0));
            return;
        }
    }
    panic!("the connection is still open");
}

#[tokio::test]
async fn requests_are_counted_under_names_that_are_known_and_no_others() {
    let registered =
        crate::http::Registered { operations: Question::no(), clients: Question::new(|name| name == "web") };
    let options = Options { registered, ..Options::default() };
    for number in 0..300 {
        let mut request =
            post(json!({ "query": "{ a }", "operationName": format!("Op{number}") }).to_string());
        let name = if number == 0 { "web".to_owned() } else { format!("app{number}") };
        request.headers_mut().insert("vitrine-client", name.parse().expect("valid"));
        send(options.clone(), request).await;
        send(options.clone(), get(&format!("/nothing/{number}"))).await;
    }
    let metrics = Arc::clone(&options.metrics);
    let text = metrics.text(&Sample::default());
    assert_eq!(
        text.lines().filter(|line| line.starts_with("vitrine_operations_total")).count(),
        2,
        "one for the app that is known, one for all others:\n{text}"
    );
    assert!(text.contains(r#"vitrine_operations_total{operation="other",client="other",outcome="ok"} 299"#));
    assert!(text.contains(r#"vitrine_operations_total{operation="other",client="web",outcome="ok"} 1"#));
    assert!(text.contains(r#"vitrine_http_requests_total{route="other",status="404"} 300"#));
    assert!(text.len() < 20_000, "{} bytes", text.len());
}

#[tokio::test]
async fn refusals_are_counted_by_their_reason() {
    let options = Options::default();
    send(options.clone(), post("nonsense")).await;
    send(options.clone(), post(r#"{"query":"{ invalid }"}"#)).await;
    send(options.clone(), post(r#"{"query":"{ panic }"}"#)).await;
    assert_eq!(counted(&options, r#"vitrine_refusals_total{reason="BAD_REQUEST"}"#), Some(2.0));
    assert_eq!(counted(&options, r#"vitrine_refusals_total{reason="INTERNAL"}"#), Some(1.0));
}
