//! `/graphql/stream`: answers as Server-Sent Events, by the protocol "GraphQL over SSE" in its distinct connections mode,
//! <https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY};
use http::{HeaderValue, Method, StatusCode};

use super::caller::RequestId;
use super::error::{JSON, Rejection};
use super::graphql::body::RequestBody;
use super::graphql::negotiate::{Format, takes_events};
use super::graphql::{answer, budget, methods, receive};
use super::log_fields::LogFields;
use super::options::Options;
use super::session::set_cookies;
use crate::graphql::{Answer, Caller, Decoded};
use crate::services::AppContext;
use crate::services::error::Code;

/// Answers GET (and with it HEAD), POST and OPTIONS, and says why there is no PUT and DELETE.
pub fn endpoint<S, E, F>(options: Arc<Options>, app: Option<Arc<AppContext>>, execute: E) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    E: Fn(Decoded, bool, Caller) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let handler = move |request: Request| {
        let (options, app, execute) = (options.clone(), app.clone(), execute.clone());
        async move { handle(request, &options, app.as_deref(), execute).await }
    };
    get(handler.clone()).post(handler).options(methods).put(reserve).delete(reserve)
}

/// The single connection mode begins with PUT and ends with DELETE.
async fn reserve(request: Request) -> Response {
    let message = "Each operation has a connection of its own here: there are no reservations.";
    let rejection = Rejection::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadRequest, message)
        .with_header(ALLOW, "GET, HEAD, POST, OPTIONS");
    rejection.into_response(RequestId::of(request.extensions()).as_str(), JSON)
}

async fn handle<E, F>(request: Request, options: &Options, app: Option<&AppContext>, execute: E) -> Response
where
    E: Fn(Decoded, bool, Caller) -> F,
    F: Future<Output = Answer>,
{
    let (head, body) = request.into_parts();
    let mut body = RequestBody::new(&head, body);
    let received = if takes_events(&head.headers) {
        receive(&head, &mut body, options, app).await
    } else {
        let message = "Accept `text/event-stream`.";
        Err(Rejection::new(StatusCode::NOT_ACCEPTABLE, Code::BadRequest, message))
    };
    match received {
        Ok((decoded, caller)) => {
            let is_get = head.method != Method::POST;
            let cookies = caller.cookies.clone();
            let mut response = respond(execute(decoded, is_get, caller).await);
            set_cookies(response.headers_mut(), &cookies, !options.development);
            response
        }
        Err(rejection) => {
            if rejection.status != StatusCode::REQUEST_TIMEOUT {
                body.discard();
            }
            rejection.into_response(RequestId::of(&head.extensions).as_str(), JSON)
        }
    }
}

/// What the document or its execution came to is told in events. That a change came by GET, or that the budget is used
/// up, is told by the status as elsewhere: nothing was looked at, and proxies are to see it.
fn respond(answer: Answer) -> Response {
    let is_executed = matches!(answer, Answer::Executed { .. });
    let (body, code, report) = match answer {
        Answer::Refused { mutation_on_get: true, .. } | Answer::Refused { code: Code::Throttled, .. } => {
            return answer::respond(answer, Format::Json);
        }
        Answer::Executed { body, code, report, .. } => (body, code, report),
        Answer::Refused { body, code, report, .. } => (body, Some(code), report),
    };
    let mut response = Response::new(Body::from(events(&body)));
    let headers = response.headers_mut();
    if let Some(charge) = &report.charge {
        budget::tell(headers, charge);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept, accept-language, vitrine-market"));
    response.extensions_mut().insert(LogFields { code, is_executed, report });
    response
}

/// The events `next` and `complete`. An event without a line of data would not reach its listener (HTML standard,
/// section 9.2.6), so `complete` has an empty one.
fn events(body: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(body.len() + 64);
    text.extend_from_slice(b"event: next\n");
    for line in body.split(|byte| matches!(byte, b'\n' | b'\r')) {
        text.extend_from_slice(b"data: ");
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(b"\nevent: complete\ndata: \n\n");
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_an_answer_is_a_line_of_data() {
        assert_eq!(events(b"{}"), "event: next\ndata: {}\n\nevent: complete\ndata: \n\n");
        let expected = "event: next\ndata: {\ndata: }\n\nevent: complete\ndata: \n\n";
        assert_eq!(events(b"{\n}"), expected);
    }
}
