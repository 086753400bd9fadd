//! The wire as clients meet it: a stand-in for GraphQL below, the real routes, layers and sockets.

mod bodies;
mod crowd;
mod door;
mod graphql;
mod http2;
mod routes;
mod sockets;
mod stream;
mod talk;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::{Health, Options, routes, serve};
use crate::graphql::{Answer, Caller, Decoded, Report};
use crate::services::error::Code;

/// How long a `{ slow }` operation takes.
const SLOW: Duration = Duration::from_millis(400);

/// How long the text of a `{ large }` answer is.
const LARGE: usize = 1024 * 1024;
/// How many operations of a kind run, and how many did at most.
struct Counted {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Counted {
    const fn new() -> Self {
        Self { now: AtomicUsize::new(0), most: AtomicUsize::new(0) }
    }

    async fn during(&self, time: Duration) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(time).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The operations `{ counted }`.
static COUNTED: Counted = Counted::new();

/// The operations `{ heavy }`.
static HEAVY: Counted = Counted::new();

/// How many `{ large }` operations have run.
static LARGE_ANSWERS: AtomicUsize = AtomicUsize::new(0);

/// How many `{ finishes }` operations have come to their end.
static FINISHED: AtomicUsize = AtomicUsize::new(0);

/// Answers by the text of the document: what it was asked, after a while, not at all, with a panic.
async fn execute(decoded: Decoded, is_get: bool, caller: Caller) -> Answer {
    let refused = |code, mutation_on_get| Answer::Refused {
        code,
        body: Bytes::from_static(br#"{"errors":[{"message":"no"}]}"#),
        mutation_on_get,
        report: Report::default(),
    };
    match decoded.query.as_deref() {
        Some("{ slow }") => tokio::time::sleep(SLOW).await,
        Some("{ slower }") => tokio::time::sleep(SLOW * 10).await,
        Some("{ large }") => {
            LARGE_ANSWERS.fetch_add(1, Ordering::SeqCst);
            let text = "x".repeat(LARGE);
            let body = Bytes::from(json!({ "data": { "text": text } }).to_string());
            return Answer::Executed { body, code: None, max_age: None, report: Report::default() };
        }
        Some("{ panic }") => panic!("a secret of ours"),
        Some("{ invalid }") => return refused(Code::BadRequest, false),
        Some("{ throttled }") => return throttled(),
        Some("mutation { a }") if is_get => return refused(Code::BadRequest, true),
        Some("{ counted }") => COUNTED.during(Duration::from_millis(1)).await,
        Some("{ heavy }") => HEAVY.during(Duration::from_millis(50)).await,
        Some("{ finishes }") => {
            tokio::time::sleep(SLOW).await;
            FINISHED.fetch_add(1, Ordering::SeqCst);
        }
        _ => {}
    }
    let data = json!({ "data": {
        "query": decoded.query,
        "operationName": decoded.operation_name,
        "variables": decoded.variables,
        "market": caller.market,
        "client": caller.client_name,
        "languages": caller.accept_language,
        "requestId": caller.request_id,
        "address": caller.address.to_string(),
    } });
    Answer::Executed {
        body: Bytes::from(data.to_string()),
        code: None,
        max_age: None,
        report: Report::default(),
    }
}

fn throttled() -> Answer {
    let error = json!({ "message": "no", "extensions": { "code": "THROTTLED" } });
    let body = json!({ "errors": [error] }).to_string().into();
    let report = Report::default();
    Answer::Refused { code: Code::Throttled, body, mutation_on_get: false, report }
}

fn app(options: &Options) -> Router {
    let health = Health::new(|| async { Ok(()) });
    routes(execute, None, |_| "type Query".to_owned(), health, None, options)
}

fn development() -> Options {
    Options { development: true, introspection: true, graphiql: true, ..Options::default() }
}

/// An answer, read whole.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn code(&self) -> String {
        let body = self.json();
        assert!(body.get("data").is_none(), "{body}");
        body["errors"][0]["extensions"]["code"].as_str().expect("a code").to_owned()
    }
}

/// Sends a request past the sockets, straight to the router.
async fn send(options: Options, request: Request<Body>) -> Reply {
    let Ok(response) = app(&options).oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("read");
    Reply { status: head.status, headers: head.headers, body }
}

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).expect("valid")
}

fn post(body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/graphql").header("content-type", "application/json");
    request.body(body.into()).expect("valid")
}

/// A real server on a port of its own.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let shutdown = async { stopped.await.unwrap_or(()) };
            serve(listener, app(&options), shutdown, &options).await
        });
        Self { address, stop, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    /// Sends bytes and reads until the server closes the connection.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.expect("written");
        read_to_end(&mut stream).await
    }

    /// Whether an ordinary request is answered, and soon.
    async fn assert_answers(&self) {
        let answer = tokio::time::timeout(Duration::from_secs(1), self.exchange(whole("{ a }")));
        assert!(answer.await.expect("in time").starts_with("HTTP/1.1 200 "));
    }
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer is the end, too; what came before it is in `bytes`.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The head of a POST, with further headers (each ended by CRLF).
fn head(further: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n\
         connection: close\r\n{further}\r\n"
    )
}

/// A whole POST of one document.
fn whole(query: &str) -> String {
    let body = json!({ "query": query }).to_string();
    format!("{}{body}", head(&format!("content-length: {}\r\n", body.len())))
}
