//! Headers that every answer bears for its safety in browsers.

use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Who may embed an answer (Fetch standard, Cross-Origin-Resource-Policy).
pub const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A year. Of other hosts below the same domain we know nothing, so nothing is said of them.
const HSTS: &str = "max-age=31536000";

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
