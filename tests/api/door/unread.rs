//! Clients of HTTP/2 that ask on all streams and never read.

use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::{self, SendRequest};
use http::Request;
use serde_json::json;
use tokio::net::TcpStream;

use super::program::{Program, exchange};
use crate::harness::{Engine, TestShop, on_each_engine};

on_each_engine! {
    sample: many_who_never_read_neither_fill_the_memory_nor_hold_up_others;
}

const CONNECTIONS: usize = 20;
const STREAMS: usize = 98;
const LARGE: &str = "{ products(first: 40) { nodes { id title handle description
    variants(first: 10) { nodes { id title sku price { amount currency } } } } } }";

/// Sends an operation that may be answered compressed, of which nothing but a first byte may be sent.
async fn ask(sender: &mut SendRequest<Bytes>, query: &str) -> client::ResponseFuture {
    futures_util::future::poll_fn(|context| sender.poll_ready(context)).await.expect("open");
    let request = Request::post("http://shop/graphql").header("content-type", "application/json");
    let request = request.header("accept-encoding", "br").body(()).expect("valid");
    let (answer, mut body) = sender.send_request(request, false).expect("sent");
    body.send_data(json!({ "query": query }).to_string().into(), true).expect("sent");
    answer
}

/// When an answer waits half compressed for its client, each keeps what compresses it, some megabytes.
async fn many_who_never_read_neither_fill_the_memory_nor_hold_up_others(shop: TestShop) {
    if shop.engine == Engine::Postgres {
        // The database has no part in it.
        return;
    }
    let settings = [
        ("VITRINE_METRICS_LISTEN", "127.0.0.1:0"),
        ("VITRINE_DOCUMENTS", "open"),
        ("VITRINE_BUDGETS", "off"),
        ("VITRINE_ACCEPT_UNSAFE", "documents"),
    ];
    let (program, addresses) = Program::start(&shop, &settings, &["serving", "telling metrics"]);
    let resident = async || {
        let metrics = exchange(addresses[1], "GET /metrics HTTP/1.1\r\n", "").await;
        let told = metrics.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
        told.expect("told").trim().parse::<u64>().expect("a number") / 1024 / 1024
    };
    let before = resident().await;
    let mut waiting = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(program.address).await.expect("connected");
        let (mut sender, connection) =
            client::Builder::new().initial_window_size(1).handshake(stream).await.expect("HTTP/2");
        let connection = tokio::spawn(connection);
        let mut answers = Vec::new();
        for _ in 0..STREAMS {
            answers.push(ask(&mut sender, LARGE).await);
        }
        // Each has its head, so each is there to be read.
        let mut unread = Vec::new();
        for answer in answers {
            unread.push(answer.await.expect("a head"));
        }
        waiting.push((sender, connection, unread));
        let began = Instant::now();
        let answer = program.ask("{ products(first: 2) { nodes { title } } }").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    let grown = resident().await.saturating_sub(before);
    println!("{} answers wait: {grown} MiB more than {before} MiB", CONNECTIONS * STREAMS);
    assert!(grown < 256, "{grown} MiB");
    drop(waiting);
}
