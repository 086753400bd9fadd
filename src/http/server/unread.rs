//! Answers that wait for clients who do not read them: bounded, because they are memory.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

use super::activity::Activity;
use super::places::Places;

/// Answers are handed on in pieces of so many bytes, so that what is unread is known. Answers of one piece are counted
/// like the others, but never refused.
const PIECE: usize = 32 * 1024;
/// What an answer that waits takes beside its bytes: its stream, its head, its task. Measured with HTTP/2: 12 KiB.
const BESIDE: u64 = 12 * 1024;
/// What a body of unknown length, such as a file's, holds in memory.
const UNKNOWN: u64 = 64 * 1024;

/// How many bytes of answers wait to be read on one connection; [`Places`] sums them up.
#[derive(Clone)]
pub struct Unread {
    here: Activity,
    places: Arc<Places>,
    most_here: u64,
}

impl Unread {
    /// Nothing waits yet.
    pub(super) fn new(here: &Activity, places: &Arc<Places>, most_here: u64) -> Self {
        Self { here: here.clone(), places: Arc::clone(places), most_here }
    }

    /// Keeps count of an answer until it is read; `None` where too much waits already.
    pub fn hold(&self, response: Response) -> Option<Response> {
        let held = self.take(response.body().size_hint().exact().unwrap_or(UNKNOWN))?;
        Some(response.map(|body| Body::new(Pieces { body, left: Bytes::new(), _held: held })))
    }

    /// Counts so many bytes for as long as what is answered is held; `None` where too much waits already, here or on all
    /// connections together. The first answer is never too much here: it may be larger than the limit. Where it is too
    /// much in all, connections end that keep others from being answered.
    pub fn take(&self, bytes: u64) -> Option<Held> {
        let size = bytes + BESIDE;
        let before = self.here.unread().fetch_add(size, Ordering::Relaxed);
        let held = Held { unread: self.clone(), size };
        let fits_here = before == 0 || before + size <= self.most_here;
        let fits = self.places.wait_for_clients(size) && fits_here;
        (fits || bytes <= PIECE as u64).then_some(held)
    }
}

/// Some bytes that wait; no more when dropped.
pub struct Held {
    unread: Unread,
    size: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.unread.here.unread().fetch_sub(self.size, Ordering::Relaxed);
        self.unread.places.are_read(self.size);
    }
}

/// A body in pieces.
struct Pieces {
    body: Body,
    left: Bytes,
    _held: Held,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    /// The last byte of an answer goes alone. Whoever writes an answer asks for a piece when there is room for one, and
    /// lets go of the body with the last: so it is let go of when the client has taken all but that byte, and not while
    /// up to a piece of it waits where nobody counts it.
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
        let left = self.left.len();
        let is_last = left <= PIECE && self.body.is_end_stream();
        let size = if is_last && left > 1 { left - 1 } else { left.min(PIECE) };
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
    use std::time::Duration;

    use axum::body::to_bytes;

    use super::*;
    use crate::http::options::Options;

    const LONG: Duration = Duration::from_hours(1);

    fn answer(size: usize) -> Response {
        Response::new(Body::from(vec![b'x'; size]))
    }

    fn places(in_all: u64) -> Arc<Places> {
        Places::new(&Options { unread_in_all: in_all, ..Options::default() }, 100)
    }

    fn unread(places: &Arc<Places>, per_connection: u64) -> Unread {
        Unread::new(&Activity::new(), places, per_connection)
    }

    fn waiting(unread: &Unread) -> u64 {
        unread.here.unread().load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn an_answer_in_pieces_is_the_same_answer() {
        let unread = unread(&places(1), 1);
        for size in [0_u32, 1, 2, 8_191, 8_192, 8_193, 25_000] {
            let bytes: Vec<u8> = (0..size).flat_map(u32::to_le_bytes).collect();
            let held = unread.hold(Response::new(Body::from(bytes.clone()))).expect("the first one");
            assert_eq!(held.body().size_hint().exact(), Some(bytes.len() as u64));
            assert_eq!(held.body().is_end_stream(), bytes.is_empty());
            assert_eq!(to_bytes(held.into_body(), usize::MAX).await.expect("read"), bytes);
        }
    }

    #[tokio::test]
    async fn an_answer_counts_until_its_last_byte_is_asked_for() {
        let unread = unread(&places(u64::MAX), u64::MAX);
        let mut body = unread.hold(answer(PIECE)).expect("held").into_body();
        let mut context = Context::from_waker(std::task::Waker::noop());
        for length in [PIECE - 1, 1] {
            assert!(!body.is_end_stream() && waiting(&unread) == PIECE as u64 + BESIDE);
            let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) else {
                panic!("no piece")
            };
            assert_eq!(frame.into_data().map(|bytes| bytes.len()).ok(), Some(length));
        }
        assert!(body.is_end_stream());
        drop(body);
        assert_eq!(waiting(&unread), 0);
    }

    #[tokio::test]
    async fn what_waits_is_bounded_on_a_connection_and_freed_when_read_or_dropped() {
        let places = places(u64::MAX);
        let here = unread(&places, 250_000);
        let (one, two) = (here.hold(answer(100_000)), here.hold(answer(100_000)));
        assert!(one.is_some() && two.is_some());
        assert!(here.hold(answer(100_000)).is_none());
        assert!(here.hold(answer(PIECE)).is_some(), "small answers are not refused");
        let other = unread(&places, 250_000);
        assert!(other.hold(answer(100_000)).is_some(), "another connection has its own count");
        drop(one);
        let three = here.hold(answer(100_000)).expect("there is room again");
        to_bytes(three.into_body(), usize::MAX).await.expect("read");
        drop(two);
        assert_eq!((waiting(&here), waiting(&other), places.unread()), (0, 0, 0));
    }

    #[test]
    fn what_waits_is_bounded_on_all_connections_together() {
        let places = places(250_000);
        let held: Vec<_> = (0..5).filter_map(|_| unread(&places, u64::MAX).hold(answer(100_000))).collect();
        assert_eq!(held.len(), 2);
        assert!(unread(&places, u64::MAX).hold(answer(100)).is_some(), "small answers are not refused");
    }

    #[test]
    fn however_many_hold_answers_at_once_the_count_comes_out_even() {
        let places = places(1_000_000);
        let here = unread(&places, 500_000);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for size in 0..2_000 {
                        let mine = here.hold(answer(size * 40));
                        assert!(mine.is_some() || size * 40 > PIECE, "a small one was refused");
                    }
                });
            }
        });
        assert_eq!((waiting(&here), places.unread()), (0, 0));
    }

    #[tokio::test]
    async fn who_lets_most_wait_makes_room_for_others() {
        let places = places(500_000);
        let connection = |size| {
            let activity = Activity::new();
            let place = places.take("192.0.2.1".parse().expect("an address"), &activity).expect("a place");
            let unread = Unread::new(&activity, &places, u64::MAX);
            (unread.hold(answer(size)), activity, place)
        };
        let (large, small) = (connection(300_000), connection(100_000));
        let (large_activity, small_activity) = (large.1.clone(), small.1.clone());
        for activity in [&large_activity, &small_activity] {
            activity.blocks(true);
        }
        assert!(connection(200_000).0.is_none(), "nobody has waited for long enough");
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        assert!(connection(200_000).0.is_some(), "the large one has to go");
        assert_eq!(large_activity.end(LONG, LONG).await, "unread");
        assert!(!small_activity.is_cut());
        assert!(connection(200_000).0.is_some(), "what is about to go counts as gone");
        drop(large);
        assert!(connection(200_000).0.is_some());
        drop(small);
    }
}
