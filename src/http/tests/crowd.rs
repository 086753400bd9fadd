//! Sockets in numbers: many operations, many sockets, slow readers, silence, and the end of them all.

use std::sync::atomic::Ordering;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use super::talk::{Client, refused, server};
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_operations_on_one_socket_are_served_in_turns() {
    const ALL: usize = 10_000;
    let server = server(|_| {}).await;
    let Client { mut sink, mut stream } = Client::open(&server).await;
    let sender = tokio::spawn(async move {
        for number in 0..ALL {
            let id = number.to_string();
            let message = json!({ "type": "subscribe", "id": id, "payload": { "query": "{ counted }" } });
            sink.send(Message::text(message.to_string())).await.expect("sent");
        }
        sink
    });
    let mut answered = vec![false; ALL];
    let mut completed = 0;
    while completed < ALL {
        let message = tokio::time::timeout(Duration::from_secs(30), stream.next()).await.expect("in time");
        let Some(Ok(Message::Text(text))) = message else { panic!("not served: {message:?}") };
        let message: Value = serde_json::from_str(&text).expect("JSON");
        let number: usize = message["id"].as_str().expect("an id").parse().expect("a number");
        match message["type"].as_str() {
            Some("next") => assert!(!std::mem::replace(&mut answered[number], true), "answered twice"),
            Some("complete") => completed += 1,
            _ => panic!("refused: {message}"),
        }
    }
    drop(sender.await.expect("all sent"));
    assert!(answered.into_iter().all(|it| it));
    let most = COUNTED.most.load(Ordering::SeqCst);
    assert!((2..=50).contains(&most), "{most} at a time");
    server.assert_answers().await;
}

#[tokio::test]
async fn large_operations_are_not_all_taken_in_at_once() {
    let server = server(|_| {}).await;
    let mut client = Client::open(&server).await;
    let padding = "x".repeat(200 * 1024);
    let (all, mut sink) = (20, client.sink);
    let sender = tokio::spawn(async move {
        for number in 0..all {
            let payload = json!({ "query": "{ heavy }", "extensions": { "padding": padding } });
            let message = json!({ "type": "subscribe", "id": number.to_string(), "payload": payload });
            sink.send(Message::text(message.to_string())).await.expect("sent");
        }
        sink
    });
    let mut completed = 0;
    while completed < all {
        let message = tokio::time::timeout(Duration::from_secs(10), client.stream.next()).await;
        let Ok(Some(Ok(Message::Text(text)))) = message else { panic!("not served: {message:?}") };
        completed += i32::from(text.contains("complete"));
    }
    drop(sender.await.expect("all sent"));
    let most = HEAVY.most.load(Ordering::SeqCst);
    assert!(most <= 2, "{most} at a time: a second one fits in, a third one does not");
    server.assert_answers().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_given_up() {
    let server = server(|options| {
        options.most = 1;
        options.write_timeout = Duration::from_millis(300);
    })
    .await;
    let mut client = Client::open(&server).await;
    let before = LARGE_ANSWERS.load(Ordering::SeqCst);
    for number in 0..500 {
        client.sink.feed(subscribe(number, "{ large }")).await.expect("sent");
    }
    // Nothing of it fits into the buffers of the system for long.
    let _ = client.sink.flush().await;
    assert_eq!(refused(&server, &[]).await, (503, "UNAVAILABLE".to_owned()));
    let free = async {
        while Client::shake(&server, &[]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), free).await.expect("the seat is free again");
    let run = LARGE_ANSWERS.load(Ordering::SeqCst) - before;
    assert!(run < 200, "{run} answers were made for nobody");
    client.gone().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_wait_on_a_socket_are_bounded() {
    let mut options = Options { unread_per_connection: 2 * LARGE as u64, ..Options::default() };
    options.sockets.write_timeout = Duration::from_hours(1);
    let server = Server::start(options).await;
    let mut client = Client::open(&server).await;
    for number in 0..50 {
        client.sink.send(subscribe(number, "{ large }")).await.expect("sent");
    }
    // What runs has run, and the buffers of the system are full.
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.assert_answers().await;
    let (mut answered, mut refused) = (0, 0);
    while answered + refused < 50 {
        let message = client.hear().await;
        match message["type"].as_str() {
            Some("complete") => answered += 1,
            Some("error") => {
                assert_eq!(message["payload"][0]["extensions"]["code"], "UNAVAILABLE");
                refused += 1;
            }
            _ => assert_eq!(message["type"], "next"),
        }
    }
    assert!(answered > 0 && refused > 10, "{answered} answered, {refused} refused");
    client.subscribe("again", "{ large }").await;
    client.answer("again").await;
}

#[tokio::test]
async fn a_client_that_reads_slowly_is_not_given_up() {
    let server = server(|options| options.write_timeout = Duration::from_secs(2)).await;
    let mut client = Client::open(&server).await;
    for number in 0..30 {
        client.sink.send(subscribe(number, "{ large }")).await.expect("sent");
        if number % 4 == 3 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let mut ended = 0;
    while ended < 30 {
        let message = client.hear().await;
        ended += usize::from(message["type"] != "next");
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
}

#[tokio::test]
async fn a_socket_that_lets_answers_wait_makes_room_for_others() {
    let mut options =
        Options { unread_in_all: 3 * LARGE as u64 / 2, compression: false, ..Options::default() };
    options.sockets.write_timeout = Duration::from_hours(1);
    let server = Server::start(options.clone()).await;
    let mut client = Client::open(&server).await;
    // One after the other, until the buffers of the system are full.
    for number in 0..50 {
        client.sink.send(subscribe(number, "{ large }")).await.expect("sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let served = async {
        loop {
            let answer = server.exchange(whole("{ large }")).await;
            if answer.starts_with("HTTP/1.1 200 ") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), served).await.expect("somebody else is served");
    client.gone().await;
    let text = options.metrics.text(&crate::monitoring::metrics::Sample::default());
    assert!(text.contains(r#"vitrine_connections_cut_total{reason="unread"} 1"#), "{text}");
}

fn subscribe(number: usize, query: &str) -> Message {
    let message = json!({ "type": "subscribe", "id": number.to_string(), "payload": { "query": query } });
    Message::text(message.to_string())
}

#[tokio::test]
async fn sockets_are_counted_in_all_and_by_address() {
    let all = server(|options| options.most = 2).await;
    let (first, _second) = (Client::connect(&all).await, Client::open(&all).await);
    assert_eq!(refused(&all, &[]).await, (503, "UNAVAILABLE".to_owned()));
    all.assert_answers().await;
    drop(first);
    let again = async {
        while Client::shake(&all, &[]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), again).await.expect("a seat is free");

    let each = server(|options| options.most_of_address = 1).await;
    let _first = Client::connect(&each).await;
    assert_eq!(refused(&each, &[]).await, (429, "THROTTLED".to_owned()));
}

#[tokio::test]
async fn a_socket_is_a_connection_among_the_others() {
    let server = Server::start(Options { max_connections: 2, ..Options::default() }).await;
    let sockets = (Client::open(&server).await, Client::open(&server).await);
    let answer = server.exchange(whole("{ a }")).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    drop(sockets);
    let free = async {
        while !server.exchange(whole("{ a }")).await.starts_with("HTTP/1.1 200 ") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), free).await.expect("a place is free");
}

#[tokio::test]
async fn a_silent_client_is_asked_and_given_up_and_one_that_answers_is_kept() {
    let server = server(|options| {
        options.ping_after = Duration::from_millis(200);
        options.pong_timeout = Duration::from_millis(300);
    })
    .await;
    let (mut kept, mut lost) = (Client::open(&server).await, Client::open(&server).await);
    let mut pings = 0;
    // Who reads answers pings, too.
    let _ = tokio::time::timeout(Duration::from_millis(1500), async {
        while let Some(Ok(Message::Ping(_))) = kept.stream.next().await {
            pings += 1;
        }
    })
    .await;
    assert!(pings >= 2, "{pings}");
    kept.subscribe("1", "{ a }").await;
    kept.answer("1").await;
    assert!(matches!(lost.stream.next().await, Some(Ok(Message::Ping(_)))));
    lost.gone().await;
}

#[tokio::test]
async fn a_socket_without_operations_is_closed_after_a_while() {
    let server = server(|options| options.idle_timeout = SLOW / 2).await;
    let mut client = Client::open(&server).await;
    client.subscribe("1", "{ slow }").await;
    client.answer("1").await;
    assert_eq!(client.end().await.0, 1000);
}

#[tokio::test]
async fn shutdown_finishes_what_runs_and_says_1001() {
    let server = server(|_| {}).await;
    let (mut running, mut idle) = (Client::open(&server).await, Client::open(&server).await);
    let mut silent = Client::connect(&server).await;
    running.subscribe("1", "{ slow }").await;
    tokio::time::sleep(SLOW / 4).await;
    server.stop.send(()).expect("listening");
    for client in [&mut idle, &mut silent] {
        let end = tokio::time::timeout(SLOW / 2, client.end()).await.expect("at once");
        assert_eq!(end, (1001, "The server is stopping".to_owned()));
    }
    running.subscribe("2", "{ a }").await;
    running.answer("1").await;
    assert_eq!(running.end().await.0, 1001);
    drop((running, idle, silent));
    server.task.await.expect("no panic").expect("nothing was cut off");
}

#[tokio::test]
async fn shutdown_waits_for_what_runs_on_a_socket_that_broke() {
    let server = server(|_| {}).await;
    let mut client = Client::open(&server).await;
    client.subscribe("1", "{ finishes }").await;
    tokio::time::sleep(SLOW / 4).await;
    drop(client);
    server.stop.send(()).expect("listening");
    server.task.await.expect("no panic").expect("nothing was cut off");
    assert_eq!(FINISHED.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_socket_for_ever() {
    let options = Options { shutdown_timeout: Duration::from_millis(50), ..Options::default() };
    let server = Server::start(options).await;
    let mut client = Client::open(&server).await;
    client.subscribe("1", "{ slow }").await;
    tokio::time::sleep(SLOW / 4).await;
    server.stop.send(()).expect("listening");
    let error = server.task.await.expect("no panic").expect_err("cut off");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    client.gone().await;
}
