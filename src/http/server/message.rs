//! What hyper lets pass and RFC 9112 does not: requests that a proxy in front may have read otherwise.

use http::header::{CONNECTION, HOST, TRANSFER_ENCODING};
use http::{Request, Version};

use crate::http::error::Rejection;

/// Why a request is refused before any route sees it; the connection ends with it.
///
/// A request of HTTP/1.1 names exactly one host (RFC 9112, section 3.2), and its body has no coding but `chunked`
/// (section 6.1: a server answers 400 or 501 to one that it does not understand).
pub(super) fn problem<B>(request: &Request<B>) -> Option<Rejection> {
    if request.version() > Version::HTTP_11 {
        return None;
    }
    let headers = request.headers();
    let hosts = headers.get_all(HOST).iter().count();
    let message = if hosts > 1 {
        "A request has one Host header."
    } else if hosts == 0 && request.version() == Version::HTTP_11 {
        "A request of HTTP/1.1 has a Host header."
    } else if headers
        .get_all(TRANSFER_ENCODING)
        .iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
    {
        "A body is sent plainly or chunked; Transfer-Encoding knows nothing else here."
    } else {
        return None;
    };
    Some(Rejection::bad_request(message).with_header(CONNECTION, "close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(version: Version, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().version(version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        problem(&request.body(()).expect("valid")).is_some()
    }

    #[test]
    fn one_host_and_a_plain_or_chunked_body_pass() {
        assert!(!is_refused(Version::HTTP_11, &[("host", "shop")]));
        assert!(!is_refused(Version::HTTP_11, &[("host", "shop"), ("transfer-encoding", "Chunked")]));
        assert!(!is_refused(Version::HTTP_10, &[]));
        assert!(!is_refused(Version::HTTP_2, &[]));
    }

    #[test]
    fn no_host_two_hosts_and_other_codings_are_refused() {
        assert!(is_refused(Version::HTTP_11, &[]));
        assert!(is_refused(Version::HTTP_11, &[("host", "shop"), ("host", "shop")]));
        assert!(is_refused(Version::HTTP_10, &[("host", "a"), ("host", "b")]));
        assert!(is_refused(Version::HTTP_11, &[("host", "shop"), ("transfer-encoding", "gzip, chunked")]));
    }
}
