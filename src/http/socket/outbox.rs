//! What is sent on a socket: a short queue, written by a task of its own, so that a client that reads slowly holds up
//! nobody but itself.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::ending::Ending;
use crate::http::server::{Held, Stay};

/// Messages that wait to be written. Who has more to say waits, too.
const QUEUE: usize = 16;

type Sink = SplitSink<WebSocket, Message>;

/// A message, counted as unread until it is written.
type Counted = (Message, Option<Held>);

/// The queue.
pub struct Outbox {
    queue: Sender<Counted>,
    writer: JoinHandle<()>,
}

impl Outbox {
    /// Starts to write. A client that takes nothing of what is written for longer than `patience` is given up.
    pub fn open(sink: Sink, patience: Duration, stay: Stay) -> Self {
        let (queue, waiting) = channel(QUEUE);
        Self { queue, writer: tokio::spawn(write(sink, waiting, patience, stay)) }
    }

    /// Queues a message as soon as there is a place for it; `held` is let go of when it is written.
    ///
    /// # Errors
    /// Where the client has gone or does not read.
    pub async fn send(&self, message: Message, held: Option<Held>) -> Result<(), Ending> {
        self.queue.send((message, held)).await.map_err(|_| Ending::Gone)
    }

    /// Returns when the client has gone or does not read.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    /// Writes what is queued, a last message if there is one, and says good-bye.
    pub async fn close(self, last: Option<Message>) {
        if let Some(message) = last {
            let _ = self.queue.send((message, None)).await;
        }
        drop(self.queue);
        let _ = self.writer.await;
    }
}

async fn write(mut sink: Sink, mut waiting: Receiver<Counted>, patience: Duration, stay: Stay) {
    while let Some(first) = waiting.recv().await {
        tokio::select! {
            biased;
            written = several(&mut sink, first, &mut waiting) => {
                if written.is_err() {
                    return;
                }
            }
            () = stay.stalled(patience) => return,
        }
    }
    let _ = tokio::time::timeout(patience, sink.close()).await;
}

/// Writes a message and those that wait behind it, and sends them off together.
async fn several(
    sink: &mut Sink,
    first: Counted,
    waiting: &mut Receiver<Counted>,
) -> Result<(), axum::Error> {
    let mut held = Vec::new();
    let mut next = Some(first);
    while let Some((message, counted)) = next {
        sink.feed(message).await?;
        held.push(counted);
        next = if held.len() < QUEUE { waiting.try_recv().ok() } else { None };
    }
    sink.flush().await
}
