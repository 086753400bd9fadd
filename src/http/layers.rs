//! What happens to every request and answer, whatever its route.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use futures_util::FutureExt;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::error;

use super::caller::{APOLLO_CLIENT_NAME, APOLLO_CLIENT_VERSION, CLIENT, MARKET, REQUEST_ID, RequestId};
use super::error::{JSON, Rejection};
use super::options::Options;
use super::origin::is_loopback;
use super::request_log;

/// Bodies up to this many bytes are sent as they are.
const WORTH_COMPRESSING: u64 = 1024;
/// The level for brotli and gzip alike: quick, and most of the gain.
const COMPRESSION_LEVEL: i32 = 4;

/// Puts the layers around the routes. The last one added is the first to see a request.
pub fn wrap(routes: Router, options: &Options) -> Router {
    let mut wrapped = routes.layer(from_fn(security_headers));
    if options.compression {
        wrapped = wrapped.layer(compression());
    }
    if options.development {
        wrapped = wrapped.layer(loopback_cors());
    }
    wrapped.layer(from_fn(catch_panic)).layer(from_fn(request_log::log))
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
/// Content-Security-Policy sets its own.
async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(COMPRESSION_LEVEL))
        .compress_when(SizeAbove::new(WORTH_COMPRESSING + 1).and(NotForContentType::IMAGES))
}

/// CORS for developers: a page on this machine, on whatever port, may call the API.
fn loopback_cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(|origin, _| is_loopback(origin)))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT])
        .allow_headers([
            ACCEPT,
            ACCEPT_LANGUAGE,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_NONE_MATCH,
            MARKET,
            CLIENT,
            APOLLO_CLIENT_NAME,
            APOLLO_CLIENT_VERSION,
            HeaderName::from_static("apollo-require-preflight"),
            HeaderName::from_static("traceparent"),
            REQUEST_ID,
        ])
        .expose_headers([
            ETAG,
            RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            REQUEST_ID,
        ])
        .max_age(Duration::from_hours(2))
}
