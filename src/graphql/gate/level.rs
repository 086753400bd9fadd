//! The fields selected on one object, flat and in order, each with the conditions it stands under
//! (specification section 6.3.2, `CollectFields`).

use std::collections::HashMap;
use std::fmt::Write;

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{Directive, Field, SelectionSet};
use async_graphql::{Name, Pos};

/// A fragment around fields: it applies to some types, or under `@skip` and `@include`.
pub struct Guard<'a> {
    /// The guard around this one; the first guard is its own.
    pub outer: usize,
    /// The type condition, where it narrows the type of the guard around.
    pub condition: Option<&'a Name>,
    /// The directives on the fragment.
    pub directives: &'a [Positioned<Directive>],
    /// Where the fragment stands.
    pub pos: Pos,
    /// The type that fields under this guard are selected on, where known.
    pub parent: Option<&'a Name>,
    /// Whether this guard or one around it depends on the type of the object.
    pub narrows: bool,
    /// Whether this guard or one around it depends on variables.
    pub depends: bool,
}

/// A field, with the selection sets of all its occurrences.
#[derive(Clone)]
pub struct Entry<'a> {
    /// The index of its guard.
    pub guard: usize,
    /// Its first occurrence.
    pub field: &'a Positioned<Field>,
    /// The selection sets of this and every merged occurrence; empty for a leaf.
    pub sets: Vec<Below<'a>>,
}

/// What one occurrence of a field selects, and its place among all occurrences of the level.
#[derive(Clone, Copy)]
pub struct Below<'a> {
    /// Later occurrences have greater numbers.
    pub order: usize,
    /// The selection set.
    pub set: &'a Positioned<SelectionSet>,
}

/// What is known of all entries with one response key.
struct Key {
    first: usize,
    narrows: bool,
    depends: bool,
}

/// The entries of one level.
pub struct Level<'a> {
    /// The guards; index 0 is no guard at all.
    pub guards: Vec<Guard<'a>>,
    /// The fields in order of their first occurrence.
    pub entries: Vec<Entry<'a>>,
    /// Whether, depending on variables, two entries may be the same field and should run once.
    pub variables_decide: bool,
    /// Whether, depending on the type of the object, two entries may be the same field.
    pub types_decide: bool,
    guard_ids: HashMap<(usize, Option<&'a str>, String), usize>,
    places: HashMap<(&'a str, usize, String), usize>,
    keys: HashMap<&'a str, Key>,
}

impl<'a> Level<'a> {
    /// An empty level on a type.
    pub fn new(parent: Option<&'a Name>) -> Self {
        let none = Guard {
            outer: 0,
            condition: None,
            directives: &[],
            pos: Pos::default(),
            parent,
            narrows: false,
            depends: false,
        };
        Self {
            guards: vec![none],
            entries: Vec::new(),
            variables_decide: false,
            types_decide: false,
            guard_ids: HashMap::new(),
            places: HashMap::new(),
            keys: HashMap::new(),
        }
    }

    /// The guard for a fragment inside the guard `outer`; the same for fragments that say the same.
    pub fn guard(
        &mut self,
        outer: usize,
        condition: Option<&'a Name>,
        directives: &'a [Positioned<Directive>],
        pos: Pos,
    ) -> usize {
        let id = (outer, condition.map(Name::as_str), written(directives));
        if let Some(&known) = self.guard_ids.get(&id) {
            return known;
        }
        let around = &self.guards[outer];
        let guard = Guard {
            outer,
            condition,
            directives,
            pos,
            parent: condition.or(around.parent),
            narrows: around.narrows || condition.is_some(),
            depends: around.depends || !directives.is_empty(),
        };
        self.guards.push(guard);
        self.guard_ids.insert(id, self.guards.len() - 1);
        self.guards.len() - 1
    }

    /// Adds an occurrence of a field: to the entry that it repeats, or as a new one.
    pub fn add(&mut self, guard: usize, field: &'a Positioned<Field>, sets: &[Below<'a>]) {
        let key = field.node.response_key().node.as_str();
        let place = (key, guard, written(&field.node.directives));
        let index = self.entries.len();
        match self.places.get(&place) {
            Some(&known) if is_same_field(&self.entries[known].field.node, &field.node) => {
                self.entries[known].sets.extend(sets);
                return;
            }
            // A conflict: validation refuses the document, so the occurrence is only kept for it.
            Some(_) => {}
            None => {
                if sets.is_empty() && self.repeats_a_leaf(key, guard, field) {
                    return;
                }
                self.places.insert(place, index);
                self.note(key, index, guard, field, !sets.is_empty());
            }
        }
        self.entries.push(Entry { guard, field, sets: sets.to_vec() });
    }

    /// Whether a leaf is selected already wherever this occurrence would select it.
    fn repeats_a_leaf(&self, key: &str, guard: usize, field: &Positioned<Field>) -> bool {
        let Some(first) = self.keys.get(key).map(|known| &self.entries[known.first]) else { return false };
        first.sets.is_empty()
            && first.field.node.directives.is_empty()
            && field.node.directives.iter().all(|directive| is_condition(&directive.node))
            && is_same_field(&first.field.node, &field.node)
            && self.path(guard).any(|outer| outer == first.guard)
    }

    fn note(&mut self, key: &'a str, index: usize, guard: usize, field: &Positioned<Field>, composite: bool) {
        let guard = &self.guards[guard];
        let depends =
            guard.depends || field.node.directives.iter().any(|directive| is_condition(&directive.node));
        let narrows = guard.narrows;
        match self.keys.get_mut(key) {
            None => {
                self.keys.insert(key, Key { first: index, narrows, depends });
            }
            Some(known) => {
                known.narrows |= narrows;
                known.depends |= depends;
                self.variables_decide |= known.depends;
                self.types_decide |= known.narrows && composite;
            }
        }
    }

    /// A guard and those around it, inside out, the guard 0 included.
    pub fn path(&self, guard: usize) -> impl Iterator<Item = usize> {
        let mut next = Some(guard);
        std::iter::from_fn(move || {
            let current = next?;
            next = (current != 0).then(|| self.guards[current].outer);
            Some(current)
        })
    }
}

/// Whether a directive is `@skip` or `@include`.
pub fn is_condition(directive: &Directive) -> bool {
    directive.name.node == "skip" || directive.name.node == "include"
}

/// Whether two occurrences call the same field in the same way, whatever they select from it.
pub fn is_same_field(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| other.get_argument(&name.node) == Some(value))
}

/// Directives as text, to compare them.
fn written(directives: &[Positioned<Directive>]) -> String {
    let mut text = String::new();
    for directive in directives {
        text.push('@');
        text.push_str(&directive.node.name.node);
        for (name, value) in &directive.node.arguments {
            // Writing to a string cannot fail.
            let _ = write!(text, "({}:{})", name.node, value.node);
        }
    }
    text
}
