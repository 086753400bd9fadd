//! The caps of connections are settings.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::program::{Program, command};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: as_many_connections_as_are_set_and_no_more, caps_that_are_wrong_are_told_all_at_once;
}

/// A connection that has become a socket: it does not idle.
async fn socket(program: &Program) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    let head = "GET /graphql HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                sec-websocket-protocol: graphql-transport-ws\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                sec-websocket-version: 13\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_exact(&mut start)).await;
    read.expect("in time").expect("an answer");
    (stream, String::from_utf8_lossy(&start).into_owned())
}

async fn as_many_connections_as_are_set_and_no_more(shop: TestShop) {
    let settings = [
        ("VITRINE_HTTP_CONNECTIONS", "3"),
        ("VITRINE_DOCUMENTS", "open"),
        ("VITRINE_ACCEPT_UNSAFE", "documents"),
    ];
    let (program, _) = Program::start(&shop, &settings, &["serving"]);
    let mut open = Vec::new();
    for expected in ["HTTP/1.1 101", "HTTP/1.1 101", "HTTP/1.1 101", "HTTP/1.1 503"] {
        let (stream, status) = socket(&program).await;
        assert_eq!(status, expected);
        open.push(stream);
    }
    drop(open);
    let free = async {
        while !program.ask("{ shop { name } }").await.starts_with("HTTP/1.1 200 ") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), free).await.expect("places are free again");

    let config = vitrine::config::Config { http_connections_per_address: 7, ..shop.config().clone() };
    let options = vitrine::app::options(&shop.app, &config);
    assert_eq!(options.max_connections_per_address, 7, "this machine itself may have any number");
}

async fn caps_that_are_wrong_are_told_all_at_once(shop: TestShop) {
    let settings = [
        ("VITRINE_HTTP_CONNECTIONS", "none"),
        ("VITRINE_HTTP_CONNECTIONS_PER_ADDRESS", "0"),
        ("VITRINE_SOCKETS", "-1"),
    ];
    let output = command(&shop, &settings, &["serve"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    for name in ["http_connections: ", "http_connections_per_address: it goes from 1 to 1000000", "sockets: "]
    {
        assert!(told.contains(name), "{told}");
    }
}
