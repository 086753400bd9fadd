//! The one way from a failure to a client: a message, a code from the closed list, the request id. Nothing internal.

use std::time::Duration;

use async_graphql::{Context, ErrorExtensionValues, Response, ServerError, ServerResult, Value};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::gate::{Refusal, message};
use crate::services::budgets::whole_seconds;
use crate::services::{Code, Error, Result};

/// What a field that may be null resolves to. The library takes a failed `Result` for a failure of the object around the
/// field; wrapped like this, a failure nulls the field alone (GraphQL specification, section 6.4.4).
pub type Nullable<T> = Option<Result<Option<T>>>;

/// Resolves a field that may be null.
///
/// The future is boxed: every root field pays for the size of the largest of them, and that of a search is 29 KB.
pub fn nullable<'a, T: 'a>(
    field: impl Future<Output = Result<Option<T>>> + Send + 'a,
) -> BoxFuture<'a, Nullable<T>> {
    Box::pin(field.map(Some))
}

/// A field that may be null is null where it fails, and the failure is told (GraphQL specification, section 6.4.4). The
/// library does so for what resolvers fail at, but takes an argument that does not fit for a failure of the object around.
pub fn or_null(
    ctx: &Context<'_>,
    parent: &str,
    resolved: ServerResult<Option<Value>>,
) -> ServerResult<Option<Value>> {
    resolved.or_else(|error| {
        let name = ctx.item.node.name.node.as_str();
        let field = ctx.schema_env.registry.types.get(parent).and_then(|known| known.field_by_name(name));
        if field.is_none_or(|field| field.ty.ends_with('!')) {
            return Err(error);
        }
        ctx.add_error(if error.path.is_empty() { ctx.set_error_path(error) } else { error });
        Ok(Some(Value::Null))
    })
}

/// Errors told at most; what is wrong with a thousand fields is mostly the same.
const ERRORS: usize = 20;

/// Labels the errors of an answer, hides what is ours alone, and tells the code of the first.
pub fn label(response: &mut Response, request_id: &str) -> Option<Code> {
    response.errors.truncate(ERRORS);
    for error in &mut response.errors {
        let code = code(error);
        if code == Code::Internal {
            let cause = error.source::<Error>().and_then(std::error::Error::source);
            let cause = cause.map_or_else(|| error.message.clone(), ToString::to_string);
            tracing::error!(request_id, path = ?error.path, cause, "a field failed");
            "something went wrong on our side".clone_into(&mut error.message);
        }
        error.message = message(&error.message);
        let mut told = extensions(code, request_id);
        if let Some(Error::Throttled { retry_after }) = error.source::<Error>() {
            told.set("retryAfter", whole_seconds(*retry_after));
        }
        error.extensions = Some(told);
    }
    response.errors.first().map(code)
}

/// After which time everything can be tried again that was refused for now; `None` where nothing was.
pub fn retry_after(response: &Response) -> Option<Duration> {
    let waits = response.errors.iter().filter_map(|error| match error.source::<Error>() {
        Some(Error::Throttled { retry_after }) => Some(*retry_after),
        _ => None,
    });
    waits.max()
}

/// What the library itself refuses has no source: values of arguments that do not fit.
fn code(error: &ServerError) -> Code {
    let ours = error.source::<Error>().map(Error::code);
    ours.unwrap_or(if error.source.is_some() { Code::Internal } else { Code::BadRequest })
}

/// An answer that only tells why nothing was executed.
pub fn refused(refusal: &Refusal, request_id: &str) -> Response {
    refused_until(refusal, None, request_id)
}

/// The same, with the time after which it may be tried again.
pub fn refused_until(refusal: &Refusal, retry_after: Option<Duration>, request_id: &str) -> Response {
    let error = |problem: &super::gate::Problem| {
        let mut error = ServerError::new(problem.message.clone(), None);
        error.locations = problem
            .locations
            .iter()
            .map(|(line, column)| async_graphql::Pos { line: *line, column: *column })
            .collect();
        let mut told = extensions(refusal.code, request_id);
        if let Some(wait) = retry_after {
            told.set("retryAfter", whole_seconds(wait));
        }
        error.extensions = Some(told);
        error
    };
    Response::from_errors(refusal.errors.iter().map(error).collect())
}

fn extensions(code: Code, request_id: &str) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.as_str());
    extensions.set("requestId", request_id);
    extensions
}
