//! HTTP/2: streams that are reset, answers that are not read, heads that are too large.

use h2::client::{self, SendRequest};

use super::*;
use crate::monitoring::metrics::Sample;

/// A connection of HTTP/2 whose client lets the server send `window` bytes unasked.
async fn connect(server: &Server, window: u32) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let stream = server.connect().await;
    let mut builder = client::Builder::new();
    builder.initial_window_size(window).max_concurrent_reset_streams(100_000);
    let (sender, connection) = builder.handshake(stream).await.expect("HTTP/2");
    (sender, tokio::spawn(connection))
}

/// Sends an operation; the answer's head may be waited for.
async fn ask(sender: &mut SendRequest<Bytes>, query: &str) -> Result<client::ResponseFuture, h2::Error> {
    futures_util::future::poll_fn(|context| sender.poll_ready(context)).await?;
    let request = Request::post("http://shop/graphql").header("content-type", "application/json");
    let (answer, mut body) = sender.send_request(request.body(()).expect("valid"), false)?;
    body.send_data(json!({ "query": query }).to_string().into(), true)?;
    Ok(answer)
}

/// A request without a body, whose answer has none.
async fn knock(sender: &mut SendRequest<Bytes>) -> Result<(), h2::Error> {
    futures_util::future::poll_fn(|context| sender.poll_ready(context)).await?;
    let request = Request::options("http://shop/graphql").body(()).expect("valid");
    sender.send_request(request, true)?.0.await.map(drop)
}

fn tells(options: &Options, series: &str) -> bool {
    options.metrics.text(&Sample::default()).lines().any(|line| line == series)
}

fn cut(options: &Options, reason: &str) -> bool {
    tells(options, &format!("vitrine_connections_cut_total{{reason=\"{reason}\"}} 1"))
}

#[tokio::test]
async fn an_operation_is_answered() {
    let server = Server::start(Options::default()).await;
    let (mut sender, _connection) = connect(&server, 65_535).await;
    for _ in 0..300 {
        let answer = ask(&mut sender, "{ a }").await.expect("sent").await.expect("answered");
        assert_eq!(answer.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn who_opens_streams_only_to_reset_them_is_cut_off() {
    let options = Options::default();
    let server = Server::start(options.clone()).await;
    let (mut sender, connection) = connect(&server, 65_535).await;
    let mut opened = 0;
    while opened < 20_000 {
        let Ok(answer) = ask(&mut sender, "{ slow }").await else { break };
        opened += 1;
        // Late enough for the request to run already; what is reset before that is the library's to count.
        if opened % 50 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(answer);
    }
    assert!(opened < 20_000, "never cut off");
    let _ended = tokio::time::timeout(Duration::from_secs(10), connection).await.expect("in time");
    server.assert_answers().await;
}

#[tokio::test]
async fn answers_that_are_not_read_are_bounded() {
    let options = Options {
        send_timeout: Duration::from_hours(1),
        idle_timeout: Duration::from_hours(1),
        unread_per_connection: 3 * LARGE as u64,
        compression: false,
        ..Options::default()
    };
    let server = Server::start(options).await;
    let (mut sender, _connection) = connect(&server, 0).await;
    let mut unread = Vec::new();
    for _ in 0..10 {
        unread.push(ask(&mut sender, "{ large }").await.expect("sent").await.expect("a head"));
    }
    let refused = unread.iter().filter(|answer| answer.status() == StatusCode::SERVICE_UNAVAILABLE).count();
    assert!((7..10).contains(&refused), "{refused} of ten were refused");
    server.assert_answers().await;
}

#[tokio::test]
async fn answers_that_are_not_read_end_the_connection() {
    let options = Options {
        send_timeout: Duration::from_millis(300),
        idle_timeout: Duration::from_hours(1),
        compression: false,
        ..Options::default()
    };
    let server = Server::start(options.clone()).await;
    let (mut sender, connection) = connect(&server, 0).await;
    let answer = ask(&mut sender, "{ large }").await.expect("sent").await.expect("a head");
    let ended = tokio::time::timeout(Duration::from_secs(30), connection).await;
    assert!(ended.is_ok(), "the connection is still open");
    assert!(cut(&options, "stalled"));
    drop(answer);
    server.assert_answers().await;
}

/// Each answer fits into one frame, which would be out of our hands once a single byte of it may be sent; and one stream
/// goes on being used, so that the connection does not idle.
#[tokio::test]
async fn small_answers_that_are_not_read_on_all_streams_end_the_connection() {
    let options = Options {
        send_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_hours(1),
        ..Options::default()
    };
    let server = Server::start(options.clone()).await;
    let (mut sender, connection) = connect(&server, 1).await;
    let mut unread = Vec::new();
    for _ in 0..99 {
        unread.push(ask(&mut sender, "{ a }").await.expect("sent").await.expect("a head"));
    }
    server.assert_answers().await;
    let goes_on = async {
        while knock(&mut sender).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), goes_on).await.expect("the connection is still open");
    let _ended = connection.await;
    assert!(cut(&options, "stalled"));
    server.assert_answers().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(tells(&options, "vitrine_connections_open 0"), "its place is free again");
    drop(unread);
}

#[tokio::test]
async fn who_reads_slowly_is_not_cut_off() {
    let options = Options { send_timeout: Duration::from_secs(1), compression: false, ..Options::default() };
    let server = Server::start(options.clone()).await;
    let (mut sender, _connection) = connect(&server, 65_535).await;
    let answer = ask(&mut sender, "{ large }").await.expect("sent").await.expect("a head");
    let (mut body, mut read) = (answer.into_body(), 0);
    while let Some(piece) = body.data().await {
        let piece = piece.expect("not cut off");
        read += piece.len();
        body.flow_control().release_capacity(piece.len()).expect("its own bytes");
        tokio::time::sleep(Duration::from_millis(piece.len() as u64 / 400)).await;
    }
    assert!(read > LARGE, "{read} bytes");
    assert!(!cut(&options, "stalled"));
}

#[tokio::test]
async fn who_lets_answers_wait_makes_room_for_those_who_read() {
    let options = Options {
        unread_in_all: 5 * LARGE as u64 / 2,
        send_timeout: Duration::from_hours(1),
        compression: false,
        ..Options::default()
    };
    let server = Server::start(options.clone()).await;
    let (one, two) = (connect(&server, 0).await, connect(&server, 0).await);
    let mut unread = Vec::new();
    for mut sender in [one.0, two.0] {
        let answer = ask(&mut sender, "{ large }").await.expect("sent").await.expect("a head");
        assert_eq!(answer.status(), StatusCode::OK);
        unread.push((sender, answer));
    }
    let refused = server.exchange(whole("{ large }")).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "nobody has waited for long: {refused:.80}");
    server.assert_answers().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let answer = server.exchange(whole("{ large }")).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.len() > LARGE, "{answer:.80}");
    assert!(cut(&options, "unread"));
    assert_eq!(u8::from(one.1.is_finished()) + u8::from(two.1.is_finished()), 1, "one of the two sufficed");
}

#[tokio::test]
async fn a_head_of_a_megabyte_ends_in_431_or_the_end_of_the_stream() {
    let server = Server::start(Options::default()).await;
    let (mut sender, _connection) = connect(&server, 65_535).await;
    let mut request = Request::post("http://shop/graphql");
    for number in 0..100 {
        request = request.header(format!("x-{number}"), "x".repeat(10 * 1024));
    }
    let sent = sender.send_request(request.body(()).expect("valid"), true);
    let status = match sent {
        Ok((answer, _)) => tokio::time::timeout(Duration::from_secs(10), answer).await.expect("in time"),
        Err(error) => Err(error),
    };
    assert!(status.as_ref().map_or(true, |answer| answer.status().as_u16() == 431), "{status:?}");
    server.assert_answers().await;
}
