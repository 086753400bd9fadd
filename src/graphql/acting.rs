//! In whose name an operation is executed, and that reads of personal data are written down before the answer goes out.

use async_graphql::parser::types::OperationType;
use async_graphql::{Pos, Response};

use super::gate::{Admitted, excerpt};
use super::request::Caller;
use crate::services::acting::{self, Acting};
use crate::services::{AppContext, Error, audit};

/// Who acts, where that matters: staff and apps do in all that they do, others only in changes.
pub fn of(admitted: &Admitted, caller: &Caller) -> Option<Acting> {
    let acting = Acting::in_request(&caller.viewer, &caller.request_id);
    if acting.actor.is_none() && admitted.kind != OperationType::Mutation {
        return None;
    }
    let action = admitted.root_fields().collect::<Vec<_>>().join(", ");
    Some(acting.doing(&excerpt(&action)))
}

/// Executes an operation in somebody's name. If they read personal data, nothing is answered before an entry tells of it.
pub async fn execute(app: &AppContext, acting: Acting, work: impl Future<Output = Response>) -> Response {
    let response = acting::within(acting.clone(), work).await;
    match audit::keep_reads(app, &acting).await {
        Ok(()) => response,
        Err(error) => failed(error),
    }
}

/// An operation that failed as a whole.
pub fn failed(error: Error) -> Response {
    let error = async_graphql::Error::from(error);
    Response::from_errors(vec![error.into_server_error(Pos::default())])
}
