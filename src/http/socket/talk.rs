//! The life of one socket, from the handshake to the last operation.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::debug;

use super::Execute;
use super::ending::Ending;
use super::guest::{Guest, brings_token};
use super::message::{self, Said};
use super::operation::{Asked, Done, run};
use super::outbox::Outbox;
use crate::graphql::Decoded;
use crate::http::options::SocketOptions;
use crate::http::server::Stay;

/// How long the other side may take to close a socket that we have closed.
const GOODBYE: Duration = Duration::from_secs(1);

/// One socket.
struct Talk<'a> {
    options: &'a SocketOptions,
    execute: &'a Execute,
    stay: &'a Stay,
    guest: Guest,
    outbox: Outbox,
    /// Whether `connection_init` was acknowledged.
    is_open: bool,
    /// The operations that the client waits for, each with its number.
    awaited: HashMap<String, u64>,
    /// All that run, also those that the client does not wait for any more.
    running: JoinSet<Done>,
    started: u64,
    /// The bytes of the messages that asked for what runs.
    held: usize,
    is_stopping: bool,
    clocks: Clocks,
}

/// When what last happened.
struct Clocks {
    opened: Instant,
    heard: Instant,
    pinged: Option<Instant>,
    busy: Instant,
}

/// Talks to a client until one of the two ends it. What has begun by then is finished: nobody is left in doubt whether a
/// change was made, and shutdown waits for it.
pub async fn talk(socket: WebSocket, guest: Guest, options: &SocketOptions, execute: &Execute, stay: &Stay) {
    let is_ours = socket.protocol().is_some();
    let (sink, mut stream) = socket.split();
    let now = Instant::now();
    let mut talk = Talk {
        options,
        execute,
        stay,
        guest,
        outbox: Outbox::open(sink, options.write_timeout, stay.clone()),
        is_open: false,
        awaited: HashMap::new(),
        running: JoinSet::new(),
        started: 0,
        held: 0,
        is_stopping: false,
        clocks: Clocks { opened: now, heard: now, pinged: None, busy: now },
    };
    let ending = if is_ours { talk.until_the_end(&mut stream).await } else { Ending::SUBPROTOCOL };
    debug!(?ending, operations = talk.started, "a socket ends");
    let Talk { outbox, mut running, .. } = talk;
    let end = async {
        outbox.close(ending.frame()).await;
        // Closed with unread data in it a connection is reset, and the client never reads why.
        let _ = timeout(GOODBYE, async { while let Some(Ok(_)) = stream.next().await {} }).await;
        drop(stream);
        while running.join_next().await.is_some() {}
    };
    tokio::select! {
        () = end => {}
        () = stay.cutting() => {}
    }
}

impl Talk<'_> {
    async fn until_the_end(&mut self, stream: &mut SplitStream<WebSocket>) -> Ending {
        let stay = self.stay;
        tokio::select! {
            ending = self.turns(stream) => ending,
            () = stay.cutting() => Ending::Gone,
        }
    }

    async fn turns(&mut self, stream: &mut SplitStream<WebSocket>) -> Ending {
        loop {
            if self.is_stopping && self.running.is_empty() {
                return Ending::STOPPING;
            }
            let is_listening = !self.is_full(self.running.len()) && !self.is_stopping;
            let (stay, due) = (self.stay, self.due());
            let went = tokio::select! {
                biased;
                () = self.outbox.closed() => Err(Ending::Gone),
                () = stay.stopping(), if !self.is_stopping => {
                    self.is_stopping = true;
                    Ok(())
                }
                Some(done) = self.running.join_next() => match done {
                    Ok(done) => self.finish(done).await,
                    Err(_) => Err(Ending::INTERNAL),
                },
                heard = stream.next(), if is_listening => self.hear(heard).await,
                () = sleep_until(due), if is_listening => self.look().await,
            };
            if let Err(ending) = went {
                return ending;
            }
        }
    }

    /// Whether nothing more is read while so many operations run: then the client is held up, and nothing piles up here.
    fn is_full(&self, running: usize) -> bool {
        running >= self.options.operations || self.held >= self.options.message_limit
    }

    /// An operation has its answer.
    async fn finish(&mut self, done: Done) -> Result<(), Ending> {
        let now = Instant::now();
        // Nothing was read meanwhile, so nothing can be said of the client's silence.
        if self.is_full(self.running.len() + 1) {
            self.clocks.heard = now;
        }
        self.clocks.busy = now;
        self.held = self.held.saturating_sub(done.bytes);
        if self.awaited.get(&done.id) != Some(&done.number) {
            return Ok(());
        }
        self.awaited.remove(&done.id);
        let mut held = done.held;
        for message in done.messages {
            self.outbox.send(message, held.take()).await?;
        }
        Ok(())
    }

    /// The client says something, or has gone.
    async fn hear(&mut self, heard: Option<Result<Message, axum::Error>>) -> Result<(), Ending> {
        self.clocks.heard = Instant::now();
        self.clocks.pinged = None;
        match heard {
            Some(Ok(Message::Text(text))) => self.answer(message::read(&text)?, text.len()).await,
            Some(Ok(Message::Binary(_))) => Err(Ending::bad_message("Messages are text")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) | None => Err(Ending::Gone),
            Some(Err(error)) => Err(error.into()),
        }
    }

    async fn answer(&mut self, said: Said, bytes: usize) -> Result<(), Ending> {
        match said {
            Said::Init(_) if self.is_open => Err(Ending::TWO_INITS),
            Said::Init(payload) => {
                let told = self.guest.introduce(&payload).await?;
                self.is_open = true;
                self.clocks.busy = Instant::now();
                self.outbox.send(message::ack(told), None).await
            }
            Said::Ping(payload) if !self.is_open && brings_token(&payload) => Err(Ending::UNAUTHORIZED),
            Said::Ping(payload) => {
                let told = self.guest.renew(&payload).await?;
                self.outbox.send(message::pong(told), None).await
            }
            Said::Pong => Ok(()),
            Said::Subscribe(..) if !self.is_open => Err(Ending::UNAUTHORIZED),
            Said::Subscribe(id, decoded) => self.start(id, *decoded, bytes),
            // It runs on and keeps its place, but nobody hears of it: a change cannot be called back half-way.
            Said::Complete(id) => {
                self.awaited.remove(&id);
                Ok(())
            }
        }
    }

    fn start(&mut self, id: String, decoded: Decoded, bytes: usize) -> Result<(), Ending> {
        if self.awaited.contains_key(&id) {
            return Err(Ending::taken(&id));
        }
        self.started += 1;
        self.held += bytes;
        self.awaited.insert(id.clone(), self.started);
        let asked = Asked { id, number: self.started, bytes, decoded };
        self.running.spawn(run(asked, self.guest.ask(), self.execute.clone(), self.stay.clone()));
        Ok(())
    }

    /// Something is due: the client is late, silent or idle.
    async fn look(&mut self) -> Result<(), Ending> {
        let (now, options) = (Instant::now(), self.options);
        if !self.is_open {
            return Err(Ending::INIT_TIMEOUT);
        }
        if self.running.is_empty() && now >= self.clocks.busy + options.idle_timeout {
            return Err(Ending::IDLE);
        }
        match self.clocks.pinged {
            Some(at) if now >= at + options.pong_timeout => Err(Ending::Gone),
            None if now >= self.clocks.heard + options.ping_after => {
                self.clocks.pinged = Some(now);
                self.outbox.send(Message::Ping(bytes::Bytes::new()), None).await
            }
            _ => Ok(()),
        }
    }

    /// When there is something to look at.
    fn due(&self) -> Instant {
        let (clocks, options) = (&self.clocks, self.options);
        if !self.is_open {
            return clocks.opened + options.init_timeout;
        }
        let silent = clocks.pinged.map_or(clocks.heard + options.ping_after, |at| at + options.pong_timeout);
        if self.running.is_empty() { silent.min(clocks.busy + options.idle_timeout) } else { silent }
    }
}
