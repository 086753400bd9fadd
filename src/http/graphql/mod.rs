//! `/graphql`: GraphQL over HTTP, <https://graphql.github.io/graphql-over-http/draft/>.

mod answer;
mod body;
mod decode;
mod json;
mod negotiate;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::header::ALLOW;
use http::request::Parts;
use http::{Method, StatusCode};

use self::body::RequestBody;
use self::negotiate::Format;
use super::caller::{RequestId, caller};
use super::error::Rejection;
use super::options::Options;
use super::parameters::Parameters;
use crate::graphql::{Answer, Caller, Decoded};

/// Answers GET (and with it HEAD), POST and OPTIONS. `execute` is handed what was asked, whether it
/// came by GET, and who asks.
pub fn endpoint<S, E, F>(options: Arc<Options>, execute: E) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    E: Fn(Decoded, bool, Caller) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let handler = move |request: Request| {
        let (options, execute) = (options.clone(), execute.clone());
        async move { handle(request, &options, execute).await }
    };
    get(handler.clone()).post(handler).options(methods)
}

/// OPTIONS that is not a preflight: which methods there are.
async fn methods() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(ALLOW, "GET, HEAD, POST, OPTIONS")])
}

async fn handle<E, F>(request: Request, options: &Options, execute: E) -> Response
where
    E: Fn(Decoded, bool, Caller) -> F,
    F: Future<Output = Answer>,
{
    let (head, body) = request.into_parts();
    let mut body = RequestBody::new(&head, body);
    let format = negotiate::response_format(&head.headers);
    let received = match format {
        Some(_) => receive(&head, &mut body, options).await,
        None => Err(negotiate::not_acceptable()),
    };
    let format = format.unwrap_or(Format::Json);
    match received {
        Ok((decoded, caller)) => {
            let is_get = head.method != Method::POST;
            answer::respond(execute(decoded, is_get, caller).await, format)
        }
        Err(rejection) => {
            if rejection.status != StatusCode::REQUEST_TIMEOUT {
                body.discard();
            }
            let id = RequestId::of(&head.extensions);
            rejection.into_response(id.as_str(), format.content_type())
        }
    }
}

/// What is asked, and by whom.
async fn receive(
    head: &Parts,
    body: &mut RequestBody,
    options: &Options,
) -> Result<(Decoded, Caller), Rejection> {
    let mut parameters = Parameters::parse(head.uri.query())?;
    let caller = caller(head, &mut parameters)?;
    let decoded = if head.method == Method::POST {
        negotiate::require_json(&head.headers)?;
        decode::body(&body.read(options).await?)?
    } else {
        decode::parameters(&mut parameters)?
    };
    Ok((decoded, caller))
}
