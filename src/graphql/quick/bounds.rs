//! How much of an answer may be written, whoever writes it.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value};

use crate::graphql::context::{LONGEST_ANSWER, RequestData};

/// A value that nobody has counted yet, unless it makes the answer too long.
pub fn affordable(
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    value: Value,
) -> ServerResult<Value> {
    let bytes = match &value {
        Value::Binary(text) => text.len(),
        value => texts(value),
    };
    if ctx.data_unchecked::<RequestData>().afford(bytes) {
        return Ok(value);
    }
    let problem = format!("the answer is longer than {LONGEST_ANSWER} bytes: ask for less at once");
    Err(ServerError::new(problem, Some(field.pos)))
}

/// The bytes of all texts in it; what was walked has been counted.
fn texts(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::List(values) => values.iter().map(texts).sum(),
        Value::Object(values) => values.values().map(texts).sum(),
        _ => 0,
    }
}

/// An object that the library resolves, counted when it is whole.
pub struct Counted<T>(pub T);

impl<T: OutputType> OutputType for Counted<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        // An object may take long though nothing in it waits: others get their turn between two.
        tokio::task::consume_budget().await;
        let value = self.0.resolve(ctx, field).await?;
        affordable(ctx, field, value)
    }
}
