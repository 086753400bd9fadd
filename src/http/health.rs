//! Is the process alive, and should it be sent requests?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use tracing::warn;

use super::error::JSON;

/// A check that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(2);

type Check = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Whether this process wants requests: asked of the layer below, unless it is shutting down.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    check: Check,
    draining: AtomicBool,
}

impl Health {
    /// Health as `check` finds it. What it fails with is logged and never sent.
    pub fn new<C, F>(check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let check: Check = Box::new(move || check().boxed());
        Self(Arc::new(Inner { check, draining: AtomicBool::new(false) }))
    }

    /// From now on not ready: the process has been told to stop.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    async fn status(&self, patience: Duration) -> (StatusCode, &'static str) {
        if self.0.draining.load(Ordering::Relaxed) {
            return (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"draining"}"#);
        }
        let outcome = tokio::time::timeout(patience, (self.0.check)()).await;
        match outcome.unwrap_or_else(|_| Err("the check took too long".to_owned())) {
            Ok(()) => (StatusCode::OK, r#"{"status":"ready"}"#),
            Err(reason) => {
                warn!(reason, "not ready");
                (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unavailable"}"#)
            }
        }
    }
}

/// `/health/live`: the process runs and answers.
pub async fn live() -> Response {
    respond(StatusCode::OK, r#"{"status":"live"}"#)
}

/// `/health/ready`: 200 if what it needs answers, else 503.
pub async fn ready(State(health): State<Health>) -> Response {
    let (status, body) = health.status(PATIENCE).await;
    respond(status, body)
}

fn respond(status: StatusCode, body: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ready_follows_the_check_and_tells_nothing_of_its_reason() {
        let healthy = Health::new(|| async { Ok(()) });
        assert_eq!(healthy.status(PATIENCE).await, (StatusCode::OK, r#"{"status":"ready"}"#));
        let broken = Health::new(|| async { Err("no such table: secret".to_owned()) });
        let (status, body) = broken.status(PATIENCE).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!body.contains("secret"));
    }

    #[tokio::test]
    async fn a_draining_process_is_not_ready_though_its_check_passes() {
        let health = Health::new(|| async { Ok(()) });
        health.clone().drain();
        assert_eq!(health.status(PATIENCE).await.0, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_check_that_hangs_is_a_check_that_fails() {
        let health = Health::new(std::future::pending);
        let (status, _) = health.status(Duration::from_millis(20)).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }
}
