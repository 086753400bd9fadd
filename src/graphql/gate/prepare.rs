//! Turns a text into operations that are ready to be checked, priced and executed.

use std::collections::HashMap;
use std::mem::size_of;
use std::sync::Arc;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet, VariableDefinition,
};
use async_graphql::parser::{Positioned, parse_query};
use async_graphql::{Name, Value, Variables};

use super::caching::max_age;
use super::cost::Formula;
use super::level::is_condition;
use super::limits::Limits;
use super::merge::Merger;
use super::model::Model;
use super::names::Names;
use super::price::price;
use super::refusal::Refusal;
use super::respell::respell;
use super::scan::scan;
use super::settle::settle;
use super::survey::survey;
use super::weight;

/// A document within the limits; whether it is valid is for [`super::validate`] to say.
#[derive(Debug)]
pub struct Prepared {
    /// The document as parsed.
    pub original: ExecutableDocument,
    /// Its operations in the order of the text; at least one.
    pub operations: Vec<PreparedOperation>,
    /// The names in it that are not there for everybody.
    pub names: Names,
    /// The weight of its heaviest argument; see [`super::weight`].
    pub heaviest: u64,
    /// A short hash of the text in hexadecimal, for logs: the same in every process and release,
    /// and no proof of anything.
    pub hash: Arc<str>,
    /// Memory that the text and everything here take, in bytes, estimated.
    pub bytes: u64,
}

/// One operation of a document.
#[derive(Debug)]
pub struct PreparedOperation {
    /// Its name; `None` for the anonymous operation.
    pub name: Option<Name>,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The operation, fragments inlined, every field written once.
    pub definition: Arc<Positioned<OperationDefinition>>,
    /// What it costs.
    pub cost: Formula,
    /// For how many seconds a shared cache may keep its answer; 0 where it must not.
    pub max_age: u32,
    /// The variables that it declares.
    pub variables: Vec<VariableDefinition>,
    /// Whether only the variables tell if two fields are one, or stand in one fragment, so that the document must be
    /// settled and merged again with each request's variables.
    pub variables_decide: bool,
    /// The variables of `@skip` and `@include`.
    conditions: Vec<Name>,
    /// Whether `@skip` or `@include` stands anywhere in it.
    is_conditional: bool,
}

/// Scans, parses and measures a text, then merges and prices its operations.
///
/// # Errors
/// A refusal for text that is no document or is above a limit.
pub fn prepare(text: &str, model: &Model, limits: &Limits) -> Result<Prepared, Refusal> {
    scan(text, limits)?;
    let original = parse_query(&*respell(text)?).map_err(|error| Refusal::syntax(&error))?;
    let heaviest = survey(&original, limits)?;
    let mut definitions: Vec<_> = original.operations.iter().collect();
    definitions.sort_by_key(|(_, operation)| operation.pos);
    let operations: Vec<_> = definitions
        .into_iter()
        .map(|(name, operation)| prepare_operation(name, operation, &original, model, limits))
        .collect();
    let bytes = text.len() * 3
        + document_bytes(&original)
        + operations.iter().map(|operation| operation_bytes(&operation.definition.node) * 2).sum::<usize>();
    let names = Names::of(&original, model);
    Ok(Prepared { original, operations, names, heaviest, hash: short_hash(text).into(), bytes: bytes as u64 })
}

fn prepare_operation(
    name: Option<&Name>,
    operation: &Positioned<OperationDefinition>,
    original: &ExecutableDocument,
    model: &Model,
    limits: &Limits,
) -> PreparedOperation {
    let kind = operation.node.ty;
    let (merged, variables_decide) = merge(&operation.node, &original.fragments, model, limits);
    PreparedOperation {
        name: name.cloned(),
        kind,
        cost: price(model, kind, &merged.selection_set.node),
        max_age: max_age(model, kind, &merged.selection_set.node),
        variables: merged.variable_definitions.iter().map(|variable| variable.node.clone()).collect(),
        is_conditional: is_conditional(&merged.selection_set.node),
        variables_decide: variables_decide || has_conditional_fragment(&merged.selection_set.node),
        conditions: conditions(&merged.selection_set.node),
        definition: Arc::new(Positioned::new(merged, operation.pos)),
    }
}

/// The operation with its selection set merged, and whether variables decide about it.
fn merge(
    operation: &OperationDefinition,
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    model: &Model,
    limits: &Limits,
) -> (OperationDefinition, bool) {
    let root = model.root(operation.ty);
    let mut merging = Merger::new(model, fragments, limits.expanded_fields);
    let mut selection_set = merging.merge(root, &[&operation.selection_set]);
    if nesting(&selection_set.node) > limits.nesting {
        // Fragments added for the sake of exactness must not nest deeper than the executor goes.
        merging = Merger::new(model, fragments, 0);
        selection_set = merging.merge(root, &[&operation.selection_set]);
    }
    let merged = OperationDefinition {
        ty: operation.ty,
        variable_definitions: operation.variable_definitions.clone(),
        directives: operation.directives.clone(),
        selection_set,
    };
    (merged, merging.variables_decide)
}

impl PreparedOperation {
    /// Conditions are true or false (specification section 6.3.2): a variable that has a default may be null all the same.
    ///
    /// # Errors
    /// A refusal where one is null.
    pub fn check_conditions(&self, variables: &Variables) -> Result<(), Refusal> {
        match self.conditions.iter().find(|name| variables.get(*name) == Some(&Value::Null)) {
            Some(name) => Err(Refusal::bad_request(format!(
                "Variable \"${name}\" must not be null: it is a condition."
            ))),
            None => Ok(()),
        }
    }
}

impl Prepared {
    /// The operation to execute (specification section 6.1, `GetOperation`).
    ///
    /// # Errors
    /// A refusal where the name is unknown, or missing though there are several operations.
    pub fn operation(&self, name: Option<&str>) -> Result<&PreparedOperation, Refusal> {
        let Some(name) = name else {
            return match self.operations.as_slice() {
                [only] => Ok(only),
                _ => Err(Refusal::operation_name_required()),
            };
        };
        let named = |operation: &&PreparedOperation| operation.name.as_ref().is_some_and(|own| own == name);
        self.operations.iter().find(named).ok_or_else(|| Refusal::unknown_operation(name))
    }

    /// One of the operations for one request: as it was prepared where the request's coerced variables decide nothing,
    /// else a copy that is settled with them.
    pub fn operation_for(
        &self,
        operation: &PreparedOperation,
        model: &Model,
        limits: &Limits,
        variables: &Variables,
    ) -> Arc<Positioned<OperationDefinition>> {
        if operation.variables_decide {
            return self.merged_for(operation, model, limits, variables);
        }
        let is_given = |definition: &VariableDefinition| variables.contains_key(&definition.name.node);
        if !operation.is_conditional && operation.variables.iter().all(is_given) {
            return Arc::clone(&operation.definition);
        }
        let mut definition = Positioned::clone(&operation.definition);
        settle(&mut definition.node.selection_set.node, variables);
        Arc::new(definition)
    }

    /// Settles first and merges then: merged before, fields would come in another order.
    fn merged_for(
        &self,
        operation: &PreparedOperation,
        model: &Model,
        limits: &Limits,
        variables: &Variables,
    ) -> Arc<Positioned<OperationDefinition>> {
        let name = operation.name.as_ref();
        let Some((_, written)) = self.original.operations.iter().find(|(own, _)| *own == name) else {
            return Arc::clone(&operation.definition);
        };
        let mut written = written.clone();
        settle(&mut written.node.selection_set.node, variables);
        let mut fragments = self.original.fragments.clone();
        for fragment in fragments.values_mut() {
            settle(&mut fragment.node.selection_set.node, variables);
        }
        Arc::new(Positioned::new(merge(&written.node, &fragments, model, limits).0, written.pos))
    }
}

/// A document of one operation.
pub fn alone(operation: Positioned<OperationDefinition>) -> ExecutableDocument {
    ExecutableDocument { operations: DocumentOperations::Single(operation), fragments: HashMap::new() }
}

/// Whether `@skip` or `@include` stands on a fragment: without it, its fields are those around it.
fn has_conditional_fragment(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => has_conditional_fragment(&field.node.selection_set.node),
        Selection::InlineFragment(fragment) => {
            fragment.node.directives.iter().any(|directive| is_condition(&directive.node))
                || has_conditional_fragment(&fragment.node.selection_set.node)
        }
        Selection::FragmentSpread(_) => false,
    })
}

/// The variables of all conditions in a selection set.
fn conditions(set: &SelectionSet) -> Vec<Name> {
    let mut names = Vec::new();
    for item in &set.items {
        let own = item.node.directives().iter().filter(|directive| is_condition(&directive.node));
        names.extend(own.flat_map(|directive| &directive.node.arguments).filter_map(|(_, value)| {
            if let async_graphql_value::Value::Variable(name) = &value.node {
                Some(name.clone())
            } else {
                None
            }
        }));
        match &item.node {
            Selection::Field(field) => names.extend(conditions(&field.node.selection_set.node)),
            Selection::InlineFragment(fragment) => {
                names.extend(conditions(&fragment.node.selection_set.node));
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    names.sort();
    names.dedup();
    names
}

fn is_conditional(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| {
        let below = match &item.node {
            Selection::Field(field) => &field.node.selection_set.node,
            Selection::InlineFragment(fragment) => &fragment.node.selection_set.node,
            Selection::FragmentSpread(_) => return true,
        };
        item.node.directives().iter().any(|directive| is_condition(&directive.node)) || is_conditional(below)
    })
}

/// Levels of selection sets, this one included.
fn nesting(set: &SelectionSet) -> usize {
    let below = |item: &Positioned<Selection>| match &item.node {
        Selection::Field(field) if field.node.selection_set.node.items.is_empty() => 0,
        Selection::Field(field) => nesting(&field.node.selection_set.node),
        Selection::InlineFragment(fragment) => nesting(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    1 + set.items.iter().map(below).max().unwrap_or(0)
}

fn document_bytes(document: &ExecutableDocument) -> usize {
    let operations = document.operations.iter().map(|(_, operation)| operation_bytes(&operation.node));
    let fragments = document.fragments.values().map(|fragment| set_bytes(&fragment.node.selection_set.node));
    operations.chain(fragments).sum()
}

fn operation_bytes(operation: &OperationDefinition) -> usize {
    size_of::<OperationDefinition>()
        + operation.variable_definitions.len() * 2 * size_of::<VariableDefinition>()
        + set_bytes(&operation.selection_set.node)
}

fn set_bytes(set: &SelectionSet) -> usize {
    let below = |item: &Positioned<Selection>| match &item.node {
        Selection::Field(field) => {
            field.node.arguments.len() * 2 * (size_of::<Positioned<Name>>() + size_of::<Positioned<Value>>())
                + usize::try_from(weight::of_field(&field.node)).unwrap_or(usize::MAX)
                    * 2
                    * size_of::<Value>()
                + set_bytes(&field.node.selection_set.node)
        }
        Selection::InlineFragment(fragment) => set_bytes(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    set.items.iter().map(|item| size_of::<Positioned<Selection>>() + below(item)).sum()
}

/// What a document is known by in logs: FNV-1a, 64 bit, in hexadecimal. Tiny and the same everywhere, which the standard
/// library's hashers do not promise.
pub fn short_hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
