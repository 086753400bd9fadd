//! Answers that shared caches may keep: `Cache-Control`, `ETag` and `Vary` (RFC 9110 and 9111), and 304 for who has one.

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::services::clients::sha256_bytes;

/// What an answer depends on beside its address.
const DEPENDS_ON: HeaderValue = HeaderValue::from_static(
    "accept, accept-language, apollographql-client-name, authorization, cookie, vitrine-client, vitrine-market",
);

/// Bytes of the hash that tell one answer from another.
const TAG: usize = 16;

/// How an answer may be kept.
#[derive(Debug)]
pub struct Caching {
    max_age: u32,
    tag: String,
}

impl Caching {
    /// An answer that holds for so many seconds.
    pub fn of(body: &[u8], max_age: u32) -> Self {
        // Compressed or not it is the same answer, so the tag is a weak one.
        Self { max_age, tag: format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&sha256_bytes(body)[..TAG])) }
    }

    /// Tells caches.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let control = HeaderValue::from_str(&format!("public, max-age={}", self.max_age));
        let (Ok(control), Ok(tag)) = (control, HeaderValue::from_str(&self.tag)) else { return };
        headers.insert(CACHE_CONTROL, control);
        headers.insert(ETAG, tag);
        headers.insert(VARY, DEPENDS_ON);
    }
}

/// Keeps caches from an answer that is for its caller alone.
pub fn forbid(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept, accept-language, vitrine-market"));
}

/// Leaves the body out for a client that has it already: 304 (RFC 9110, section 13.1.2).
pub fn unless_known(request: &HeaderMap, mut response: Response) -> Response {
    let Some(tag) = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()) else { return response };
    let mut known = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if response.status() == StatusCode::OK && known.any(|known| matches(known, tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response
}

fn matches(known: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|known| opaque(known) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &'static str) -> Response {
        let mut response = Response::new(Body::from(body));
        Caching::of(body.as_bytes(), 60).tell(response.headers_mut());
        response
    }

    fn asked(known: &str, body: &'static str) -> StatusCode {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, known.parse().expect("valid"));
        unless_known(&headers, answer(body)).status()
    }

    #[test]
    fn who_has_the_answer_is_not_sent_it_again() {
        let headers = answer("one").headers().clone();
        let tag = headers[ETAG].to_str().expect("plain").to_owned();
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=60");
        assert_eq!(asked(&tag, "one"), StatusCode::NOT_MODIFIED);
        assert_eq!(asked(tag.trim_start_matches("W/"), "one"), StatusCode::NOT_MODIFIED);
        assert_eq!(asked(&format!("\"x\", {tag}"), "one"), StatusCode::NOT_MODIFIED);
        assert_eq!(asked("*", "one"), StatusCode::NOT_MODIFIED);
        assert_eq!(asked(&tag, "two"), StatusCode::OK);
        assert_eq!(asked("x", "one"), StatusCode::OK);
    }

    #[test]
    fn an_answer_for_one_caller_is_never_304() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        let mut response = Response::new(Body::from("mine"));
        forbid(response.headers_mut());
        assert_eq!(unless_known(&headers, response).status(), StatusCode::OK);
    }
}
