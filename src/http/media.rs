//! `/media`: the pictures of an embedded shop, straight from a folder.

use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, RANGE};
use http::{HeaderValue, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::caller::RequestId;
use super::error::{JSON, Rejection};
use super::secure::RESOURCE_POLICY;

/// The path that the files are served below.
pub const PREFIX: &str = "/media";

/// Media may have been uploaded by anybody: opened as a page of its own, an SVG runs no script and
/// belongs to no origin.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The longest name of a file, in bytes: no common file system has longer ones.
const LONGEST_NAME: usize = 255;

/// The files below one folder: no listings, no hidden files, nothing outside.
#[derive(Clone)]
pub struct Media {
    files: ServeDir,
    caching: HeaderValue,
}

impl Media {
    /// Serves the files below `folder`, which clients may keep for `max_age`.
    pub fn new(folder: &Path, max_age: Duration) -> Self {
        let caching = format!("public, max-age={}", max_age.as_secs());
        let files = ServeDir::new(folder).append_index_html_on_directories(false);
        Self {
            files: files.redirect_to_trailing_slash(false),
            caching: HeaderValue::from_str(&caching).unwrap_or(HeaderValue::from_static("public")),
        }
    }

    /// Answers GET and HEAD, with ranges and `If-Modified-Since`.
    pub async fn serve(self, mut request: Request) -> Response {
        let id = RequestId::of(request.extensions());
        let not_found = || Rejection::not_found().into_response(id.as_str(), JSON);
        let Some(below) = path_below(request.uri()) else {
            return not_found();
        };
        *request.uri_mut() = below;
        if request.headers().get(RANGE).is_some_and(|range| !is_one_range(range)) {
            request.headers_mut().remove(RANGE);
        }
        let Ok(response) = self.files.oneshot(request).await;
        match response.status() {
            StatusCode::NOT_FOUND => not_found(),
            status if status.is_server_error() => Rejection::internal().into_response(id.as_str(), JSON),
            _ => {
                let mut response = response.map(Body::new);
                let headers = response.headers_mut();
                headers.insert(CACHE_CONTROL, self.caching);
                headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
                headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
                response
            }
        }
    }
}

/// Whether it asks for one range of bytes. Other units have to be ignored and many ranges may be
/// (RFC 9110, section 14.2).
fn is_one_range(range: &HeaderValue) -> bool {
    let range = range.as_bytes();
    range.len() > 6 && range[..6].eq_ignore_ascii_case(b"bytes=") && !range.contains(&b',')
}

/// The path within the folder; `None` if a part of it is hidden, leads upwards or cannot be a name.
fn path_below(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_prefix(PREFIX)?;
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let is_plain =
        |part: &str| part.len() <= LONGEST_NAME && !part.starts_with('.') && !part.contains(['\\', '\0']);
    decoded.split('/').all(is_plain).then(|| path.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_file_can_have_is_not_looked_for() {
        assert!(below(&format!("/media/{}", "a".repeat(255))).is_some());
        assert_eq!(below(&format!("/media/{}", "a".repeat(256))), None);
    }

    fn below(path: &str) -> Option<String> {
        path_below(&path.parse().expect("a uri")).map(|uri| uri.path().to_owned())
    }

    #[test]
    fn the_prefix_is_taken_off() {
        assert_eq!(below("/media/a/b%20c.svg").as_deref(), Some("/a/b%20c.svg"));
        assert_eq!(below("/media/a.b..c.svg?x=1").as_deref(), Some("/a.b..c.svg"));
    }

    #[test]
    fn ways_out_hidden_files_and_odd_names_are_nothing() {
        for path in [
            "/media/../secret",
            "/media/a/../../secret",
            "/media/%2e%2e/secret",
            "/media/%2E%2E%2Fsecret",
            "/media/..%5csecret",
            "/media/a%5c..%5csecret",
            "/media/.env",
            "/media/a/.git/config",
            "/media/a%00.svg",
            "/media/%ff.svg",
            "/other/a.svg",
        ] {
            assert_eq!(below(path), None, "{path}");
        }
    }
}
