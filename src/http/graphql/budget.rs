//! The headers that tell how a budget stands: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10,
//! structured fields of RFC 9651), and `Retry-After` (RFC 9110, section 10.2.3). The unit is a point, an object.

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::services::budgets::{Charge, whole_seconds};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Tells what a caller may spend, what is left of it and when it will be whole; with a refusal, when to come again.
pub fn tell(headers: &mut HeaderMap, charge: &Charge) {
    let window = charge.limit.div_ceil(charge.restore_rate.max(1));
    let full_in = whole_seconds(charge.full_in);
    // Names of policies are of letters that need no escape in a structured field's string.
    put(headers, RATE_LIMIT_POLICY, &format!("\"{}\";q={};w={window}", charge.policy, charge.limit));
    put(headers, RATE_LIMIT, &format!("\"{}\";r={};t={full_in}", charge.policy, charge.remaining));
    if let Some(wait) = charge.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait).max(1)));
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn headers_are_structured_fields() {
        let charge = Charge {
            policy: "anonymous".into(),
            limit: 40_000,
            remaining: 39_989,
            restore_rate: 1000,
            full_in: Duration::from_millis(11),
            retry_after: None,
        };
        let mut headers = HeaderMap::new();
        tell(&mut headers, &charge);
        assert_eq!(headers["ratelimit-policy"], "\"anonymous\";q=40000;w=40");
        assert_eq!(headers["ratelimit"], "\"anonymous\";r=39989;t=1");
        assert!(!headers.contains_key("retry-after"));

        let refused = Charge { remaining: 0, retry_after: Some(Duration::from_millis(1)), ..charge };
        tell(&mut headers, &refused);
        assert_eq!(headers["ratelimit"], "\"anonymous\";r=0;t=1");
        assert_eq!(headers["retry-after"], "1");
    }
}
