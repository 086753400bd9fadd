//! Rewrites an operation so that every field that the specification's executor would run once
//! occurs once: fragments inlined, equal fields merged, first occurrences in order.
//!
//! The library runs a field as often as it is written and merges the results afterwards. For a
//! query that is slow; for a change it would be wrong.

use std::collections::HashMap;

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    Field, FragmentDefinition, InlineFragment, Selection, SelectionSet, TypeCondition,
};
use async_graphql::{Name, Pos};

use super::level::{Below, Entry, Level};
use super::model::Model;

/// Rewrites the selection sets of one document.
pub struct Merger<'a> {
    model: &'a Model,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Fields that may still be written out once a type instead of once.
    spare: usize,
    /// Whether somewhere only the variables tell if two fields are one; see [`super::settle`].
    pub variables_decide: bool,
}

impl<'a> Merger<'a> {
    /// A merger that may add up to `spare` fields where that makes the executor exact.
    ///
    /// Fragments must be known and free of circles: see [`super::survey`].
    pub fn new(
        model: &'a Model,
        fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
        spare: usize,
    ) -> Self {
        Self { model, fragments, spare, variables_decide: false }
    }

    /// One selection set that selects from `parent` what all `sets` together select.
    pub fn merge(
        &mut self,
        parent: Option<&'a Name>,
        sets: &[&'a Positioned<SelectionSet>],
    ) -> Positioned<SelectionSet> {
        let mut level = Level::new(parent);
        let mut order = 0;
        for set in sets {
            self.collect(&mut level, 0, &set.node, &mut order);
        }
        let objects = parent.map_or(&[][..], |parent| self.model.possible(parent));
        let items = if level.types_decide && self.can_afford(&level, objects.len()) {
            objects.iter().filter_map(|object| self.write_for(&level, object)).collect()
        } else {
            self.variables_decide |= level.variables_decide;
            self.write(&level)
        };
        Positioned::new(SelectionSet { items }, sets.first().map_or(Pos::default(), |set| set.pos))
    }

    fn collect(&self, level: &mut Level<'a>, guard: usize, set: &'a SelectionSet, order: &mut usize) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    *order += 1;
                    let set = &field.node.selection_set;
                    let below = [Below { order: *order, set }];
                    level.add(guard, field, if set.node.items.is_empty() { &[] } else { &below });
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let inner = self.enter(level, guard, condition, item);
                    self.collect(level, inner, &fragment.node.selection_set.node, order);
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) else {
                        continue;
                    };
                    let inner = self.enter(level, guard, Some(&fragment.node.type_condition), item);
                    self.collect(level, inner, &fragment.node.selection_set.node, order);
                }
            }
        }
    }

    /// The guard inside a fragment: the one around it where the fragment changes nothing.
    fn enter(
        &self,
        level: &mut Level<'a>,
        guard: usize,
        condition: Option<&'a Positioned<TypeCondition>>,
        fragment: &'a Positioned<Selection>,
    ) -> usize {
        let parent = level.guards[guard].parent;
        let condition = condition.map(|condition| &condition.node.on.node);
        let narrowing = condition.filter(|condition| !self.always_applies(condition, parent));
        let directives = fragment.node.directives();
        if narrowing.is_none() && directives.is_empty() {
            return guard;
        }
        // The library does not look into unions: whether an object belongs to one is settled here.
        level.types_decide |= narrowing.is_some_and(|condition| self.model.is_union(condition));
        level.guard(guard, narrowing, directives, fragment.pos)
    }

    fn always_applies(&self, condition: &Name, parent: Option<&Name>) -> bool {
        parent.is_some_and(|parent| {
            condition == parent || (!self.model.is_abstract(parent) && self.model.applies(condition, parent))
        })
    }

    /// Whether the level may be written out once for each possible object.
    fn can_afford(&mut self, level: &Level<'a>, objects: usize) -> bool {
        let below =
            |entry: &Entry<'a>| entry.sets.iter().map(|below| self.size(&below.set.node)).sum::<usize>();
        let fields: usize = level.entries.iter().map(|entry| 1 + below(entry)).sum();
        let price = fields.saturating_mul(objects);
        let affordable = objects > 0 && price <= self.spare;
        if affordable {
            self.spare -= price;
        }
        affordable
    }

    fn size(&self, set: &SelectionSet) -> usize {
        let below = |item: &Positioned<Selection>| match &item.node {
            Selection::Field(field) => 1 + self.size(&field.node.selection_set.node),
            Selection::InlineFragment(fragment) => self.size(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => self
                .fragments
                .get(&spread.node.fragment_name.node)
                .map_or(0, |fragment| self.size(&fragment.node.selection_set.node)),
        };
        set.items.iter().map(below).sum()
    }

    /// The entries that apply to one object type, merged among themselves, in a fragment on it.
    fn write_for(&mut self, level: &Level<'a>, object: &'a Name) -> Option<Positioned<Selection>> {
        let mut own = Level::new(Some(object));
        for entry in &level.entries {
            let mut path: Vec<usize> = level.path(entry.guard).collect();
            path.reverse();
            let applies = |guard: &usize| {
                level.guards[*guard].condition.is_none_or(|condition| self.model.applies(condition, object))
            };
            if !path.iter().all(applies) {
                continue;
            }
            let conditional = path.into_iter().filter(|guard| !level.guards[*guard].directives.is_empty());
            let guard = conditional.fold(0, |outer, guard| {
                let guard = &level.guards[guard];
                own.guard(outer, None, guard.directives, guard.pos)
            });
            own.add(guard, entry.field, &entry.sets);
        }
        self.variables_decide |= own.variables_decide;
        own.entries.iter_mut().for_each(|entry| entry.sets.sort_by_key(|below| below.order));
        let items = self.write(&own);
        let pos = items.first()?.pos;
        Some(inline(Some(object), &[], SelectionSet { items }, pos))
    }

    /// The entries as selections; neighbours under the same guard share their fragments.
    fn write(&mut self, level: &Level<'a>) -> Vec<Positioned<Selection>> {
        let mut items = Vec::with_capacity(level.entries.len());
        for run in level.entries.chunk_by(|one, other| one.guard == other.guard) {
            let guard = run[0].guard;
            let parent = level.guards[guard].parent;
            let mut fields: Vec<_> = run.iter().map(|entry| self.write_field(parent, entry)).collect();
            for guard in level.path(guard).filter(|guard| *guard != 0).map(|guard| &level.guards[guard]) {
                fields = vec![inline(
                    guard.condition,
                    guard.directives,
                    SelectionSet { items: fields },
                    guard.pos,
                )];
            }
            items.append(&mut fields);
        }
        items
    }

    fn write_field(&mut self, parent: Option<&'a Name>, entry: &Entry<'a>) -> Positioned<Selection> {
        let field = &entry.field.node;
        let selection_set = if entry.sets.is_empty() {
            field.selection_set.clone()
        } else {
            let sets: Vec<_> = entry.sets.iter().map(|below| below.set).collect();
            self.merge(self.model.target(parent, &field.name.node), &sets)
        };
        let field = Field {
            alias: field.alias.clone(),
            name: field.name.clone(),
            arguments: field.arguments.clone(),
            directives: field.directives.clone(),
            selection_set,
        };
        let pos = entry.field.pos;
        Positioned::new(Selection::Field(Positioned::new(field, pos)), pos)
    }
}

fn inline(
    condition: Option<&Name>,
    directives: &[Positioned<async_graphql::parser::types::Directive>],
    set: SelectionSet,
    pos: Pos,
) -> Positioned<Selection> {
    let on = |name: &Name| Positioned::new(TypeCondition { on: Positioned::new(name.clone(), pos) }, pos);
    let fragment = InlineFragment {
        type_condition: condition.map(on),
        directives: directives.to_vec(),
        selection_set: Positioned::new(set, pos),
    };
    Positioned::new(Selection::InlineFragment(Positioned::new(fragment, pos)), pos)
}
