//! Hostile bodies over a real socket: each is answered clearly, and the next request as ever.

use super::*;

/// Sends a POST with `body` and expects `status`; afterwards the server answers as before.
async fn expect(body: &[u8], further: &str, status: &str) -> String {
    let server = Server::start(Options::default()).await;
    let head = head(&format!("{further}content-length: {}\r\n", body.len()));
    let answer = server.exchange([head.as_bytes(), body].concat()).await;
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    server.assert_answers().await;
    answer
}

#[tokio::test]
async fn invalid_utf_8_is_400() {
    expect(b"{\"query\":\"\xff\xfe\"}", "", "400").await;
}

#[tokio::test]
async fn null_characters_are_400_raw_and_escaped() {
    expect(b"{\"query\":\"{\0}\"}", "", "400").await;
    expect(br#"{"query":"{ a }","variables":{"a":"\u0000"}}"#, "", "400").await;
}

#[tokio::test]
async fn deeply_nested_json_is_400() {
    let deep = format!(r#"{{"query":"{{ a }}","variables":{{"a":{}"#, "[".repeat(100_000));
    let answer = expect(deep.as_bytes(), "", "400").await;
    assert!(answer.contains("nested deeper than 100 levels"), "{answer}");
}

#[tokio::test]
async fn a_compressed_body_is_415() {
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let answer = expect(gzip, "content-encoding: gzip\r\n", "415").await;
    assert!(answer.contains("accept-encoding: identity"), "{answer}");
}

#[tokio::test]
async fn a_body_at_the_limit_passes_and_one_byte_more_is_413() {
    let limit = Options::default().body_limit;
    let frame = r#"{"query":""}"#.len();
    let body = |length: usize| json!({ "query": "x".repeat(length - frame) }).to_string();
    expect(body(limit).as_bytes(), "", "200").await;
    expect(body(limit + 1).as_bytes(), "", "413").await;
}

#[tokio::test]
async fn twenty_megabytes_are_413_and_the_client_gets_to_read_it() {
    let body = vec![b'x'; 20 * 1024 * 1024];
    let answer = tokio::time::timeout(Duration::from_secs(5), expect(&body, "", "413"));
    assert!(answer.await.expect("in time").contains("BAD_REQUEST"));
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_before_a_byte_is_sent() {
    let server = Server::start(Options::default()).await;
    let mut stream = server.connect().await;
    let further = "expect: 100-continue\r\ncontent-length: 20971520\r\n";
    stream.write_all(head(further).as_bytes()).await.expect("written");
    let answer = tokio::time::timeout(Duration::from_secs(1), read_to_end(&mut stream));
    assert!(answer.await.expect("at once").starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_chunked_body_is_cut_off_at_the_limit() {
    let server = Server::start(Options::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(head("transfer-encoding: chunked\r\n").as_bytes()).await.expect("written");
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
    for _ in 0..5 {
        stream.write_all(chunk.as_bytes()).await.expect("written");
    }
    let mut start = [0; 12];
    let answer = tokio::time::timeout(Duration::from_secs(1), stream.read_exact(&mut start));
    answer.await.expect("though the body goes on").expect("read");
    assert_eq!(&start, b"HTTP/1.1 413");
    server.assert_answers().await;
}

#[tokio::test]
async fn a_body_sent_byte_by_byte_is_408_when_its_time_is_up() {
    let options = Options { body_timeout: Duration::from_millis(300), ..Options::default() };
    let server = Server::start(options).await;
    let stream = server.connect().await;
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(head("content-length: 100\r\n").as_bytes()).await.expect("written");
    let drip = tokio::spawn(async move {
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = Vec::new();
    let end = reader.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(2), end).await.expect("closed");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    drip.abort();
    server.assert_answers().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_harms_nobody() {
    let server = Server::start(Options::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(head("content-length: 100\r\n").as_bytes()).await.expect("written");
    drop(stream);
    server.assert_answers().await;
}
