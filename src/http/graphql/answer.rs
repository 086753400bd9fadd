//! From the answer of the layer below to an HTTP response.
//!
//! GraphQL over HTTP, "Status Codes" and, for `application/json`, its section on clients from before.

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use super::budget;
use super::caching::{self, Caching};
use super::negotiate::Format;
use crate::graphql::Answer;
use crate::http::log_fields::LogFields;
use crate::services::budgets::whole_seconds;
use crate::services::error::Code;

/// The response: status, headers, and the body as it came.
pub fn respond(answer: Answer, format: Format) -> Response {
    let is_executed = matches!(answer, Answer::Executed { .. });
    let (status, body, code, max_age, report) = match answer {
        Answer::Executed { body, code, max_age, report } => {
            (executed_status(code, format), body, code, max_age, report)
        }
        Answer::Refused { body, code, mutation_on_get, report } => {
            let status =
                if mutation_on_get { StatusCode::METHOD_NOT_ALLOWED } else { refusal_status(code, format) };
            (status, body, Some(code), None, report)
        }
    };
    let caching = max_age.map(|max_age| Caching::of(&body, max_age));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(charge) = &report.charge {
        budget::tell(headers, charge);
    }
    if let Some(wait) = report.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait).max(1)));
    }
    headers.insert(CONTENT_TYPE, format.content_type());
    match caching {
        Some(caching) => caching.tell(headers),
        None => caching::forbid(headers),
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response.extensions_mut().insert(LogFields { code, is_executed, report });
    response
}

/// The status of a request that was executed: one with errors beside its data is a partial success, for which the
/// specification's first edition (September 2026) recommends 294.
fn executed_status(code: Option<Code>, format: Format) -> StatusCode {
    match (code, format) {
        (Some(_), Format::GraphqlResponse) => StatusCode::from_u16(294).unwrap_or(StatusCode::OK),
        _ => StatusCode::OK,
    }
}

/// The status of a well-formed request that was not executed.
///
/// Under `application/json` whatever is wrong with the request itself is told in a 200, because a
/// client from before takes any other status for a proxy's. That the service is over its budget or
/// broken is a matter of the proxies, too, and is told by status under both media types.
fn refusal_status(code: Code, format: Format) -> StatusCode {
    let (status, is_for_proxies) = match code {
        Code::Unauthenticated => (StatusCode::UNAUTHORIZED, false),
        Code::Forbidden => (StatusCode::FORBIDDEN, false),
        Code::BadRequest | Code::CostExceeded | Code::PersistedQueryNotFound => {
            (StatusCode::BAD_REQUEST, false)
        }
        Code::Throttled => (StatusCode::TOO_MANY_REQUESTS, true),
        Code::Timeout => (StatusCode::GATEWAY_TIMEOUT, true),
        Code::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, true),
        Code::Internal => (StatusCode::INTERNAL_SERVER_ERROR, true),
    };
    if format == Format::Json && !is_for_proxies { StatusCode::OK } else { status }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::graphql::Report;

    fn refused(code: Code, format: Format, mutation_on_get: bool) -> Response {
        respond(
            Answer::Refused { code, body: Bytes::new(), mutation_on_get, report: Report::default() },
            format,
        )
    }

    #[test]
    fn every_refusal_has_its_status_under_each_media_type() {
        let table = [
            (Code::BadRequest, 400, 200),
            (Code::CostExceeded, 400, 200),
            (Code::PersistedQueryNotFound, 400, 200),
            (Code::Unauthenticated, 401, 200),
            (Code::Forbidden, 403, 200),
            (Code::Throttled, 429, 429),
            (Code::Timeout, 504, 504),
            (Code::Unavailable, 503, 503),
            (Code::Internal, 500, 500),
        ];
        for (code, newer, legacy) in table {
            let status = |format| refused(code, format, false).status().as_u16();
            assert_eq!(status(Format::GraphqlResponse), newer, "{code}");
            assert_eq!(status(Format::Json), legacy, "{code}");
        }
    }

    #[test]
    fn what_was_executed_is_200_and_294_where_it_has_errors_and_the_media_type_knows() {
        for (format, code, status) in [
            (Format::GraphqlResponse, None, 200),
            (Format::GraphqlResponse, Some(Code::Internal), 294),
            (Format::Json, None, 200),
            (Format::Json, Some(Code::Internal), 200),
        ] {
            let answer =
                Answer::Executed { body: Bytes::new(), code, max_age: None, report: Report::default() };
            let response = respond(answer, format);
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()["content-type"], format.content_type());
        }
    }

    #[test]
    fn a_mutation_by_get_is_405_with_allow_under_each_media_type() {
        for format in [Format::GraphqlResponse, Format::Json] {
            let response = refused(Code::BadRequest, format, true);
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()["allow"], "POST");
        }
    }

    #[test]
    fn the_code_goes_to_the_log() {
        let response = refused(Code::Throttled, Format::Json, false);
        let fields = response.extensions().get::<LogFields>().expect("present");
        assert_eq!(fields.code, Some(Code::Throttled));
    }
}
