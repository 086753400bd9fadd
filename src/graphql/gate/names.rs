//! Which names of a document exist, and for whom: fields, and types of variables and fragments.
//!
//! What is not there and what is not for the viewer are told by the same words, and before anything else that is wrong
//! with the document, so that no answer tells one from the other.

use std::collections::HashSet;

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet, TypeCondition};
use async_graphql::{Name, Pos};

use super::model::{Model, TypeKind, named};
use super::refusal::{Problem, Refusal, excerpt};
use crate::graphql::rule::Rule;
use crate::services::Viewer;

/// The names of a document that are not there for everybody, outer ones before inner ones.
#[derive(Debug, Default)]
pub struct Names(Vec<Unknown>);

/// A name that is not there for everybody, and what is said of it then.
#[derive(Debug)]
struct Unknown {
    /// Who finds it.
    there: There,
    /// The one of these names that it stands below: where that is not there, nothing is said of this one.
    below: Option<usize>,
    message: String,
    pos: Pos,
}

#[derive(Debug)]
enum There {
    ForNobody,
    For(Rule),
    /// Where the viewer can reach this type.
    WithType(Name),
}

impl Names {
    /// Looks at every name of a document once, in time linear in its text.
    pub fn of(document: &ExecutableDocument, model: &Model) -> Self {
        let mut walk = Walk { model, found: Vec::new() };
        for (_, operation) in document.operations.iter() {
            for variable in &operation.node.variable_definitions {
                let ty = named(&variable.node.var_type.node);
                walk.known_type(ty, variable.node.var_type.pos, None);
            }
            walk.set(model.root(operation.node.ty), &operation.node.selection_set.node, None);
        }
        for fragment in document.fragments.values() {
            let (parent, below) = walk.condition(&fragment.node.type_condition, None);
            walk.set(parent, &fragment.node.selection_set.node, below);
        }
        Self(walk.found)
    }

    /// Whether all names are there for the viewer.
    ///
    /// # Errors
    /// A refusal that names those that are not.
    pub fn check(&self, viewer: &Viewer, model: &Model) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let has_types = self.0.iter().any(|name| matches!(name.there, There::WithType(_)));
        let visible = if has_types { visible_types(model, viewer) } else { HashSet::new() };
        let mut there: Vec<bool> = Vec::with_capacity(self.0.len());
        let mut told = Vec::new();
        for name in &self.0 {
            let outer = name.below.is_none_or(|below| there.get(below).copied().unwrap_or(false));
            let own = match &name.there {
                There::ForNobody => false,
                There::For(rule) => rule.allows(viewer),
                There::WithType(ty) => visible.contains(ty),
            };
            if outer && !own {
                told.push(name);
            }
            there.push(outer && own);
        }
        told.sort_by_key(|name| (name.pos.line, name.pos.column));
        // A page whose user's session has ended asks for what takes a sign-in: that is no attack.
        let is_foreign = told.iter().any(|name| matches!(name.there, There::For(Rule::Needs(_))));
        let problems = told.into_iter().map(|name| Problem::at(&name.message, [name.pos])).collect();
        Refusal::unless_empty(problems).map_err(|refusal| Refusal { is_foreign, ..refusal })
    }

    /// The rules of fields that are not for everybody, in the order of the text.
    pub fn rules(&self) -> Vec<Rule> {
        let rule = |name: &Unknown| if let There::For(rule) = name.there { Some(rule) } else { None };
        self.0.iter().filter_map(rule).collect()
    }
}

struct Walk<'a> {
    model: &'a Model,
    found: Vec<Unknown>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, parent: Option<&'a Name>, set: &SelectionSet, below: Option<usize>) {
        // A type that is not there has been told of already.
        let Some(parent) = parent else { return };
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let (inner, below) = self.field(parent, &field.node.name.node, field.pos, below);
                    self.set(inner, &field.node.selection_set.node, below);
                }
                Selection::InlineFragment(fragment) => {
                    let (inner, below) = match &fragment.node.type_condition {
                        Some(condition) => self.condition(condition, below),
                        None => (Some(parent), below),
                    };
                    self.set(inner, &fragment.node.selection_set.node, below);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Notes a field where it is not there for everybody; answers the type that is selected from, and what it is below.
    fn field(
        &mut self,
        parent: &Name,
        name: &Name,
        pos: Pos,
        below: Option<usize>,
    ) -> (Option<&'a Name>, Option<usize>) {
        let known = self.model.field(parent, name);
        let there = match known.map(|field| field.rule) {
            None => Some(There::ForNobody),
            Some(None | Some(Rule::Anyone)) => None,
            Some(Some(rule)) => Some(There::For(rule)),
        };
        let message = || format!("Unknown field \"{}\" on type \"{parent}\".", excerpt(name));
        let below = self.note(there, below, message, pos);
        // Below a leaf there is nothing to look for: validation says so.
        (known.map(|field| named(&field.ty)).filter(|ty| !self.model.is_leaf(ty)), below)
    }

    fn condition(
        &mut self,
        condition: &Positioned<TypeCondition>,
        below: Option<usize>,
    ) -> (Option<&'a Name>, Option<usize>) {
        self.known_type(&condition.node.on.node, condition.node.on.pos, below)
    }

    fn known_type(
        &mut self,
        name: &Name,
        pos: Pos,
        below: Option<usize>,
    ) -> (Option<&'a Name>, Option<usize>) {
        let known = self.model.types.get_key_value(name).map(|(name, _)| name);
        let there = match known {
            None => Some(There::ForNobody),
            Some(name) if self.model.public.contains(name) => None,
            Some(name) => Some(There::WithType(name.clone())),
        };
        (known, self.note(there, below, || format!("Unknown type \"{}\".", excerpt(name)), pos))
    }

    fn note(
        &mut self,
        there: Option<There>,
        below: Option<usize>,
        message: impl FnOnce() -> String,
        pos: Pos,
    ) -> Option<usize> {
        let Some(there) = there else { return below };
        self.found.push(Unknown { there, below, message: message(), pos });
        Some(self.found.len() - 1)
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

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use entity::id::{AccountId, SessionId};

    use super::*;
    use crate::services::Permission;

    const SDL: &str = r#"
        directive @access(to: String!) on FIELD_DEFINITION
        type Query { part: Part @access(to: "anyone") stock(in: In): Stock @access(to: "stock.write") closed: Int }
        type Part { name: String cost: Int @access(to: "prices.write") }
        type Stock { level: Int part: Part }
        input In { a: Int }
    "#;

    fn told(text: &str, permissions: &[Permission]) -> Vec<String> {
        let model = Model::parse(SDL).unwrap();
        let names = Names::of(&parse_query(text).unwrap(), &model);
        let (account, session) = (AccountId::generate(), SessionId::generate());
        let viewer = Viewer::Staff { account, session, permissions: permissions.iter().copied().collect() };
        let told = names.check(&viewer, &model).err().map(|refusal| refusal.errors);
        told.into_iter().flatten().map(|problem| problem.message).collect()
    }

    #[test]
    fn only_the_outermost_name_that_is_not_there_is_told() {
        let stock = ["Unknown field \"stock\" on type \"Query\"."];
        assert_eq!(told("{ stock { level nope part { cost } } }", &[]), stock);
        let inner = ["Unknown field \"nope\" on type \"Stock\".", "Unknown field \"cost\" on type \"Part\"."];
        assert_eq!(told("{ stock { level nope part { cost } } }", &[Permission::StockWrite]), inner);
        assert_eq!(told("{ part { name cost } }", &[Permission::PricesWrite]), [""; 0]);
    }

    #[test]
    fn nobody_is_let_in_where_nothing_is_declared() {
        assert_eq!(told("{ closed }", Permission::ALL), ["Unknown field \"closed\" on type \"Query\"."]);
    }

    #[test]
    fn types_are_there_for_those_who_can_reach_them() {
        for text in ["query ($a: In) { part { name } }", "{ part { name ... on In { nope } } }"] {
            assert_eq!(told(text, &[]), ["Unknown type \"In\"."]);
        }
        assert_eq!(told("query ($a: In) { stock(in: $a) { level } }", &[Permission::StockWrite]), [""; 0]);
        assert_eq!(told("{ part { ... on Stock { nope } } }", &[]), ["Unknown type \"Stock\"."]);
    }

    #[test]
    fn the_rights_that_a_document_needs_are_known() {
        let model = Model::parse(SDL).unwrap();
        let names = Names::of(&parse_query("{ stock { part { cost } } }").unwrap(), &model);
        let needs = [Permission::StockWrite, Permission::PricesWrite].map(Rule::Needs);
        assert_eq!(names.rules(), needs);
    }
}
