//! Fields with one response key must be one field (specification section 5.3.2,
//! `FieldsInSetCanMerge`), however deep: the library compares only fields of one selection set.
//!
//! Two passes over fields grouped by response key. The first asks all of a group for the same
//! shape of result. The second asks those that can meet on one object for the same field and
//! arguments. Children of a group are looked at together, so each pass is linear in the document;
//! where it would not be (many types at many levels), work is bounded and the document refused.

use std::collections::BTreeMap;

use async_graphql::Name;
use async_graphql::parser::Positioned;
use async_graphql::parser::types::{BaseType, Field, Selection, SelectionSet, Type};

use super::level::is_same_field;
use super::model::Model;
use super::refusal::{Problem, excerpt};

/// Fields looked at in one operation; a valid document of the largest size needs a fifth of it.
const WORK: usize = 200_000;
/// Conflicts told.
const CONFLICTS: usize = 10;

/// The conflicts in an operation whose fragments are inlined.
pub fn conflicts(model: &Model, root: Option<&Name>, set: &SelectionSet) -> Vec<Problem> {
    let mut check = Check { model, work: 0, problems: Vec::new() };
    let mut fields = Vec::new();
    flatten(root, set, &mut fields);
    check.shapes(&fields);
    check.objects(&fields);
    if check.work > WORK {
        check
            .problems
            .push(Problem::new("The document selects the same fields on too many types at too many levels."));
    }
    check.problems
}

/// A field and the type it is selected on, where known.
#[derive(Clone, Copy)]
struct Occurrence<'a> {
    parent: Option<&'a Name>,
    field: &'a Positioned<Field>,
}

struct Check<'a> {
    model: &'a Model,
    work: usize,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    /// Groups by response key; ordered, so that messages do not depend on chance.
    fn by_key(&mut self, fields: &[Occurrence<'a>]) -> BTreeMap<&'a str, Vec<Occurrence<'a>>> {
        let mut groups: BTreeMap<&str, Vec<Occurrence<'a>>> = BTreeMap::new();
        self.work += fields.len();
        for occurrence in fields {
            groups.entry(&occurrence.field.node.response_key().node).or_default().push(*occurrence);
        }
        groups
    }

    fn is_over(&self) -> bool {
        self.work > WORK || self.problems.len() >= CONFLICTS
    }

    fn children(&self, group: &[Occurrence<'a>]) -> Vec<Occurrence<'a>> {
        let mut children = Vec::new();
        for Occurrence { parent, field } in group {
            let target = self.model.target(*parent, &field.node.name.node);
            flatten(target, &field.node.selection_set.node, &mut children);
        }
        children
    }

    fn ty(&self, occurrence: Occurrence<'a>) -> Option<&'a Type> {
        let field = self.model.field(occurrence.parent?, &occurrence.field.node.name.node)?;
        Some(&field.ty)
    }

    /// `SameResponseShape`.
    fn shapes(&mut self, fields: &[Occurrence<'a>]) {
        for (key, group) in self.by_key(fields) {
            if self.is_over() {
                return;
            }
            let typed: Vec<_> = group.iter().filter_map(|one| Some((one.field, self.ty(*one)?))).collect();
            if let [(first, shape), others @ ..] = typed.as_slice()
                && let Some((other, ty)) = others.iter().find(|(_, ty)| !self.is_same_shape(shape, ty))
            {
                self.conflict(key, first, other, &format!("they return \"{shape}\" and \"{ty}\""));
                continue;
            }
            self.shapes(&self.children(&group));
        }
    }

    fn is_same_shape(&self, one: &Type, other: &Type) -> bool {
        one.nullable == other.nullable
            && match (&one.base, &other.base) {
                (BaseType::List(one), BaseType::List(other)) => self.is_same_shape(one, other),
                (BaseType::Named(one), BaseType::Named(other)) => {
                    one == other || (!self.model.is_leaf(one) && !self.model.is_leaf(other))
                }
                _ => false,
            }
    }

    /// `FieldsInSetCanMerge` for fields that can meet on one object.
    fn objects(&mut self, fields: &[Occurrence<'a>]) {
        for (key, group) in self.by_key(fields) {
            for group in self.by_object(group) {
                if self.is_over() {
                    return;
                }
                match group.split_first() {
                    Some((first, others)) => {
                        let differs =
                            |other: &&Occurrence<'a>| !is_same_field(&first.field.node, &other.field.node);
                        if let Some(other) = others.iter().find(differs) {
                            self.conflict(
                                key,
                                first.field,
                                other.field,
                                "they are different fields or have different arguments",
                            );
                            continue;
                        }
                    }
                    None => continue,
                }
                self.objects(&self.children(&group));
            }
        }
    }

    /// Two objects never meet; an interface, a union or an unknown type may meet anything.
    fn by_object(&self, group: Vec<Occurrence<'a>>) -> Vec<Vec<Occurrence<'a>>> {
        if group.len() < 2 {
            return vec![group];
        }
        let (open, closed): (Vec<_>, Vec<_>) =
            group.into_iter().partition(|one| one.parent.is_none_or(|parent| self.model.is_abstract(parent)));
        let mut objects: BTreeMap<Option<&Name>, Vec<Occurrence<'a>>> = BTreeMap::new();
        for one in closed {
            objects.entry(one.parent).or_insert_with(|| open.clone()).push(one);
        }
        if objects.is_empty() { vec![open] } else { objects.into_values().collect() }
    }

    fn conflict(&mut self, key: &str, one: &Positioned<Field>, other: &Positioned<Field>, why: &str) {
        let message =
            format!("Fields \"{}\" conflict because {why}. Give one of them an alias.", excerpt(key));
        self.problems.push(Problem::at(message, [one.pos, other.pos]));
    }
}

/// The fields of a set with their parent types, fragments opened.
fn flatten<'a>(parent: Option<&'a Name>, set: &'a SelectionSet, fields: &mut Vec<Occurrence<'a>>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => fields.push(Occurrence { parent, field }),
            Selection::InlineFragment(fragment) => {
                let condition =
                    fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                flatten(condition.or(parent), &fragment.node.selection_set.node, fields);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}
