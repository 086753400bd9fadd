//! Answers that wait for clients who do not read them: bounded, because they are memory.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

use crate::http::options::Options;

/// Answers are handed on in pieces of so many bytes, so that what is unread is known; smaller ones are not counted: the
/// number of streams bounds them.
const PIECE: usize = 32 * 1024;

/// How many bytes of answers wait to be read on one connection, and on all.
#[derive(Clone, Debug)]
pub struct Unread {
    here: Arc<Count>,
    everywhere: Arc<Count>,
}

#[derive(Debug)]
struct Count {
    bytes: AtomicU64,
    most: u64,
}

impl Unread {
    /// Nothing waits yet.
    pub fn new(options: &Options) -> Self {
        let count = |most| Arc::new(Count { bytes: AtomicU64::new(0), most });
        Self { here: count(options.unread_per_connection), everywhere: count(options.unread_in_all) }
    }

    /// The same for a further connection.
    #[must_use]
    pub fn for_connection(&self) -> Self {
        let here = Arc::new(Count { bytes: AtomicU64::new(0), most: self.here.most });
        Self { here, everywhere: Arc::clone(&self.everywhere) }
    }

    /// Keeps count of an answer until it is read; `None` where too much waits already.
    pub fn hold(&self, response: Response) -> Option<Response> {
        let size = response.body().size_hint().exact().unwrap_or(0);
        if size <= PIECE as u64 {
            return Some(response);
        }
        let held = [Held::new(&self.here, size)?, Held::new(&self.everywhere, size)?];
        Some(response.map(|body| Body::new(Pieces { body, left: Bytes::new(), _held: held })))
    }
}

/// Some bytes that wait; no more when dropped.
struct Held {
    count: Arc<Count>,
    size: u64,
}

impl Held {
    /// The first answer is never too much: it may be larger than the limit.
    fn new(count: &Arc<Count>, size: u64) -> Option<Self> {
        let before = count.bytes.fetch_add(size, Ordering::Relaxed);
        let held = Self { count: Arc::clone(count), size };
        (before == 0 || before.saturating_add(size) <= count.most).then_some(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.count.bytes.fetch_sub(self.size, Ordering::Relaxed);
    }
}

/// A body in pieces.
struct Pieces {
    body: Body,
    left: Bytes,
    _held: [Held; 2],
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.left.is_empty() {
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) => self.left = bytes,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                other => return other,
            }
        }
        let size = self.left.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(size)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.body.size_hint();
        let left = self.left.len() as u64;
        hint.exact().map_or_else(SizeHint::default, |rest| SizeHint::with_exact(rest + left))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn answer(size: usize) -> Response {
        Response::new(Body::from(vec![b'x'; size]))
    }

    fn unread(per_connection: u64, in_all: u64) -> Unread {
        let options =
            Options { unread_per_connection: per_connection, unread_in_all: in_all, ..Options::default() };
        Unread::new(&options).for_connection()
    }

    #[tokio::test]
    async fn an_answer_in_pieces_is_the_same_answer() {
        let unread = unread(1, 1);
        let bytes: Vec<u8> = (0..100_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let held = unread.hold(Response::new(Body::from(bytes.clone()))).expect("the first one");
        assert_eq!(held.body().size_hint().exact(), Some(100_000));
        assert_eq!(to_bytes(held.into_body(), usize::MAX).await.expect("read"), bytes);
    }

    #[tokio::test]
    async fn what_waits_is_bounded_on_a_connection_and_freed_when_read_or_dropped() {
        let unread = unread(250_000, u64::MAX);
        let (one, two) = (unread.hold(answer(100_000)), unread.hold(answer(100_000)));
        assert!(one.is_some() && two.is_some());
        assert!(unread.hold(answer(100_000)).is_none());
        assert!(unread.hold(answer(PIECE)).is_some(), "small answers are not counted");
        assert!(
            unread.for_connection().hold(answer(100_000)).is_some(),
            "another connection has its own count"
        );
        drop(one);
        let three = unread.hold(answer(100_000)).expect("there is room again");
        to_bytes(three.into_body(), usize::MAX).await.expect("read");
        drop(two);
        assert_eq!(unread.here.bytes.load(Ordering::Relaxed), 0);
        assert_eq!(unread.everywhere.bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_waits_is_bounded_on_all_connections_together() {
        let unread = unread(u64::MAX, 250_000);
        let held: Vec<_> = (0..5).filter_map(|_| unread.for_connection().hold(answer(100_000))).collect();
        assert_eq!(held.len(), 2);
    }
}
