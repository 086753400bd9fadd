//! The gate: everything between a text from the wire and its execution.
//!
//! `scan` looks at the bytes, `prepare` parses, measures, merges and prices once, `validate` and
//! `check` apply the rules; the result is cached by its text. A known document then only has its
//! variables coerced and its cost evaluated.

mod arguments;
mod cost;
mod input_names;
mod introspection;
mod level;
mod limits;
mod merge;
mod model;
mod names;
mod overlap;
mod path;
mod prepare;
mod price;
mod quote;
mod refusal;
mod scan;
mod sdl;
mod settle;
mod survey;
mod tokens;
mod validate;
mod variables;
mod view;
mod weight;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Name, Request};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value as Json};

use crate::services::Viewer;

pub use self::cost::Formula;
pub use self::limits::Limits;
pub use self::model::{Model, ModelError};
pub use self::prepare::{Prepared, PreparedOperation, prepare};
pub use self::quote::{Quote, quote};
pub use self::refusal::{Problem, Refusal, excerpt, message};
pub use self::scan::scan;
pub use self::validate::{CheckOnly, check, validate};
pub use self::variables::coerce;
pub use self::view::view;

/// Admits documents to one schema.
#[derive(Debug)]
pub struct Gate<E: Executor> {
    executor: E,
    checker: E,
    model: Model,
    limits: Limits,
    known: Cache<Box<str>, Arc<Prepared>, Bytes>,
}

/// A request that may be executed.
#[derive(Debug)]
pub struct Admitted {
    /// Ready for [`Gate::executor`]; the caller adds its data.
    pub request: Request,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The operation's name; `None` for an anonymous one.
    pub name: Option<Name>,
    /// The operation's cost with these variables, in objects that it may return.
    pub cost: u64,
    /// A short hash of the text, for logs.
    pub hash: Arc<str>,
}

impl<E: Executor> Gate<E> {
    /// A gate to `executor`, a schema in fast mode without extensions. `checker` is the same
    /// schema in strict mode with [`CheckOnly`]; `model` is read from its SDL.
    pub fn new(executor: E, checker: E, model: Model, limits: Limits) -> Self {
        // The number of entries only sizes the table; the bytes are the bound.
        let entries = usize::try_from(limits.cache_bytes / 16_384).unwrap_or(usize::MAX).clamp(16, 65_536);
        let known = Cache::with_weighter(entries, limits.cache_bytes, Bytes);
        Self { executor, checker, model, limits, known }
    }

    /// What admitted requests are for.
    pub fn executor(&self) -> &E {
        &self.executor
    }

    /// The schema as the gate sees it.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The prepared and valid document of a text for a viewer: from the cache, or prepared, checked and kept.
    ///
    /// # Errors
    /// A refusal where the document is above a limit, not valid, or not for the viewer. Refusals are not kept.
    pub async fn document(&self, text: &str, viewer: &Viewer) -> Result<Arc<Prepared>, Refusal> {
        let prepared = self.checked(text, viewer).await?;
        self.keep(text, &prepared);
        Ok(prepared)
    }

    fn keep(&self, text: &str, prepared: &Arc<Prepared>) {
        if !self.known.contains_key(text) {
            self.known.insert(text.into(), Arc::clone(prepared));
        }
    }

    async fn checked(&self, text: &str, viewer: &Viewer) -> Result<Arc<Prepared>, Refusal> {
        if let Some(known) = self.known.get(text) {
            known.names.check(viewer, &self.model)?;
            return Ok(known);
        }
        let prepared = prepare(text, &self.model, &self.limits)?;
        prepared.names.check(viewer, &self.model)?;
        Refusal::unless_empty(input_names::repeated(text))?;
        check(&prepared, &self.model)?;
        validate(&self.checker, prepared.original.clone(), async_graphql::Variables::default()).await?;
        Ok(Arc::new(prepared))
    }

    /// Admits one operation of a document with its variables, for a viewer.
    ///
    /// # Errors
    /// A refusal where the document is above a limit, not valid or not for the viewer, the operation is not found, a
    /// variable does not fit, or the operation costs too much.
    pub async fn admit(
        &self,
        text: &str,
        operation_name: Option<&str>,
        variables: Map<String, Json>,
        viewer: &Viewer,
    ) -> Result<Admitted, Refusal> {
        let prepared = self.checked(text, viewer).await?;
        let operation = prepared.operation(operation_name)?;
        let variables = coerce(&operation.variables, &self.model, variables)?;
        let cost = operation.cost.evaluate(&variables);
        if cost > self.limits.cost {
            return Err(Refusal::cost(cost, self.limits.cost));
        }
        let heaviest = variables.values().map(weight::of_const).max().unwrap_or(0);
        let heaviest = heaviest.max(prepared.heaviest);
        if cost.saturating_mul(heaviest) > self.limits.work {
            return Err(Refusal::work(cost, heaviest, self.limits.work));
        }
        // Only what may be executed is worth its place.
        self.keep(text, &prepared);
        if operation.kind == OperationType::Mutation {
            // What a custom scalar accepts must be known before the first change is made.
            validate(&self.checker, operation.document.clone(), variables.clone()).await?;
        }
        let document = prepared.document_for(operation, &self.model, &self.limits, &variables);
        let mut request = Request::new("").variables(variables);
        request.operation_name = operation.name.as_ref().map(ToString::to_string);
        request.set_parsed_query(document);
        Ok(Admitted {
            request,
            kind: operation.kind,
            name: operation.name.clone(),
            cost,
            hash: Arc::clone(&prepared.hash),
        })
    }
}

/// Weighs a cached document by its memory.
#[derive(Clone, Copy, Debug)]
struct Bytes;

impl Weighter<Box<str>, Arc<Prepared>> for Bytes {
    fn weight(&self, _text: &Box<str>, prepared: &Arc<Prepared>) -> u64 {
        prepared.bytes
    }
}
