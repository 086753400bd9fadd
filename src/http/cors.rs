//! Which pages of other origins may call the API (Fetch standard, CORS protocol).

use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use futures_util::future::Either;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    RETRY_AFTER,
};
use http::{HeaderName, HeaderValue, Method};
use tower::{Layer, Service};
use tower_http::cors::{AllowCredentials, AllowOrigin, CorsLayer};

use super::caller::{APOLLO_CLIENT_NAME, APOLLO_CLIENT_VERSION, CLIENT, MARKET, REQUEST_ID};
use super::options::Options;
use super::question::Question;

/// CORS for the pages of the shop's client apps and, in development, for any page on this machine, on whatever port.
///
/// Pages of client apps may send cookies along, too: browsers do that only within one site, where the cookies are the
/// shop's own.
pub fn layer(options: &Options) -> Cors {
    let (development, origins) = (options.development, options.origins.clone());
    let credentials = options.origins.clone();
    let is_allowed =
        move |origin: &HeaderValue| (development && is_loopback(origin)) || is_registered(&origins, origin);
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| is_allowed(origin)))
        .allow_credentials(AllowCredentials::predicate(move |origin, _| is_registered(&credentials, origin)))
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
        .max_age(Duration::from_hours(2));
    Cors(layer)
}

/// CORS that leaves OPTIONS to the routes where it is no preflight.
#[derive(Clone)]
pub struct Cors(CorsLayer);

impl<S: Clone> Layer<S> for Cors {
    type Service = Crossing<S>;

    fn layer(&self, inner: S) -> Crossing<S> {
        Crossing { plain: inner.clone(), cors: self.0.layer(inner) }
    }
}

/// The routes, with CORS around them and without.
#[derive(Clone)]
pub struct Crossing<S> {
    plain: S,
    cors: tower_http::cors::Cors<S>,
}

impl<S> Service<Request> for Crossing<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, <tower_http::cors::Cors<S> as Service<Request>>::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match self.plain.poll_ready(context) {
            Poll::Ready(Ok(())) => self.cors.poll_ready(context),
            waits => waits,
        }
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let is_preflight = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() == Method::OPTIONS && !is_preflight {
            Either::Left(self.plain.call(request))
        } else {
            Either::Right(self.cors.call(request))
        }
    }
}

fn is_registered(origins: &Question<str>, origin: &HeaderValue) -> bool {
    // `null` is what sandboxed pages of anybody send.
    origin.to_str().is_ok_and(|origin| origin != "null" && origins.ask(origin))
}

/// Whether an origin is `http` or `https` on `localhost`, `127.0.0.1` or `[::1]`, on any port.
pub fn is_loopback(origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let address = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    ["localhost", "127.0.0.1", "[::1]"]
        .into_iter()
        .filter_map(|host| address?.strip_prefix(host))
        .any(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_origins_on_any_port_are_known() {
        for origin in [
            "http://localhost",
            "http://localhost:3000",
            "https://localhost:8443",
            "http://127.0.0.1:5173",
            "https://[::1]:1",
        ] {
            assert!(is_loopback(&HeaderValue::from_static(origin)), "{origin}");
        }
    }

    #[test]
    fn origins_that_only_look_like_loopback_are_not() {
        for origin in [
            "null",
            "localhost",
            "ftp://localhost",
            "http://localhost.example.com",
            "http://localhost:80@example.com",
            "http://localhost:",
            "http://localhost:+80",
            "http://localhost:99999",
            "http://127.0.0.10",
            "http://example.com",
            "http://example.com/http://localhost",
        ] {
            assert!(!is_loopback(&HeaderValue::from_static(origin)), "{origin}");
        }
    }
}
