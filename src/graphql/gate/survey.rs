//! How large a document is once its fragments are expanded, found without expanding them.
//!
//! Each fragment is measured once. Fragments are then summed up in topological order, so thirty
//! fragments that double are thirty additions.

use std::collections::{HashMap, HashSet};

use async_graphql::Name;
use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};

use super::limits::Limits;
use super::refusal::{Refusal, excerpt};
use super::weight;

/// The size of a selection set with its fragments expanded; sums saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Extent {
    fields: u64,
    aliases: u64,
    depth: usize,
    nesting: usize,
    top: u64,
    values: u64,
}

/// A fragment spread and where it stands.
struct Spread<'a> {
    name: &'a Name,
    depth: usize,
    nesting: usize,
    at_top: bool,
}

/// What one definition holds by itself, and what it spreads.
#[derive(Default)]
struct Part<'a> {
    own: Extent,
    heaviest: Heaviest,
    spreads: Vec<Spread<'a>>,
}

/// The weight of the heaviest argument of a document.
pub type Heaviest = u64;

/// Checks a parsed document against the limits, in time linear in its text, and tells the weight of its heaviest
/// argument.
///
/// # Errors
/// A refusal for anything above a limit, and for fragments that are unknown, unused (specification
/// section 5.5.1.4) or part of a circle (section 5.5.2.2).
pub fn survey(document: &ExecutableDocument, limits: &Limits) -> Result<Heaviest, Refusal> {
    at_most(limits.operations, "operations", document.operations.iter().len() as u64)?;
    at_most(limits.fragments, "fragments", document.fragments.len() as u64)?;
    let mut fragments = HashMap::with_capacity(document.fragments.len());
    for (name, fragment) in &document.fragments {
        check_directives(&fragment.node.directives, limits)?;
        fragments.insert(name, Part::of(&fragment.node.selection_set.node, limits)?);
    }
    let mut operations = Vec::new();
    for (_, operation) in document.operations.iter() {
        check_definition(&operation.node, limits)?;
        operations.push(Part::of(&operation.node.selection_set.node, limits)?);
    }
    check_spreads(document, &fragments, &operations)?;
    let extents = sum_up(&fragments)?;
    let extents: Vec<Extent> = operations.iter().map(|operation| operation.total(&extents)).collect();
    let fields = extents.iter().fold(0, |sum: u64, extent| sum.saturating_add(extent.fields));
    at_most(limits.expanded_fields, "fields with fragments expanded", fields)?;
    let values = extents.iter().fold(0, |sum: u64, extent| sum.saturating_add(extent.values));
    at_most(limits.expanded_values, "values with fragments expanded", values)?;
    for extent in extents {
        at_most(limits.depth, "levels of fields", extent.depth as u64)?;
        at_most(limits.nesting, "levels of selections", extent.nesting as u64)?;
        at_most(limits.root_fields, "root fields", extent.top)?;
        at_most(limits.aliases, "aliases", extent.aliases)?;
    }
    Ok(fragments.values().chain(&operations).map(|part| part.heaviest).max().unwrap_or(0))
}

fn at_most(limit: usize, what: &str, found: u64) -> Result<(), Refusal> {
    if found > limit as u64 { Err(Refusal::above(limit, what, Some(found))) } else { Ok(()) }
}

fn check_definition(operation: &OperationDefinition, limits: &Limits) -> Result<(), Refusal> {
    check_directives(&operation.directives, limits)?;
    operation.variable_definitions.iter().try_for_each(|v| check_directives(&v.node.directives, limits))
}

fn check_directives(directives: &[Positioned<Directive>], limits: &Limits) -> Result<(), Refusal> {
    match directives.get(limits.directives) {
        Some(directive) => Err(Refusal::at(
            format!(
                "There are {} directives in one place; at most {} are allowed.",
                directives.len(),
                limits.directives
            ),
            directive.pos,
        )),
        None => Ok(()),
    }
}

impl<'a> Part<'a> {
    fn of(set: &'a SelectionSet, limits: &Limits) -> Result<Self, Refusal> {
        let mut part = Self::default();
        part.walk(set, 0, 1, limits)?;
        Ok(part)
    }

    /// `depth`: fields above this set. `nesting`: selection sets down to and with this one.
    fn walk(
        &mut self,
        set: &'a SelectionSet,
        depth: usize,
        nesting: usize,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        at_most(limits.selections, "selections in one set", set.items.len() as u64)?;
        self.own.nesting = self.own.nesting.max(nesting);
        for item in &set.items {
            check_directives(item.node.directives(), limits)?;
            self.own.values += weight::of_directives(item.node.directives());
            match &item.node {
                Selection::Field(field) => {
                    self.own.fields += 1;
                    self.own.aliases += u64::from(field.node.alias.is_some());
                    self.own.top += u64::from(depth == 0);
                    for (_, value) in &field.node.arguments {
                        let weight = weight::of_value(&value.node);
                        self.own.values += weight;
                        self.heaviest = self.heaviest.max(weight);
                    }
                    self.own.depth = self.own.depth.max(depth + 1);
                    if !field.node.selection_set.node.items.is_empty() {
                        self.walk(&field.node.selection_set.node, depth + 1, nesting + 1, limits)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.walk(&fragment.node.selection_set.node, depth, nesting + 1, limits)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    self.spreads.push(Spread { name, depth, nesting, at_top: depth == 0 });
                }
            }
        }
        Ok(())
    }

    /// The extent with every spread counted; fragments without an extent yet count nothing.
    fn total(&self, extents: &HashMap<&Name, Extent>) -> Extent {
        let mut total = self.own;
        for spread in &self.spreads {
            let Some(inner) = extents.get(spread.name) else { continue };
            total.fields = total.fields.saturating_add(inner.fields);
            total.values = total.values.saturating_add(inner.values);
            total.aliases = total.aliases.saturating_add(inner.aliases);
            total.depth = total.depth.max(spread.depth.saturating_add(inner.depth));
            total.nesting = total.nesting.max(spread.nesting.saturating_add(inner.nesting));
            if spread.at_top {
                total.top = total.top.saturating_add(inner.top);
            }
        }
        total
    }
}

/// Every spread names a fragment, and every fragment is reached from an operation.
fn check_spreads(
    document: &ExecutableDocument,
    fragments: &HashMap<&Name, Part<'_>>,
    operations: &[Part<'_>],
) -> Result<(), Refusal> {
    let mut reached = HashSet::new();
    let mut open: Vec<&Part<'_>> = operations.iter().collect();
    while let Some(part) = open.pop() {
        for spread in &part.spreads {
            let Some(fragment) = fragments.get(spread.name) else {
                return Err(Refusal::bad_request(format!("Unknown fragment \"{}\".", excerpt(spread.name))));
            };
            if reached.insert(spread.name) {
                open.push(fragment);
            }
        }
    }
    let unused = document.fragments.iter().filter(|(name, _)| !reached.contains(name));
    match unused.min_by_key(|(_, fragment)| fragment.pos) {
        Some((name, fragment)) => {
            Err(Refusal::at(format!("Fragment \"{}\" is never used.", excerpt(name)), fragment.pos))
        }
        None => Ok(()),
    }
}

/// The extents of all fragments, each computed once, after those that it spreads.
fn sum_up<'a>(fragments: &HashMap<&'a Name, Part<'a>>) -> Result<HashMap<&'a Name, Extent>, Refusal> {
    let mut waiting: HashMap<&Name, usize> = HashMap::new();
    let mut users: HashMap<&Name, Vec<&'a Name>> = HashMap::new();
    let mut ready = Vec::new();
    for (&name, part) in fragments {
        waiting.insert(name, part.spreads.len());
        part.spreads.iter().for_each(|spread| users.entry(spread.name).or_default().push(name));
        if part.spreads.is_empty() {
            ready.push(name);
        }
    }
    let mut extents = HashMap::with_capacity(fragments.len());
    while let Some(name) = ready.pop() {
        let Some(part) = fragments.get(name) else { continue };
        extents.insert(name, part.total(&extents));
        for &user in users.get(name).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    ready.push(user);
                }
            }
        }
    }
    if extents.len() == fragments.len() { Ok(extents) } else { Err(circle(fragments, &extents)) }
}

/// Names the fragments of one circle: whoever has no extent spreads somebody without an extent.
fn circle(fragments: &HashMap<&Name, Part<'_>>, extents: &HashMap<&Name, Extent>) -> Refusal {
    let mut path: Vec<&Name> = Vec::new();
    let mut next = fragments.keys().copied().filter(|name| !extents.contains_key(name)).min();
    while let Some(name) = next {
        if let Some(start) = path.iter().position(|seen| *seen == name) {
            path.drain(..start);
            path.push(name);
            break;
        }
        path.push(name);
        let spreads = fragments.get(name).map(|part| part.spreads.iter()).into_iter().flatten();
        next = spreads.map(|spread| spread.name).find(|name| !extents.contains_key(name));
    }
    let names: Vec<String> = path.iter().take(5).map(|name| excerpt(name)).collect();
    Refusal::bad_request(format!("Fragments must not spread themselves: {}.", names.join(" → ")))
}
