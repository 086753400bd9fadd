//! What happens to every request and answer, whatever its route.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt;
use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::error;

use super::caller::RequestId;
use super::cors;
use super::error::{JSON, Rejection};
use super::metrics::Feed;
use super::options::Options;
use super::request_log;
use super::sending;

/// Who may embed an answer (Fetch standard, Cross-Origin-Resource-Policy).
pub const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A year. Of other hosts below the same domain we know nothing, so nothing is said of them.
const HSTS: &str = "max-age=31536000";

/// Puts the layers around the routes. The last one added is the first to see a request.
pub fn wrap(routes: Router, options: &Options) -> Router {
    let front = Arc::new(Front { feed: Feed::new(options), hsts: options.hsts });
    sending::wrap(routes, options).layer(cors::layer(options)).layer(from_fn_with_state(front, pass))
}

/// What the outermost layer knows.
struct Front {
    feed: Feed,
    hsts: bool,
}

/// The outermost layer: a line of log, headers, panics. One layer for all three, as each takes a box of its own.
async fn pass(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let answer = async |request| {
        let mut response = catch_panic(request, next).await;
        secure(response.headers_mut(), front.hsts);
        response
    };
    request_log::log(&front.feed, request, answer).await
}

/// A panic becomes 500 with the request's id; what it said goes to the log only.
async fn catch_panic(request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions());
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            error!(request_id = id.as_str(), panic = panic_message(&*panic), "a handler panicked");
            Rejection::internal().into_response(id.as_str(), JSON)
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Headers that tell a browser to believe nothing but the answer itself. A route that needs a wider
/// Content-Security-Policy, or whose files others may show, sets its own.
pub fn secure(headers: &mut HeaderMap, hsts: bool) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.entry(RESOURCE_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    if hsts {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}
