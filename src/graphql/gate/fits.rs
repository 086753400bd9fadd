//! Whether a document would be valid by another schema, of which only the text is there.
//!
//! The library's own rules need the schema that runs; these are as many of them as a change of a schema can break.

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::{Name, Pos};

use super::arguments::Arguments;
use super::limits::Limits;
use super::model::{FieldModel, Model, named};
use super::prepare::prepare;
use super::refusal::{Problem, Refusal};
use super::validate::check;
use crate::services::Viewer;

/// Whether a document that is valid today would be valid by another schema.
///
/// # Errors
/// A refusal with everything that would be wrong: fields, arguments, types and values that are gone, arguments that have
/// to be given, fields that have become objects or leaves.
pub fn fits(text: &str, model: &Model, limits: &Limits) -> Result<(), Refusal> {
    let prepared = prepare(text, model, limits)?;
    prepared.names.check(&Viewer::Operator, model)?;
    check(&prepared, model)?;
    let mut problems = Vec::new();
    for operation in &prepared.operations {
        let definition = &operation.definition.node;
        let mut walk =
            Walk { model, arguments: Arguments::new(model, &operation.variables), problems: Vec::new() };
        walk.set(model.root(operation.kind), &definition.selection_set.node);
        problems.append(&mut walk.problems);
        problems.append(&mut walk.arguments.problems);
    }
    Refusal::unless_empty(problems)
}

struct Walk<'a> {
    model: &'a Model,
    arguments: Arguments<'a>,
    problems: Vec<Problem>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, parent: Option<&'a Name>, set: &SelectionSet) {
        let Some(parent) = parent else { return };
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(parent, &field.node, field.pos),
                Selection::InlineFragment(fragment) => {
                    let condition =
                        fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    let inner = condition.map_or(Some(parent), |name| {
                        self.model.types.get_key_value(name).map(|(name, _)| name)
                    });
                    self.set(inner, &fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, parent: &Name, field: &Field, pos: Pos) {
        let Some(known) = self.model.field(parent, &field.name.node) else { return };
        self.given(known, field, pos);
        let target = named(&known.ty);
        let is_leaf = self.model.is_leaf(target);
        if is_leaf != field.selection_set.node.items.is_empty() {
            let what =
                if is_leaf { "has no fields any more" } else { "has fields now: name those that are wanted" };
            self.problems.push(Problem::at(format!("\"{}\" {what}.", field.name.node), [pos]));
        }
        self.set(Some(target), &field.selection_set.node);
    }

    fn given(&mut self, known: &'a FieldModel, field: &Field, pos: Pos) {
        let name = &field.name.node;
        for (argument, value) in &field.arguments {
            if let Some(input) = known.arguments.iter().find(|known| known.name == argument.node) {
                self.arguments.check(input, &value.node, value.pos);
            } else {
                let message = format!("\"{name}\" has no argument \"{}\".", argument.node);
                self.problems.push(Problem::at(message, [argument.pos]));
            }
        }
        for input in known.arguments.iter().filter(|input| input.is_required()) {
            if field.get_argument(&input.name).is_none() {
                let message = format!("\"{name}\" needs the argument \"{}\".", input.name);
                self.problems.push(Problem::at(message, [pos]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = r#"
        directive @access(to: String!) on FIELD_DEFINITION
        type Query { part(id: ID!, kind: Kind = OLD, first: Int): Part @access(to: "anyone") old: Int @access(to: "signed-in") }
        type Part { name: String part: Part size(unit: String!): Int }
        enum Kind { OLD }
    "#;

    fn wrong(text: &str) -> String {
        let model = Model::parse(SDL).unwrap();
        let refusal = fits(text, &model, &Limits::default()).err();
        refusal
            .map(|refusal| refusal.errors.into_iter().map(|error| error.message).collect())
            .unwrap_or_default()
    }

    #[test]
    fn what_fits_fits() {
        for text in [
            "query ($id: ID!, $n: Int) { part(id: $id, kind: OLD, first: $n) { name part { size(unit: \"cm\") } } old }",
            "{ part(id: \"1\") { ...F } __typename } fragment F on Part { ... on Part { name } }",
        ] {
            assert_eq!(wrong(text), "", "{text}");
        }
    }

    #[test]
    fn what_a_change_of_the_schema_breaks_is_told() {
        for (text, told) in [
            ("{ part(id: 1) { gone } }", "Unknown field \"gone\" on type \"Part\"."),
            ("{ part(id: 1, gone: 2) { name } }", "\"part\" has no argument \"gone\"."),
            ("{ part { name } }", "\"part\" needs the argument \"id\"."),
            ("{ part(id: 1) { size } }", "\"size\" needs the argument \"unit\"."),
            ("{ part(id: 1) { name { first } } }", "\"name\" has no fields any more."),
            ("{ part(id: 1) }", "\"part\" has fields now: name those that are wanted."),
            ("query ($k: Gone) { part(id: 1) { name } }", "Unknown type \"Gone\"."),
        ] {
            assert_eq!(wrong(text), told, "{text}");
        }
        assert!(wrong("{ part(id: 1, kind: NEW) { name } }").contains("\"kind\""));
        assert!(wrong("{ part(id: 1, first: \"x\") { name } }").contains("\"first\""));
        assert!(wrong("query ($n: String) { part(id: 1, first: $n) { name } }").contains("\"$n\""));
    }
}
