//! What is sent on a socket: a short queue, written by a task of its own, so that a client that reads slowly holds up
//! nobody but itself.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::ending::Ending;

/// Messages that wait to be written. Who has more to say waits, too.
const QUEUE: usize = 16;

type Sink = SplitSink<WebSocket, Message>;

/// The queue.
pub struct Outbox {
    queue: Sender<Message>,
    writer: JoinHandle<()>,
}

impl Outbox {
    /// Starts to write. A client that takes longer than `patience` to read a message is given up.
    pub fn open(sink: Sink, patience: Duration) -> Self {
        let (queue, waiting) = channel(QUEUE);
        Self { queue, writer: tokio::spawn(write(sink, waiting, patience)) }
    }

    /// Queues a message as soon as there is a place for it.
    ///
    /// # Errors
    /// Where the client has gone or does not read.
    pub async fn send(&self, message: Message) -> Result<(), Ending> {
        self.queue.send(message).await.map_err(|_| Ending::Gone)
    }

    /// Returns when the client has gone or does not read.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    /// Writes what is queued, a last message if there is one, and says good-bye.
    pub async fn close(self, last: Option<Message>) {
        if let Some(message) = last {
            let _ = self.queue.send(message).await;
        }
        drop(self.queue);
        let _ = self.writer.await;
    }
}

async fn write(mut sink: Sink, mut waiting: Receiver<Message>, patience: Duration) {
    while let Some(message) = waiting.recv().await {
        let written = tokio::time::timeout(patience, several(&mut sink, message, &mut waiting)).await;
        if !matches!(written, Ok(Ok(()))) {
            return;
        }
    }
    let _ = tokio::time::timeout(patience, sink.close()).await;
}

/// Writes a message and those that wait behind it, and sends them off together.
async fn several(
    sink: &mut Sink,
    first: Message,
    waiting: &mut Receiver<Message>,
) -> Result<(), axum::Error> {
    sink.feed(first).await?;
    for _ in 1..QUEUE {
        let Ok(message) = waiting.try_recv() else { break };
        sink.feed(message).await?;
    }
    sink.flush().await
}
