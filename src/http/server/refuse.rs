//! What is said to a connection for which there is no place.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::http::caller::RequestId;
use crate::http::error::Rejection;
use crate::services::error::Code;

/// How many connections are being refused politely at a time; beyond it they are just closed.
const AT_A_TIME: usize = 64;
/// How long the client may take to read why.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers 503 where there is no place for a connection.
pub(super) struct Refusals(Arc<Semaphore>);

impl Refusals {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }

    pub(super) fn refuse(&self, stream: TcpStream) {
        if let Ok(place) = self.0.clone().try_acquire_owned() {
            tokio::spawn(async move {
                // Whether the client waited for it is its own affair.
                let _ = tokio::time::timeout(PATIENCE, tell(stream)).await;
                drop(place);
            });
        }
    }
}

/// Writes the answer and reads until the client closes: a connection closed with unread data in it is
/// reset, and the answer lost.
async fn tell(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(response().as_bytes()).await?;
    stream.shutdown().await?;
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

fn response() -> String {
    let message = "The server has no place for another connection just now.";
    let rejection = Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message);
    let id = RequestId::generate();
    let body = rejection.body(id.as_str());
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json; charset=utf-8\r\n\
         content-length: {}\r\nretry-after: 1\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\nx-request-id: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len(),
        id.as_str(),
    )
}
