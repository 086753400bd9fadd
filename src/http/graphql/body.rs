//! The body of a request: bounded in size and in time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::StatusCode;
use http::header::{CONNECTION, EXPECT};
use http::request::Parts;

use crate::http::error::Rejection;
use crate::http::options::Options;
use crate::services::error::Code;

/// How much of a refused body is read and thrown away, in bytes, and for how long.
const DISCARD_AT_MOST: usize = 32 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// A body that has not been read yet.
pub struct RequestBody {
    stream: BodyDataStream,
    declared: u64,
    waits_for_continue: bool,
}

impl RequestBody {
    /// The body that belongs to `head`.
    pub fn new(head: &Parts, body: Body) -> Self {
        Self {
            declared: body.size_hint().lower(),
            waits_for_continue: head.headers.contains_key(EXPECT),
            stream: body.into_data_stream(),
        }
    }

    /// Reads all of it: at most `limit` bytes.
    ///
    /// # Errors
    /// 413 if it is larger than the limit: at once where its length is declared, else as soon as the
    /// limit is passed; 408 if it takes too long; 400 if the connection breaks.
    pub async fn read(&mut self, limit: usize, options: &Options) -> Result<Bytes, Rejection> {
        if usize::try_from(self.declared).map_or(true, |declared| declared > limit) {
            return Err(too_large(limit));
        }
        let whole = tokio::time::timeout(options.body_timeout, self.collect(limit));
        whole.await.unwrap_or_else(|_| Err(too_slow()))
    }

    async fn collect(&mut self, limit: usize) -> Result<Bytes, Rejection> {
        let mut bytes = BytesMut::with_capacity(usize::try_from(self.declared).unwrap_or(0));
        while let Some(chunk) = self.stream.next().await {
            let chunk = chunk.map_err(|_| Rejection::bad_request("The body broke off."))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    /// Reads on after a refusal, within bounds, and throws away what comes.
    ///
    /// A connection that is closed with unread data in it is reset, and a client that is still
    /// sending then never sees why it was refused.
    pub fn discard(mut self) {
        // Reading would ask a polite client for the very body that it is being spared.
        if self.waits_for_continue || self.stream.is_end_stream() {
            return;
        }
        tokio::spawn(tokio::time::timeout(DISCARD_TIME, async move {
            let mut left = DISCARD_AT_MOST;
            while let Some(Ok(chunk)) = self.stream.next().await {
                match left.checked_sub(chunk.len()) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        }));
    }
}

fn too_large(limit: usize) -> Rejection {
    let message = format!("The body is larger than {limit} bytes.");
    Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, Code::BadRequest, message)
}

fn too_slow() -> Rejection {
    let message = "The body took too long to arrive.";
    Rejection::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, message).with_header(CONNECTION, "close")
}
