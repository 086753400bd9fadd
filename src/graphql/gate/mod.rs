//! The gate: everything between a text from the wire and its execution.
//!
//! `scan` looks at the bytes, `prepare` parses, measures, merges and prices once, `validate` and
//! `check` apply the rules; the result is cached by its text. A known document then only has its
//! variables coerced and its cost evaluated.

mod arguments;
mod caching;
mod cost;
mod facts;
mod expose;
mod fits;
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
mod respell;
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

use async_graphql::parser::types::{OperationDefinition, OperationType, Selection};
use async_graphql::{Executor, Name, Positioned, Request, Variables};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value as Json};

use crate::services::Viewer;

pub use self::cost::Formula;
pub use self::facts::{Facts, OperationFacts};
pub use self::fits::fits;
pub use self::limits::Limits;
pub use self::model::{Model, ModelError};
pub use self::prepare::{Prepared, PreparedOperation, alone, prepare, short_hash};
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
    /// Documents that were registered, by the SHA-256 of their texts.
    registered: Cache<Box<str>, Arc<Prepared>, Bytes>,
}

/// A request that may be executed.
#[derive(Debug)]
pub struct Admitted {
    /// What is executed.
    pub definition: Arc<Positioned<OperationDefinition>>,
    /// Its variables, coerced.
    pub variables: Variables,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The operation's name; `None` for an anonymous one.
    pub name: Option<Name>,
    /// The operation's cost with these variables, in objects that it may return.
    pub cost: u64,
    /// For how many seconds a shared cache may keep the answer; 0 where it must not.
    pub max_age: u32,
    /// A short hash of the text, for logs.
    pub hash: Arc<str>,
}

impl Admitted {
    /// The request for [`Gate::executor`]; the caller adds its data.
    pub fn request(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone());
        request.set_parsed_query(alone(Positioned::clone(&self.definition)));
        request
    }

    /// The root fields that are asked for, by their names in the schema.
    pub fn root_fields(&self) -> impl Iterator<Item = &str> {
        self.definition.node.selection_set.node.items.iter().filter_map(|item| match &item.node {
            Selection::Field(field) => Some(field.node.name.node.as_str()),
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None,
        })
    }
}

impl<E: Executor> Gate<E> {
    /// A gate to `executor`, a schema in fast mode without extensions. `checker` is the same
    /// schema in strict mode with [`CheckOnly`]; `model` is read from its SDL.
    pub fn new(executor: E, checker: E, model: Model, limits: Limits) -> Self {
        // The number of entries only sizes the table; the bytes are the bound.
        let entries = usize::try_from(limits.cache_bytes / 16_384).unwrap_or(usize::MAX).clamp(16, 65_536);
        let cache = || Cache::with_weighter(entries, limits.cache_bytes, Bytes);
        let (known, registered) = (cache(), cache());
        Self { executor, checker, model, limits, known, registered }
    }

    /// What admitted requests are for.
    pub fn executor(&self) -> &E {
        &self.executor
    }

    /// The schema as the gate sees it.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The prepared and valid document of a text for a viewer: from the cache, or prepared and checked.
    ///
    /// # Errors
    /// A refusal where the document is above a limit, not valid, or not for the viewer. Refusals are not kept.
    pub async fn document(&self, text: &str, viewer: &Viewer) -> Result<Arc<Prepared>, Refusal> {
        if let Some(known) = self.known.get(text) {
            known.names.check(viewer, &self.model)?;
            return Ok(known);
        }
        // Boxed, as what is done for new documents only: every request would make room for it.
        Box::pin(self.new_document(text, viewer)).await
    }

    async fn new_document(&self, text: &str, viewer: &Viewer) -> Result<Arc<Prepared>, Refusal> {
        let prepared = prepare(text, &self.model, &self.limits)?;
        prepared.names.check(viewer, &self.model)?;
        Refusal::unless_empty(input_names::repeated(text))?;
        check(&prepared, &self.model)?;
        validate(&self.checker, prepared.original.clone(), Variables::default()).await?;
        Ok(Arc::new(prepared))
    }

    /// Keeps a document for the next who sends its text.
    pub fn keep(&self, text: &str, prepared: &Arc<Prepared>) {
        if !self.known.contains_key(text) {
            self.known.insert(text.into(), Arc::clone(prepared));
        }
    }

    /// The document of a text with this hash that was registered, where it is at hand.
    ///
    /// # Errors
    /// A refusal where it is not for the viewer.
    pub fn registered(&self, hash: &str, viewer: &Viewer) -> Result<Option<Arc<Prepared>>, Refusal> {
        let Some(known) = self.registered.get(hash) else { return Ok(None) };
        known.names.check(viewer, &self.model)?;
        Ok(Some(known))
    }

    /// Prepares a text that was found valid when it was registered, and keeps it at hand by its hash.
    ///
    /// # Errors
    /// A refusal where it is above a limit, or not for the viewer.
    pub fn trust(&self, hash: &str, text: &str, viewer: &Viewer) -> Result<Arc<Prepared>, Refusal> {
        let prepared = Arc::new(prepare(text, &self.model, &self.limits)?);
        self.registered.insert(hash.into(), Arc::clone(&prepared));
        prepared.names.check(viewer, &self.model)?;
        Ok(prepared)
    }

    /// Admits one operation of a text with its variables, for a viewer.
    ///
    /// # Errors
    /// As [`document`](Self::document) and [`admit_prepared`](Self::admit_prepared).
    pub async fn admit(
        &self,
        text: &str,
        operation_name: Option<&str>,
        variables: Map<String, Json>,
        viewer: &Viewer,
    ) -> Result<Admitted, Refusal> {
        let prepared = self.document(text, viewer).await?;
        let admitted = self.admit_prepared(&prepared, operation_name, variables).await?;
        self.keep(text, &prepared);
        Ok(admitted)
    }

    /// Admits one operation of a document with its variables.
    ///
    /// # Errors
    /// A refusal where the operation is not found, a variable does not fit, or the operation costs too much.
    pub async fn admit_prepared(
        &self,
        prepared: &Arc<Prepared>,
        operation_name: Option<&str>,
        variables: Map<String, Json>,
    ) -> Result<Admitted, Refusal> {
        let operation = prepared.operation(operation_name)?;
        let variables = coerce(&operation.variables, &self.model, variables)?;
        operation.check_conditions(&variables)?;
        let cost = operation.cost.evaluate(&variables);
        if cost > self.limits.cost {
            return Err(Refusal::cost(cost, self.limits.cost));
        }
        let heaviest = variables.values().map(weight::of_const).max().unwrap_or(0);
        let heaviest = heaviest.max(prepared.heaviest);
        if cost.saturating_mul(heaviest) > self.limits.work {
            return Err(Refusal::work(cost, heaviest, self.limits.work));
        }
        if operation.kind == OperationType::Mutation {
            // What a custom scalar accepts must be known before the first change is made.
            let document = alone(Positioned::clone(&operation.definition));
            Box::pin(validate(&self.checker, document, variables.clone())).await?;
        }
        Ok(Admitted {
            definition: prepared.operation_for(operation, &self.model, &self.limits, &variables),
            variables,
            kind: operation.kind,
            name: operation.name.clone(),
            cost,
            max_age: operation.max_age,
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
