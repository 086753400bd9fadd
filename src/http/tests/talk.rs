//! Sockets as clients of `graphql-transport-ws` meet them.

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::*;
use crate::http::SocketOptions;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client.
pub struct Client {
    pub sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    pub stream: SplitStream<WebSocketStream<TcpStream>>,
}

/// A handshake with further headers.
pub fn handshake(server: &Server, headers: &[(&'static str, &str)]) -> Request {
    let mut request = format!("ws://{}/graphql", server.address).into_client_request().expect("valid");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("valid"));
    }
    request
}

impl Client {
    /// Shakes hands with further headers.
    pub async fn shake(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let all = [&[("sec-websocket-protocol", "graphql-transport-ws")], headers].concat();
        let (socket, _) = client_async(handshake(server, &all), server.connect().await).await?;
        let (sink, stream) = socket.split();
        Ok(Self { sink, stream })
    }

    /// A socket on which nothing was said yet.
    pub async fn connect(server: &Server) -> Self {
        Self::shake(server, &[]).await.expect("a socket")
    }

    /// A socket that is ready for operations.
    pub async fn open(server: &Server) -> Self {
        let mut client = Self::connect(server).await;
        client.say(json!({ "type": "connection_init" })).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        // That the server has closed shows in what it said last.
        let _ = self.sink.send(message).await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    async fn next(&mut self) -> Option<Result<Message, Error>> {
        tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("in time")
    }

    pub async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no message: {other:?}"),
            }
        }
    }

    /// The answer of one operation, whose end has to follow.
    pub async fn answer(&mut self, id: &str) -> Value {
        let next = self.hear().await;
        assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!(id)), "{next}");
        assert_eq!(self.hear().await, json!({ "type": "complete", "id": id }));
        next["payload"].clone()
    }

    /// The code and the reason with which the server closes.
    pub async fn end(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("not closed with a code: {other:?}"),
            }
        }
    }

    /// Waits until the connection is gone, with or without a word.
    pub async fn gone(&mut self) {
        while let Some(Ok(_)) = self.next().await {}
    }
}

pub async fn server(set: impl FnOnce(&mut SocketOptions)) -> Server {
    let mut options = Options::default();
    set(&mut options.sockets);
    Server::start(options).await
}

/// The status and the code with which a handshake is refused.
pub async fn refused(server: &Server, headers: &[(&'static str, &str)]) -> (u16, String) {
    match Client::shake(server, headers).await {
        Err(Error::Http(response)) => {
            let body: Value = serde_json::from_slice(response.body().as_deref().unwrap_or_default())
                .expect("a body of JSON");
            let code = body["errors"][0]["extensions"]["code"].as_str().expect("a code");
            (response.status().as_u16(), code.to_owned())
        }
        other => panic!("not refused: {:?}", other.map(|_| ())),
    }
}

#[tokio::test]
async fn an_operation_reaches_the_layer_below_whole() {
    let server = server(|_| {}).await;
    let headers = [("x-request-id", "sock"), ("vitrine-market", "us"), ("vitrine-client", "web")];
    let mut client = Client::shake(&server, &headers).await.expect("a socket");
    let payload =
        json!({ "Vitrine-Market": "de", "accept-language": "de-AT", "vitrine-client": "ios", "more": 1 });
    client.say(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(client.hear().await["type"], "connection_ack");
    let payload = json!({ "query": "query A { a }", "operationName": "A", "variables": { "x": [1] } });
    client.say(json!({ "type": "subscribe", "id": "one", "payload": payload })).await;
    let data = client.answer("one").await["data"].clone();
    assert_eq!((&data["query"], &data["operationName"]), (&json!("query A { a }"), &json!("A")));
    assert_eq!((&data["variables"], &data["market"]), (&json!({ "x": [1] }), &json!("de")));
    assert_eq!((&data["client"], &data["languages"]), (&json!("ios"), &json!("de-AT")));
    assert_eq!((&data["requestId"], &data["address"]), (&json!("sock-1"), &json!("127.0.0.1")));
    client.subscribe("one", "mutation { a }").await;
    let data = client.answer("one").await["data"].clone();
    assert_eq!((&data["query"], &data["requestId"]), (&json!("mutation { a }"), &json!("sock-2")));
}

#[tokio::test]
async fn what_the_handshake_tells_holds_where_init_says_nothing() {
    let server = server(|_| {}).await;
    let mut client = Client::shake(&server, &[("vitrine-market", "us")]).await.expect("a socket");
    client.say(json!({ "type": "connection_init" })).await;
    client.hear().await;
    client.subscribe("1", "{ a }").await;
    assert_eq!(client.answer("1").await["data"]["market"], "us");
}

#[tokio::test]
async fn a_refusal_and_a_panic_end_the_operation_and_not_the_socket() {
    let server = server(|_| {}).await;
    let mut client = Client::open(&server).await;
    client.subscribe("1", "{ invalid }").await;
    let expected = json!({ "type": "error", "id": "1", "payload": [{ "message": "no" }] });
    assert_eq!(client.hear().await, expected);
    client.subscribe("1", "{ panic }").await;
    let error = client.hear().await;
    assert_eq!(error["payload"][0]["extensions"]["code"], "INTERNAL");
    assert!(!error.to_string().contains("secret"), "{error}");
    client.subscribe("1", "{ a }").await;
    client.answer("1").await;
}

#[tokio::test]
async fn answers_come_as_they_are_ready_and_an_id_is_free_after_its_end() {
    let server = server(|_| {}).await;
    let mut client = Client::open(&server).await;
    client.subscribe("slow", "{ slow }").await;
    client.subscribe("quick", "{ a }").await;
    client.answer("quick").await;
    client.subscribe("quick", "{ a }").await;
    client.answer("quick").await;
    client.answer("slow").await;
}

#[tokio::test]
async fn what_the_client_completes_is_not_answered() {
    let server = server(|_| {}).await;
    let mut client = Client::open(&server).await;
    client.subscribe("1", "{ slow }").await;
    client.say(json!({ "type": "complete", "id": "1" })).await;
    client.say(json!({ "type": "complete", "id": "never heard of" })).await;
    client.subscribe("1", "{ slow }").await;
    assert_eq!(client.answer("1").await["data"]["query"], "{ slow }");
    client.subscribe("2", "{ slow }").await;
    client.answer("2").await;
}

#[tokio::test]
async fn ping_is_answered_at_any_time() {
    let server = server(|_| {}).await;
    let mut client = Client::connect(&server).await;
    for _ in 0..2 {
        client.say(json!({ "type": "ping", "payload": { "at": 1 } })).await;
        assert_eq!(client.hear().await, json!({ "type": "pong" }));
    }
    client.say(json!({ "type": "connection_init", "payload": {} })).await;
    client.hear().await;
    client.say(json!({ "type": "pong" })).await;
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await["type"], "pong");
    client.send(Message::Ping(Bytes::from_static(b"x"))).await;
    assert!(matches!(client.next().await, Some(Ok(Message::Pong(_)))));
}

#[tokio::test]
async fn each_breach_of_the_protocol_has_its_close_code() {
    let init = json!({ "type": "connection_init" });
    let slow = json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ slow }" } });
    let with_token = |kind: &str| json!({ "type": kind, "payload": { "authorization": "Bearer x" } });
    let table: &[(&[&Value], u16, &str)] = &[
        (&[&json!("nonsense")], 4400, "A message is a JSON object"),
        (&[&json!({ "type": "start" })], 4400, "There is no message"),
        (&[&init, &json!({ "type": "subscribe", "id": "1", "payload": {} })], 4400, "The parameter `query`"),
        (&[&init, &json!({ "type": "next", "id": "1", "payload": {} })], 4400, "There is no message"),
        (&[&json!({ "type": "connection_init", "payload": { "token": 1 } })], 4400, "token in the payload"),
        (
            &[&json!({ "type": "connection_init", "payload": { "vitrine-market": "x".repeat(65) } })],
            4400,
            "The name",
        ),
        (
            &[
                &json!({ "type": "connection_init", "payload": { "token": "a", "Authorization": "Bearer a" } }),
            ],
            4400,
            "The",
        ),
        (&[&slow], 4401, "Unauthorized"),
        (&[&with_token("ping")], 4401, "Unauthorized"),
        (&[&with_token("connection_init")], 4403, "Forbidden"),
        (
            &[&json!({ "type": "connection_init", "payload": { "authorization": "Basic x" } })],
            4403,
            "Forbidden",
        ),
        (&[&init, &with_token("ping")], 4403, "Forbidden"),
        (&[&init, &slow, &slow], 4409, "Subscriber for 1 already exists"),
        (&[&init, &init], 4429, "Too many initialisation requests"),
    ];
    let server = server(|_| {}).await;
    for (messages, code, reason) in table {
        let mut client = Client::connect(&server).await;
        for message in *messages {
            client.say((*message).clone()).await;
        }
        let (told, why) = client.end().await;
        assert_eq!(told, *code, "{messages:?}: {why}");
        assert!(why.starts_with(reason), "{messages:?}: {why}");
    }
    for (message, code) in [
        (Message::Binary(Bytes::from_static(br#"{"type":"ping"}"#)), 4400),
        (Message::text("{"), 4400),
        (Message::text("x".repeat(256 * 1024 + 1)), 1009),
    ] {
        let mut client = Client::open(&server).await;
        client.send(message).await;
        assert_eq!(client.end().await.0, code);
    }
    server.assert_answers().await;
}

#[tokio::test]
async fn who_does_not_introduce_himself_in_time_is_shown_out() {
    let server = server(|options| options.init_timeout = Duration::from_millis(200)).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(Client::connect(&server).await);
    }
    // Being polite does not count.
    silent[0].say(json!({ "type": "ping" })).await;
    for mut client in silent {
        assert_eq!(client.end().await, (4408, "Connection initialisation timeout".to_owned()));
    }
}

#[tokio::test]
async fn other_protocols_are_not_spoken() {
    let server = server(|_| {}).await;
    let (socket, answer) = client_async(handshake(&server, &[]), server.connect().await).await.expect("101");
    assert!(answer.headers().get("sec-websocket-protocol").is_none());
    let (sink, stream) = socket.split();
    assert_eq!(Client { sink, stream }.end().await, (4406, "Subprotocol not acceptable".to_owned()));
    // Who asked for other ones only finds none chosen, and the code behind it.
    let text = format!("{}sec-websocket-protocol: graphql-ws, soap\r\n\r\n", raw_handshake());
    let mut stream = server.connect().await;
    stream.write_all(text.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    let whole = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer));
    let _ = whole.await.expect("closed");
    assert!(answer.starts_with(b"HTTP/1.1 101 "));
    assert!(!String::from_utf8_lossy(&answer).to_lowercase().contains("sec-websocket-protocol"));
    let code = 4406_u16.to_be_bytes();
    assert!(answer.windows(2).any(|pair| pair == code), "no code 4406");
    // One that knows several gets ours.
    let both = [("sec-websocket-protocol", "soap, graphql-transport-ws")];
    let (_, answer) = client_async(handshake(&server, &both), server.connect().await).await.expect("101");
    assert_eq!(answer.headers()["sec-websocket-protocol"], "graphql-transport-ws");
}

/// The head of a handshake without its end.
fn raw_handshake() -> String {
    "GET /graphql HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
     sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
        .to_owned()
}

#[tokio::test]
async fn a_bad_handshake_is_answered_in_http() {
    let server = server(|_| {}).await;
    for (wrong, right, status) in [
        ("sec-websocket-version: 8\r\n", "sec-websocket-version: 13\r\n", "426"),
        ("", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "400"),
        ("connection: close\r\n", "connection: upgrade\r\n", "400"),
        ("authorization: Basic x\r\n", "", "401"),
        ("origin: https://evil.example\r\n", "", "403"),
    ] {
        let mut request = raw_handshake();
        if right.is_empty() {
            request.push_str(wrong);
        } else {
            request = request.replace(right, wrong);
        }
        let mut stream = server.connect().await;
        stream.write_all(format!("{request}\r\n").as_bytes()).await.expect("written");
        let mut start = [0; 12];
        let read = tokio::time::timeout(PATIENCE, stream.read_exact(&mut start)).await;
        read.expect("in time").expect("read");
        assert_eq!(String::from_utf8_lossy(&start), format!("HTTP/1.1 {status}"), "{wrong}");
    }
    assert_eq!(refused(&server, &[("origin", "https://evil.example")]).await, (403, "FORBIDDEN".to_owned()));
    let address = format!("http://{}", server.address);
    Client::shake(&server, &[("origin", address.as_str())]).await.expect("a page of this host");
}

#[tokio::test]
async fn frames_that_break_the_rules_end_the_socket() {
    let server = server(|_| {}).await;
    // Unmasked text; masked text that is not UTF-8; a continuation of nothing; half a frame.
    for frame in [&b"\x81\x02{}"[..], b"\x81\x82\0\0\0\0\xff\xfe", b"\x80\x80\0\0\0\0", b"\x81\xff\0\0"] {
        let mut stream = server.connect().await;
        let head = format!("{}sec-websocket-protocol: graphql-transport-ws\r\n\r\n", raw_handshake());
        stream.write_all(head.as_bytes()).await.expect("written");
        stream.write_all(frame).await.expect("written");
        stream.shutdown().await.expect("half closed");
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        let _ = closed.expect("closed");
    }
    // Pieces that are small each are counted together.
    let mut stream = server.connect().await;
    let head = format!("{}sec-websocket-protocol: graphql-transport-ws\r\n\r\n", raw_handshake());
    stream.write_all(head.as_bytes()).await.expect("written");
    let mut piece = b"\x01\xfe\xff\xff\0\0\0\0".to_vec();
    piece.resize(piece.len() + 65_535, b' ');
    for number in 0..5 {
        piece[0] = u8::from(number == 0);
        let _ = stream.write_all(&piece).await;
    }
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("closed");
    assert!(answer.windows(2).any(|pair| pair == 1009_u16.to_be_bytes()), "not told 1009");
    server.assert_answers().await;
}

#[tokio::test]
async fn text_is_what_the_client_may_send() {
    // The protocol's own words are ASCII; what an operation says need not be.
    let server = server(|_| {}).await;
    let mut client = Client::open(&server).await;
    client
        .send(Message::Text(Utf8Bytes::from_static(
            r#"{"type":"subscribe","id":"ü","payload":{"query":"{ grün }"}}"#,
        )))
        .await;
    assert_eq!(client.answer("ü").await["data"]["query"], "{ grün }");
}
