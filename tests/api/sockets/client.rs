//! A shop that is served on a port, and clients of its sockets.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::harness::TestShop;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A shop that is served.
pub struct Server {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    pub async fn start(shop: &TestShop) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = shop.router();
        let options = vitrine::app::options(&shop.app, shop.config());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let shutdown = async { stopped.await.unwrap_or(()) };
            vitrine::http::serve(listener, router, shutdown, &options).await
        });
        Self { address, stop, task }
    }

    /// Stops, and waits until what runs is done.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }

    /// Shakes hands with further headers.
    pub async fn shake(&self, headers: &[(&'static str, &str)]) -> Result<Client, Error> {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request()?;
        let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
        for (name, value) in [&[protocol], headers].concat() {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await?;
        Ok(Client(client_async(request, stream).await?.0))
    }

    /// A socket that is ready for operations.
    pub async fn open(&self, payload: Value) -> Client {
        let mut client = self.shake(&[]).await.unwrap();
        client.init(payload).await;
        client
    }
}

/// A client.
pub struct Client(WebSocketStream<TcpStream>);

impl Client {
    pub async fn say(&mut self, message: Value) {
        let _ = self.0.send(Message::text(message.to_string())).await;
    }

    async fn next(&mut self) -> Option<Result<Message, Error>> {
        tokio::time::timeout(PATIENCE, self.0.next()).await.expect("in time")
    }

    pub async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no message: {other:?}"),
            }
        }
    }

    /// Introduces itself; gives back what it is told.
    pub async fn init(&mut self, payload: Value) -> Value {
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
        let ack = self.hear().await;
        assert_eq!(ack["type"], "connection_ack", "{ack}");
        ack["payload"].clone()
    }

    pub async fn ask(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    pub async fn answer(&mut self, id: &str) -> Value {
        let next = self.hear().await;
        assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!(id)), "{next}");
        assert_eq!(self.hear().await, json!({ "type": "complete", "id": id }));
        next["payload"].clone()
    }

    pub async fn query(&mut self, id: &str, query: &str) -> Value {
        self.ask(id, query).await;
        self.answer(id).await
    }

    /// The first error of an operation that is refused.
    pub async fn refusal(&mut self, id: &str, query: &str) -> Value {
        self.ask(id, query).await;
        let error = self.hear().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!(id)), "{error}");
        error["payload"][0].clone()
    }

    /// The code with which the server closes.
    pub async fn end(&mut self) -> u16 {
        match self.next().await {
            Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
            other => panic!("not closed with a code: {other:?}"),
        }
    }
}
