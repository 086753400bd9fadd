//! What happens to every request and answer, whatever its route.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt;
use tracing::error;

use super::caller::RequestId;
use super::cors;
use super::count::Feed;
use super::error::{JSON, Rejection};
use super::options::Options;
use super::request_log;
use super::secure::secure;
use super::sending;

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
