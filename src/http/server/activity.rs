//! Whether anything goes on on a connection, and whether it has to end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::watched::Watched;

/// So many requests more than were answered may be given up before the connection ends: who opens streams of HTTP/2
/// only to reset them (CVE-2023-44487) makes work that nobody waits for.
const GIVEN_UP: u64 = 100;
/// Of a moment that did not come.
const NEVER: u64 = u64::MAX;

/// Counts the requests that run on one connection and remembers when something last happened.
#[derive(Clone)]
pub(super) struct Activity(Arc<Inner>);

struct Inner {
    opened: Instant,
    running: AtomicUsize,
    /// Milliseconds from `opened` to the last sign of life.
    latest: AtomicU64,
    answered: AtomicU64,
    given_up: AtomicU64,
    answers: Mutex<Answers>,
    /// Bytes of answers that wait for the client.
    unread: AtomicU64,
    /// Since when (as `latest`) the system takes nothing more for the client.
    blocked: AtomicU64,
    cut: OnceLock<&'static str>,
    wake: Notify,
}

/// The answers that are being sent, and since when (as `latest`) each waits for the client; `None` where it waits for us.
#[derive(Default)]
struct Answers {
    next: u64,
    open: HashMap<u64, Option<u64>>,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            opened: Instant::now(),
            running: AtomicUsize::new(0),
            latest: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            answers: Mutex::default(),
            unread: AtomicU64::new(0),
            blocked: AtomicU64::new(NEVER),
            cut: OnceLock::new(),
            wake: Notify::new(),
        }))
    }

    /// Answers a request, and takes each piece of the answer that the client reads for a sign of life.
    pub(super) async fn during(
        self,
        answer: impl Future<Output = Result<Response, Infallible>>,
    ) -> Result<Response, Infallible> {
        let mut running = Running::start(self.clone());
        let Ok(response) = answer.await;
        running.is_answered = true;
        drop(running);
        Ok(response.map(|body| Body::new(Watched::new(body, self.send()))))
    }

    /// Sends an answer, for as long as what is answered is held.
    fn send(self) -> Sending {
        let now = self.touch();
        let id = {
            let mut answers = self.answers();
            answers.next += 1;
            let id = answers.next;
            answers.open.insert(id, Some(now));
            id
        };
        Sending { activity: self, id }
    }

    /// Says whether the system takes bytes for the client.
    pub(super) fn blocks(&self, is_blocked: bool) {
        if is_blocked {
            let now = self.now();
            let _ = self.0.blocked.compare_exchange(NEVER, now, Ordering::Relaxed, Ordering::Relaxed);
        } else {
            self.0.blocked.store(NEVER, Ordering::Relaxed);
        }
    }

    /// How many bytes of answers wait for the client, by what [`super::unread`] counts.
    pub(super) fn unread(&self) -> &AtomicU64 {
        &self.0.unread
    }

    /// Counts as a running request for as long as it is held.
    pub(super) fn busy(&self) -> Busy {
        self.0.running.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    /// Ends the connection.
    pub(super) fn cut(&self, why: &'static str) {
        if self.0.cut.set(why).is_ok() {
            self.0.wake.notify_one();
        }
    }

    /// Since when nothing has been going on here; `None` where something is.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let is_busy = self.0.running.load(Ordering::Relaxed) > 0 || !self.answers().open.is_empty();
        (!is_busy).then(|| self.0.opened + Duration::from_millis(self.0.latest.load(Ordering::Relaxed)))
    }

    /// Since when the client has taken nothing of what is there for it; `None` where nothing is.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        let of_answers = self.answers().open.values().copied().flatten().min();
        let blocked = self.0.blocked.load(Ordering::Relaxed);
        let since = of_answers.into_iter().chain((blocked != NEVER).then_some(blocked)).min()?;
        Some(self.0.opened + Duration::from_millis(since))
    }

    /// Whether it was told to end.
    pub(super) fn is_cut(&self) -> bool {
        self.0.cut.get().is_some()
    }

    /// Whether any request was answered or given up here.
    pub(super) fn has_spoken(&self) -> bool {
        self.0.answered.load(Ordering::Relaxed) + self.0.given_up.load(Ordering::Relaxed) > 0
    }

    /// Returns once the connection has to end, with the reason: it was cut, nothing has happened for `idle` and no
    /// request is running, or the client has taken nothing of an answer for `stalled`.
    pub(super) async fn end(&self, idle: Duration, stalled: Duration) -> &'static str {
        loop {
            if let Some(why) = self.0.cut.get() {
                return why;
            }
            let is_busy = self.0.running.load(Ordering::Relaxed) > 0
                || self.answers().open.values().any(Option::is_none);
            let now = Instant::now();
            let stalls_at = self.waits_since().map(|since| since + stalled);
            let idles_at =
                self.0.opened + Duration::from_millis(self.0.latest.load(Ordering::Relaxed)) + idle;
            if stalls_at.is_some_and(|due| now >= due) {
                return "stalled";
            }
            if !is_busy && now >= idles_at {
                return "idle";
            }
            let due = if is_busy { now + idle } else { idles_at };
            let due = stalls_at.map_or(due.min(now + stalled), |stalls| stalls.min(due));
            // Cutting wakes at once; whatever else changes is seen at the next look.
            let _ = tokio::time::timeout_at(due, self.0.wake.notified()).await;
        }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.0.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }

    fn touch(&self) -> u64 {
        let now = self.now();
        self.0.latest.store(now, Ordering::Relaxed);
        now
    }
}

/// Something that goes on beside requests: a socket.
pub struct Busy(Activity);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.touch();
        self.0.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One running request; over when dropped, also if the client hangs up in the middle.
struct Running {
    activity: Activity,
    is_answered: bool,
}

impl Running {
    fn start(activity: Activity) -> Self {
        activity.0.running.fetch_add(1, Ordering::Relaxed);
        Self { activity, is_answered: false }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let inner = &self.activity.0;
        self.activity.touch();
        inner.running.fetch_sub(1, Ordering::Relaxed);
        if self.is_answered {
            inner.answered.fetch_add(1, Ordering::Relaxed);
        } else {
            let given_up = inner.given_up.fetch_add(1, Ordering::Relaxed) + 1;
            if given_up > inner.answered.load(Ordering::Relaxed) + GIVEN_UP {
                self.activity.cut("resets");
            }
        }
    }
}

/// One answer that is being sent; over when dropped.
pub(super) struct Sending {
    activity: Activity,
    id: u64,
}

impl Sending {
    /// The client has taken what it was given, so this is a sign of life. From now on it waits for us, or we for it.
    pub(super) fn goes_on(&self, waits_for_client: bool) {
        let now = self.activity.touch();
        self.activity.answers().open.insert(self.id, waits_for_client.then_some(now));
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.activity.touch();
        self.activity.answers().open.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use axum::body::{Bytes, HttpBody as _};

    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn who_gives_up_more_than_is_answered_is_cut_off() {
        let activity = Activity::new();
        for _ in 0..GIVEN_UP {
            drop(Running::start(activity.clone()));
        }
        let answered = activity.clone().during(async { Ok(Response::default()) }).await;
        drop(answered);
        drop(Running::start(activity.clone()));
        assert!(activity.0.cut.get().is_none(), "one was answered, so one more may be given up");
        drop(Running::start(activity.clone()));
        assert_eq!(activity.end(LONG, LONG).await, "resets");
    }

    #[tokio::test]
    async fn an_answer_that_waits_for_us_is_no_idle_connection_and_one_that_waits_for_the_client_stalls() {
        let activity = Activity::new();
        let short = Duration::from_millis(20);
        let ours = futures_util::stream::pending::<Result<Bytes, Infallible>>();
        let answer = async { Ok(Response::new(Body::from_stream(ours))) };
        let Ok(response) = activity.clone().during(answer).await;
        let mut body = response.into_body();
        let read = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        assert!(tokio::time::timeout(short, read).await.is_err());
        let ends = activity.end(short, LONG);
        assert!(tokio::time::timeout(short * 5, ends).await.is_err(), "it waits for us");
        drop(body);

        let Ok(unread) = activity.clone().during(async { Ok(Response::new(Body::from("x"))) }).await;
        assert_eq!(activity.end(LONG, short).await, "stalled");
        drop(unread);
        assert_eq!(activity.end(short, LONG).await, "idle");
    }

    #[tokio::test]
    async fn a_connection_that_takes_no_bytes_stalls_and_one_that_takes_some_again_does_not() {
        let activity = Activity::new();
        let short = Duration::from_millis(20);
        let _socket = activity.busy();
        activity.blocks(true);
        activity.blocks(false);
        assert!(tokio::time::timeout(short * 5, activity.end(LONG, short)).await.is_err(), "it took some");
        activity.blocks(true);
        let since = activity.waits_since().expect("it waits");
        activity.blocks(true);
        assert_eq!(activity.waits_since(), Some(since), "asking again is no progress");
        assert_eq!(activity.end(LONG, short).await, "stalled");
    }
}
