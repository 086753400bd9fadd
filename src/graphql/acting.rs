//! In whose name an operation is executed, and that reads of personal data are written down before the answer goes out.

use async_graphql::parser::types::{OperationType, Selection};
use async_graphql::{Name, Pos, Response};

use super::api::Caller;
use super::gate::{Admitted, excerpt};
use crate::services::acting::{self, Acting};
use crate::services::{AppContext, Error, audit};

/// Who acts, where that matters: staff and apps do in all that they do, others only in changes.
pub fn of(admitted: &mut Admitted, caller: &Caller) -> Option<Acting> {
    let acting = Acting::in_request(&caller.viewer, &caller.request_id);
    if acting.actor.is_none() && admitted.kind != OperationType::Mutation {
        return None;
    }
    let action = root_fields(admitted).join(", ");
    Some(acting.doing(&excerpt(&action)))
}

/// The names of the root fields that are asked for.
fn root_fields(admitted: &mut Admitted) -> Vec<String> {
    let asked = admitted.name.clone();
    let Ok(document) = admitted.request.parsed_query() else { return Vec::new() };
    let is_asked = |name: Option<&Name>| asked.is_none() || name.map(Name::as_str) == asked.as_deref();
    let operations = document.operations.iter().filter(|(name, _)| is_asked(*name));
    let items = operations.flat_map(|(_, operation)| &operation.node.selection_set.node.items);
    let names = items.filter_map(|item| match &item.node {
        Selection::Field(field) => Some(field.node.name.node.to_string()),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None,
    });
    names.collect()
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
