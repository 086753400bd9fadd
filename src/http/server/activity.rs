//! Whether anything goes on on a connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

/// Counts the requests that run on one connection and remembers when something last happened.
#[derive(Clone)]
pub(super) struct Activity(Arc<Inner>);

struct Inner {
    opened: Instant,
    running: AtomicUsize,
    /// Milliseconds from `opened` to the last sign of life.
    latest: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            opened: Instant::now(),
            running: AtomicUsize::new(0),
            latest: AtomicU64::new(0),
        }))
    }

    /// Answers a request, and takes each piece of the answer that the client reads for a sign of life.
    pub(super) async fn during(
        self,
        answer: impl Future<Output = Result<Response, Infallible>>,
    ) -> Result<Response, Infallible> {
        let running = Running::start(self.clone());
        let Ok(response) = answer.await;
        drop(running);
        Ok(response.map(|body| Body::new(Watched { body, activity: self })))
    }

    /// Returns once nothing has happened for `limit` and no request is running.
    pub(super) async fn idle_for(&self, limit: Duration) {
        loop {
            let latest = Duration::from_millis(self.0.latest.load(Ordering::Relaxed));
            let due = self.0.opened + latest + limit;
            let is_running = self.0.running.load(Ordering::Relaxed) > 0;
            let now = Instant::now();
            if !is_running && now >= due {
                return;
            }
            tokio::time::sleep_until(if is_running { now + limit } else { due }).await;
        }
    }

    fn touch(&self) {
        let now = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.latest.store(now, Ordering::Relaxed);
    }
}

/// One running request; over when dropped, also if the client hangs up in the middle.
struct Running(Activity);

impl Running {
    fn start(activity: Activity) -> Self {
        activity.0.running.fetch_add(1, Ordering::Relaxed);
        Self(activity)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.touch();
        self.0.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Watched {
    body: Body,
    activity: Activity,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.activity.touch();
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
