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
use super::cors::Cors;
use super::count::Feed;
use super::error::{JSON, Rejection};
use super::options::Options;
use super::request_log;
use super::secure::secure;
use super::sending::{Sending, compress};

/// Puts the layers around the routes.
///
/// Each layer of a router takes boxes of its own and copies all that lies below it for each request. So compression,
/// which has to be one, is the only one beside [`pass`].
pub fn wrap(routes: Router, options: &Options) -> Router {
    let front = Front {
        feed: Feed::new(options),
        cors: Cors::new(options),
        sending: Sending::new(options),
        hsts: options.hsts,
    };
    compress(routes, options).layer(from_fn_with_state(Arc::new(front), pass))
}

/// What is done to all requests and answers, from the outside inwards.
struct Front {
    feed: Feed,
    hsts: bool,
    cors: Cors,
    sending: Sending,
}

impl Front {
    async fn answer(&self, request: Request, mut next: Next) -> Response {
        let send = |request| self.sending.send(request, &mut next);
        let mut response = catch_panic(request, |request| self.cors.answer(request, send)).await;
        secure(response.headers_mut(), self.hsts);
        response
    }
}

async fn pass(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    request_log::log(&front.feed, request, |request| front.answer(request, next)).await
}

/// A panic becomes 500 with the request's id; what it said goes to the log only.
async fn catch_panic<F: Future<Output = Response>>(
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let id = RequestId::of(request.extensions());
    match AssertUnwindSafe(answer(request)).catch_unwind().await {
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
