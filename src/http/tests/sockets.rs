//! Connections: slow ones, idle ones, too many of them, and the end of them all.

use super::*;

async fn closes_within(stream: &mut TcpStream, limit: Duration) -> String {
    tokio::time::timeout(limit, read_to_end(stream)).await.expect("closed in time")
}

#[tokio::test]
async fn the_peer_s_address_reaches_the_caller() {
    let server = Server::start(Options::default()).await;
    let answer = server.exchange(whole("{ a }")).await;
    assert!(answer.contains(r#""address":"127.0.0.1""#), "{answer}");
}

#[tokio::test]
async fn a_head_sent_byte_by_byte_is_cut_off() {
    let options = Options { head_timeout: Duration::from_millis(300), ..Options::default() };
    let server = Server::start(options).await;
    let (mut reader, mut writer) = server.connect().await.into_split();
    let drip = tokio::spawn(async move {
        for byte in head("content-length: 0\r\n").as_bytes() {
            if writer.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = Vec::new();
    let end = reader.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(2), end).await.expect("closed");
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
    drip.abort();
    server.assert_answers().await;
}

#[tokio::test]
async fn connections_that_say_nothing_or_hardly_anything_are_closed() {
    let options = Options { idle_timeout: Duration::from_millis(300), ..Options::default() };
    let server = Server::start(options).await;
    // "P" begins both a POST and the preface of HTTP/2: no protocol is chosen yet.
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.expect("written");
        closes_within(&mut stream, Duration::from_secs(2)).await;
    }
}

#[tokio::test]
async fn a_kept_alive_connection_is_closed_when_idle_and_not_before() {
    let options = Options { head_timeout: Duration::from_millis(300), ..Options::default() };
    let server = Server::start(options).await;
    let mut stream = server.connect().await;
    let request = whole("{ a }").replace("connection: close\r\n", "");
    stream.write_all(request.as_bytes()).await.expect("written");
    tokio::time::sleep(Duration::from_millis(100)).await;
    stream.write_all(request.as_bytes()).await.expect("written");
    let answers = closes_within(&mut stream, Duration::from_secs(2)).await;
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 2, "{answers}");
}

#[tokio::test]
async fn a_request_that_runs_longer_than_the_idle_time_is_not_cut_off() {
    let options = Options { idle_timeout: Duration::from_millis(50), ..Options::default() };
    let server = Server::start(options).await;
    assert!(server.exchange(whole("{ slow }")).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431() {
    let server = Server::start(Options::default()).await;
    let request = head(&format!("x: {}\r\ncontent-length: 0\r\n", "x".repeat(20_000)));
    let answer = server.exchange(request).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    server.assert_answers().await;
}

#[tokio::test]
async fn a_request_without_a_host_or_with_an_unknown_coding_is_told_why() {
    let server = Server::start(Options::default()).await;
    for request in [
        head("content-length: 0\r\n").replace("host: shop\r\n", ""),
        head("content-length: 0\r\nhost: other\r\n"),
        format!("{}2\r\n{{}}\r\n0\r\n\r\n", head("transfer-encoding: gzip, chunked\r\n")),
    ] {
        let answer = server.exchange(request).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains("x-request-id: ") && answer.contains("BAD_REQUEST"), "{answer}");
    }
    server.assert_answers().await;
}

#[tokio::test]
async fn nonsense_on_the_line_harms_nobody() {
    let server = Server::start(Options::default()).await;
    for bytes in [&b"\0\0\0\0\r\n\r\n"[..], b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"\xff\xff\n\n"] {
        let mut stream = server.connect().await;
        stream.write_all(bytes).await.expect("written");
        drop(stream);
    }
    server.assert_answers().await;
}

#[tokio::test]
async fn five_hundred_idle_connections_disturb_nobody() {
    let server = Server::start(Options::default()).await;
    let mut idle = Vec::new();
    for number in 0..500 {
        let mut stream = server.connect().await;
        if number % 2 == 0 {
            stream.write_all(b"POST /graphql HTTP/1.1\r\nhost:").await.expect("written");
        }
        idle.push(stream);
    }
    for _ in 0..20 {
        server.assert_answers().await;
    }
    drop(idle);
}

#[tokio::test]
async fn shutdown_finishes_what_runs_and_closes_what_idles() {
    let server = Server::start(Options::default()).await;
    let (mut running, mut idle) = (server.connect().await, server.connect().await);
    running.write_all(whole("{ slow }").as_bytes()).await.expect("written");
    tokio::time::sleep(SLOW / 4).await;
    server.stop.send(()).expect("listening");
    assert_eq!(closes_within(&mut idle, SLOW / 2).await, "");
    assert!(TcpStream::connect(server.address).await.is_err(), "still accepting");
    assert!(closes_within(&mut running, SLOW * 5).await.starts_with("HTTP/1.1 200 "));
    server.task.await.expect("no panic").expect("nothing was cut off");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever() {
    let options = Options { shutdown_timeout: Duration::from_millis(50), ..Options::default() };
    let server = Server::start(options).await;
    let mut running = server.connect().await;
    running.write_all(whole("{ slow }").as_bytes()).await.expect("written");
    tokio::time::sleep(SLOW / 4).await;
    server.stop.send(()).expect("listening");
    let error = server.task.await.expect("no panic").expect_err("cut off");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(closes_within(&mut running, SLOW).await, "");
}

#[tokio::test]
async fn while_draining_connections_are_still_accepted() {
    let server = Server::start(Options { drain_delay: SLOW, ..Options::default() }).await;
    server.stop.send(()).expect("listening");
    let mut stream = TcpStream::connect(server.address).await.expect("accepted");
    stream.write_all(whole("{ a }").as_bytes()).await.expect("written");
    assert!(closes_within(&mut stream, SLOW * 5).await.starts_with("HTTP/1.1 200 "));
    server.task.await.expect("no panic").expect("nothing was cut off");
}
