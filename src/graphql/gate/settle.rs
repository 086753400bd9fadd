//! Settles in a selection set what the variables decide.
//!
//! Two things the library does not do as the specification has them: an argument whose variable is
//! not given counts as left out, so that its default applies (section 6.4.1), and fields are merged
//! after `@skip` and `@include` have been looked at (section 6.3.2).

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{Directive, Selection, SelectionSet};
use async_graphql::{Value as ConstValue, Variables};
use async_graphql_value::Value;

use super::level::is_condition;

/// Drops the selections that `@skip` and `@include` exclude, those directives themselves, and
/// arguments whose variable is not given. `variables` are coerced.
pub fn settle(set: &mut SelectionSet, variables: &Variables) {
    set.items
        .retain(|item| item.node.directives().iter().all(|directive| includes(&directive.node, variables)));
    for item in &mut set.items {
        item.node.directives_mut().retain(|directive| !is_condition(&directive.node));
        match &mut item.node {
            Selection::Field(field) => {
                field.node.arguments.retain(|(_, value)| is_given(&value.node, variables));
                settle(&mut field.node.selection_set.node, variables);
            }
            Selection::InlineFragment(fragment) => settle(&mut fragment.node.selection_set.node, variables),
            Selection::FragmentSpread(_) => {}
        }
    }
    set.items.retain(has_content);
}

/// Whether `@skip` or `@include` lets a selection pass; any other directive does.
pub fn includes(directive: &Directive, variables: &Variables) -> bool {
    let wanted = directive.name.node == "include";
    if !is_condition(directive) {
        return true;
    }
    let value = match directive.get_argument("if").map(|value| &value.node) {
        Some(Value::Boolean(value)) => *value,
        Some(Value::Variable(name)) => matches!(variables.get(name), Some(ConstValue::Boolean(true))),
        _ => false,
    };
    value == wanted
}

fn is_given(value: &Value, variables: &Variables) -> bool {
    !matches!(value, Value::Variable(name) if !variables.contains_key(name))
}

/// An inline fragment of which nothing is left would be a syntax error and selects nothing.
fn has_content(item: &Positioned<Selection>) -> bool {
    match &item.node {
        Selection::InlineFragment(fragment) => !fragment.node.selection_set.node.items.is_empty(),
        _ => true,
    }
}
