//! Which pages of other origins may call the API (Fetch standard, CORS protocol).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    ORIGIN, RETRY_AFTER, VARY,
};
use http::{HeaderName, HeaderValue, Method};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::cors::{AllowCredentials, AllowOrigin, CorsLayer};

use super::caller::{APOLLO_CLIENT_NAME, APOLLO_CLIENT_VERSION, CLIENT, MARKET, REQUEST_ID};
use super::options::Options;
use super::question::Question;

/// What answers depend on. Without an origin nothing else of CORS is told.
const DEPENDS_ON: HeaderValue =
    HeaderValue::from_static("origin, access-control-request-method, access-control-request-headers");

/// CORS for the pages of the shop's client apps and, in development, for any page on this machine, on whatever port.
///
/// Pages of client apps may send cookies along, too: browsers do that only within one site, where the cookies are the
/// shop's own.
pub struct Cors(CorsLayer);

impl Cors {
    /// CORS as the options say.
    pub fn new(options: &Options) -> Self {
        let (development, origins) = (options.development, options.origins.clone());
        let credentials = options.origins.clone();
        let is_allowed = move |origin: &HeaderValue| {
            (development && is_loopback(origin)) || is_registered(&origins, origin)
        };
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| is_allowed(origin)))
            .allow_credentials(AllowCredentials::predicate(move |origin, _| {
                is_registered(&credentials, origin)
            }))
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
        Self(layer)
    }

    /// Answers a request, and tells whose pages may read the answer. OPTIONS is left to the routes where it is no
    /// preflight.
    pub async fn answer<F: Future<Output = Response>>(
        &self,
        request: Request,
        mut answer: impl FnMut(Request) -> F,
    ) -> Response {
        let is_preflight = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() == Method::OPTIONS && !is_preflight {
            return answer(request).await;
        }
        if request.method() != Method::OPTIONS && !request.headers().contains_key(ORIGIN) {
            let mut response = answer(request).await;
            response.headers_mut().append(VARY, DEPENDS_ON);
            return response;
        }
        let routes = service_fn(|request| answer(request).map(Ok::<_, Infallible>));
        let Ok(response) = self.0.layer(routes).oneshot(request).await;
        response
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
