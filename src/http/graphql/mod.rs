//! `/graphql`: GraphQL over HTTP, <https://graphql.github.io/graphql-over-http/draft/>.

pub mod answer;
pub mod body;
pub mod budget;
mod caching;
pub mod decode;
pub mod json;
pub mod negotiate;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use http::header::ALLOW;
use http::request::Parts;
use http::{Method, StatusCode};

use self::body::RequestBody;
use self::negotiate::Format;
use super::caller::{RequestId, caller};
use super::error::Rejection;
use super::forwarded;
use super::options::Options;
use super::parameters::Parameters;
use super::session::{Credentials, set_cookies};
use crate::graphql::{Answer, Caller, Decoded};
use crate::services::{AppContext, Permissions};

/// Answers GET, HEAD and POST. `execute` is handed what was asked, whether it came by GET, and who asks.
pub fn handler<E, F>(
    options: Arc<Options>,
    app: Option<Arc<AppContext>>,
    execute: E,
) -> impl Fn(Request) -> BoxFuture<'static, Response> + Clone + Send + Sync + 'static
where
    E: Fn(Decoded, bool, Caller) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    move |request| {
        let (options, app, execute) = (options.clone(), app.clone(), execute.clone());
        // Boxed here: every layer around copies the future that it is handed.
        Box::pin(async move { handle(request, &options, app.as_deref(), execute).await })
    }
}

/// OPTIONS that is not a preflight: which methods there are.
pub async fn methods() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(ALLOW, "GET, HEAD, POST, OPTIONS")])
}

async fn handle<E, F>(request: Request, options: &Options, app: Option<&AppContext>, execute: E) -> Response
where
    E: Fn(Decoded, bool, Caller) -> F,
    F: Future<Output = Answer>,
{
    let (head, body) = request.into_parts();
    let mut body = RequestBody::new(&head, body);
    let format = negotiate::response_format(&head.headers);
    let received = match format {
        Some(_) => receive(&head, &mut body, options, app).await,
        None => Err(negotiate::not_acceptable()),
    };
    let format = format.unwrap_or(Format::Json);
    match received {
        Ok((decoded, caller)) => {
            let is_get = head.method != Method::POST;
            let cookies = caller.cookies.clone();
            let response = answer::respond(execute(decoded, is_get, caller).await, format);
            let mut response = caching::unless_known(&head.headers, response);
            set_cookies(response.headers_mut(), &cookies, !options.development);
            response
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
///
/// # Errors
/// Where the request is not well-formed or its credentials are not believed.
pub async fn receive(
    head: &Parts,
    body: &mut RequestBody,
    options: &Options,
    app: Option<&AppContext>,
) -> Result<(Decoded, Caller), Rejection> {
    let mut parameters = Parameters::parse(head.uri.query())?;
    let mut caller = caller(head, &mut parameters)?;
    caller.address = forwarded::address(caller.address, &head.headers, &options.proxies);
    let secure = !options.development;
    let credentials = Credentials::from_headers(&head.headers, secure)?;
    caller.viewer = credentials.viewer(app, secure).await?;
    caller.cookies = credentials.cookies();
    let decoded = if head.method == Method::POST {
        negotiate::require_json(&head.headers)?;
        let is_staff = caller.viewer.permissions() != Permissions::NONE;
        let limit = if is_staff { options.staff_body_limit } else { options.body_limit };
        decode::body(&body.read(limit, options).await?)?
    } else {
        decode::parameters(&mut parameters)?
    };
    Ok((decoded, caller))
}
