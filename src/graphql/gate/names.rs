//! Which names of a document exist, and for whom: fields, and types of variables and fragments.
//!
//! What is not there and what is not for the viewer are told by the same words, and before anything else that is wrong
//! with the document, so that no answer tells one from the other.

use std::collections::{BTreeSet, HashSet};

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet, TypeCondition};
use async_graphql::{Name, Pos};

use super::model::{Model, TypeKind, named};
use super::refusal::{Problem, Refusal, excerpt};
use crate::graphql::access::Rule;
use crate::services::Viewer;

/// The names of a document that are not there for everybody.
#[derive(Debug, Default)]
pub struct Names {
    fields: Vec<(Rule, Unknown)>,
    types: Vec<(Name, Unknown)>,
    nowhere: Vec<Unknown>,
}

/// What is said of a name that is not there.
#[derive(Clone, Debug)]
struct Unknown {
    message: String,
    pos: Pos,
}

impl Names {
    /// Looks at every name of a document once, in time linear in its text.
    pub fn of(document: &ExecutableDocument, model: &Model) -> Self {
        let mut walk = Walk { model, names: Self::default() };
        for (_, operation) in document.operations.iter() {
            for variable in &operation.node.variable_definitions {
                let ty = named(&variable.node.var_type.node);
                walk.known_type(ty, variable.node.var_type.pos);
            }
            walk.set(model.root(operation.node.ty), &operation.node.selection_set.node);
        }
        for fragment in document.fragments.values() {
            let parent = walk.condition(&fragment.node.type_condition);
            walk.set(parent, &fragment.node.selection_set.node);
        }
        walk.names
    }

    /// Whether all names are there for the viewer.
    ///
    /// # Errors
    /// A refusal that names those that are not.
    pub fn check(&self, viewer: &Viewer, model: &Model) -> Result<(), Refusal> {
        if self.fields.is_empty() && self.types.is_empty() && self.nowhere.is_empty() {
            return Ok(());
        }
        let fields = self.fields.iter().filter(|(rule, _)| !rule.allows(viewer)).map(|(_, unknown)| unknown);
        let mut unknown: Vec<&Unknown> = self.nowhere.iter().chain(fields).collect();
        if !self.types.is_empty() {
            let visible = visible_types(model, viewer);
            unknown.extend(self.types.iter().filter(|(name, _)| !visible.contains(name)).map(|(_, it)| it));
        }
        unknown.sort_by_key(|unknown| (unknown.pos.line, unknown.pos.column));
        Refusal::unless_empty(
            unknown.into_iter().map(|unknown| Problem::at(&unknown.message, [unknown.pos])).collect(),
        )
    }

    /// The rights without which some part of the document cannot be used.
    pub fn rules(&self) -> BTreeSet<Rule> {
        self.fields.iter().map(|(rule, _)| *rule).collect()
    }
}

struct Walk<'a> {
    model: &'a Model,
    names: Names,
}

impl<'a> Walk<'a> {
    fn set(&mut self, parent: Option<&'a Name>, set: &SelectionSet) {
        // A type that is not there has been told of already.
        let Some(parent) = parent else { return };
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let name = &field.node.name.node;
                    let below = self.field(parent, name, field.pos);
                    self.set(below, &field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let inner = condition.map_or(Some(parent), |condition| self.condition(condition));
                    self.set(inner, &fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Notes a field, and answers the type below it.
    fn field(&mut self, parent: &Name, name: &Name, pos: Pos) -> Option<&'a Name> {
        let known = self.model.field(parent, name);
        let rule = known.and_then(|field| field.rule).filter(|rule| *rule != Rule::Anyone);
        if known.is_none() || rule.is_some() {
            let message = format!("Unknown field \"{}\" on type \"{parent}\".", excerpt(name));
            let unknown = Unknown { message, pos };
            match rule {
                Some(rule) => self.names.fields.push((rule, unknown)),
                None => self.names.nowhere.push(unknown),
            }
        }
        // Below a leaf there is nothing to look for: validation says so.
        known.map(|field| named(&field.ty)).filter(|ty| !self.model.is_leaf(ty))
    }

    fn condition(&mut self, condition: &Positioned<TypeCondition>) -> Option<&'a Name> {
        self.known_type(&condition.node.on.node, condition.node.on.pos)
    }

    fn known_type(&mut self, name: &Name, pos: Pos) -> Option<&'a Name> {
        let known = self.model.types.get_key_value(name).map(|(name, _)| name);
        let unknown = || Unknown { message: format!("Unknown type \"{}\".", excerpt(name)), pos };
        match known {
            Some(known) if !self.model.public.contains(known) => {
                self.names.types.push((known.clone(), unknown()));
            }
            Some(_) => {}
            None => self.names.nowhere.push(unknown()),
        }
        known
    }
}

/// The types that a viewer can reach by what the viewer may use, the introspection types included.
pub fn visible_types(model: &Model, viewer: &Viewer) -> HashSet<Name> {
    let roots = [Some(&model.query), model.mutation.as_ref(), model.subscription.as_ref()];
    let mut open: Vec<&Name> = roots.into_iter().flatten().collect();
    // Built-in scalars exist whether or not a field has them (specification section 3.5).
    let scalars = model.types.iter().filter(|(_, ty)| matches!(ty.kind, TypeKind::Scalar));
    open.extend(scalars.map(|(name, _)| name).filter(|name| BUILT_IN.contains(&name.as_str())));
    let mut visible = HashSet::new();
    while let Some(name) = open.pop() {
        let Some(ty) = model.types.get(name) else { continue };
        if !visible.insert(name.clone()) {
            continue;
        }
        for field in ty.fields.values().filter(|field| field.rule.is_none_or(|rule| rule.allows(viewer))) {
            open.push(named(&field.ty));
            open.extend(field.arguments.iter().map(|argument| named(&argument.ty)));
        }
        if let TypeKind::Input { fields, .. } = &ty.kind {
            open.extend(fields.iter().map(|field| named(&field.ty)));
        }
        open.extend(&ty.possible);
    }
    visible
}

const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];
