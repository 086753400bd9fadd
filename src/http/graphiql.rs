//! `/graphiql`: the page for trying the API, carried in the binary.

use std::borrow::Cow;
use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::Embed;

use super::caller::RequestId;
use super::error::{JSON, Rejection};

/// What `npm run build` made of `web/`; nothing if it has not been built.
#[derive(Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Bundle;

/// Nothing from elsewhere, no inline script, no frame around it. Styles are set by the editor as it
/// runs, and its workers start from blobs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>GraphiQL is not \
    built</title><h1>GraphiQL is not built</h1><p>Run <code>make web</code>, then build and start the \
    server again. The API itself answers at <code>/graphql</code>.</p></html>";

/// The page and all that belongs to it.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches("/graphiql").trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match (Bundle::get(path), path) {
        (Some(file), _) => {
            let file = File { path, bytes: file.data, hash: file.metadata.sha256_hash() };
            respond(file, request.headers())
        }
        (None, "index.html") => not_built(),
        (None, _) => {
            let id = RequestId::of(request.extensions());
            Rejection::not_found().into_response(id.as_str(), JSON)
        }
    }
}

struct File<'a> {
    path: &'a str,
    bytes: Cow<'static, [u8]>,
    hash: [u8; 32],
}

fn respond(file: File<'_>, asked: &HeaderMap) -> Response {
    let mut response = Response::default();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching(file.path)));
    let tag = entity_tag(&file.hash);
    let is_known = asked.get(IF_NONE_MATCH).is_some_and(|known| names(known, &tag));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(file.path)));
    *response.body_mut() = Body::from(file.bytes);
    response
}

fn not_built() -> Response {
    let mut response = Response::new(Body::from(NOT_BUILT));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Weak, because the same file may also be sent compressed.
fn entity_tag(hash: &[u8; 32]) -> String {
    let digits = hash.iter().take(16).fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    format!("W/\"{digits}\"")
}

fn names(known: &HeaderValue, tag: &str) -> bool {
    let mut tags = known.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.any(|known| known == "*" || known == tag)
}

/// Below `assets/` a file's name holds the hash of its content; the page itself is asked for anew.
fn caching(path: &str) -> &'static str {
    if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, if_none_match: Option<&str>) -> Response {
        let file = File { path, bytes: Cow::Borrowed(b"content"), hash: [0xab; 32] };
        let mut asked = HeaderMap::new();
        if let Some(tag) = if_none_match {
            asked.insert(IF_NONE_MATCH, tag.parse().expect("valid"));
        }
        respond(file, &asked)
    }

    #[test]
    fn hashed_assets_are_kept_for_good_and_the_page_is_asked_for_anew() {
        let asset = get("assets/index-1a2b.js", None);
        assert_eq!(asset.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(asset.headers()["content-type"], "text/javascript; charset=utf-8");
        let page = get("index.html", None);
        assert_eq!(page.headers()["cache-control"], "no-cache");
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    }

    #[test]
    fn every_file_has_the_strict_policy() {
        let policy = get("index.html", None).headers()["content-security-policy"].clone();
        let policy = policy.to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("  "), "{policy}");
    }

    #[tokio::test]
    async fn a_known_tag_is_answered_304_without_a_body() {
        let tag = get("index.html", None).headers()["etag"].to_str().expect("text").to_owned();
        for known in [tag.clone(), format!("\"x\", {tag}"), "*".to_owned()] {
            let response = get("index.html", Some(&known));
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            let body = axum::body::to_bytes(response.into_body(), 100).await.expect("read");
            assert!(body.is_empty());
        }
        assert_eq!(get("index.html", Some("\"x\"")).status(), StatusCode::OK);
    }

    #[test]
    fn without_a_bundle_the_page_says_how_to_build_one() {
        assert_eq!(not_built().status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(NOT_BUILT.contains("make web"));
    }
}
