//! How the wire refuses: one shape of body for every error that is not GraphQL's own.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::log_fields::LogFields;
use crate::services::error::Code;

/// The media type of errors outside `/graphql`.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A request that goes no further, and what its sender is told.
#[derive(Debug)]
pub struct Rejection {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// What a program should make of it.
    pub code: Code,
    /// What people are told.
    pub message: Cow<'static, str>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Rejection {
    /// A refusal with a message for people. The message must not tell anything of our insides.
    pub fn new(status: StatusCode, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadRequest, message)
    }

    /// 404: there is nothing at this address.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::BadRequest, "There is nothing at this address.")
    }

    /// 405: the address exists, the method does not. The router adds `Allow`.
    pub fn method_not_allowed() -> Self {
        let message = "This address does not answer that method; see the Allow header.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadRequest, message)
    }

    /// 500: a fault of ours. The request id is all that the client is told.
    pub fn internal() -> Self {
        let message = "Something went wrong on our side. The request id finds it in the log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, message)
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(self, name: HeaderName, value: &'static str) -> Self {
        self.with_value(name, HeaderValue::from_static(value))
    }

    /// Adds a header whose value is made for this answer.
    #[must_use]
    pub fn with_value(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The body: `{"errors":[{"message","extensions":{"code","requestId"}}]}`.
    pub fn body(&self, request_id: &str) -> String {
        json!({ "errors": [{
            "message": self.message,
            "extensions": { "code": self.code.as_str(), "requestId": request_id },
        }] })
        .to_string()
    }

    /// The answer, labelled with the media type that the client asked for.
    pub fn into_response(self, request_id: &str, media_type: HeaderValue) -> Response {
        let mut response = Response::new(Body::from(self.body(request_id)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media_type);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.headers);
        response.extensions_mut().insert(LogFields { code: Some(self.code), ..LogFields::default() });
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_a_list_of_one_error_with_code_and_request_id() {
        let body = Rejection::bad_request("No \"query\".").body("r-1");
        let expected = r#"{"errors":[{"message":"No \"query\".","extensions":{"code":"BAD_REQUEST","requestId":"r-1"}}]}"#;
        assert_eq!(body, expected);
    }

    #[test]
    fn headers_of_a_rejection_reach_the_answer() {
        let rejection = Rejection::not_found().with_header(http::header::ALLOW, "POST");
        let response = rejection.into_response("r-1", JSON);
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()["allow"], "POST");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
        let logged = response.extensions().get::<LogFields>().and_then(|fields| fields.code);
        assert_eq!(logged, Some(Code::BadRequest));
    }
}
