//! Facets sorted into groups: one for each kind, and one for each option.

use std::collections::HashMap;

use entity::search::facet::FacetKind;

use super::labels::Label;
use super::{Tally, room};
use crate::services::search::filter::Resolved;

/// Values of one kind.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they are about.
    pub kind: FacetKind,
    /// The option's name in the base language, else empty.
    pub name: String,
    /// The option's name in the language of the request, else empty.
    pub label: String,
    /// The values, the most frequent first.
    pub values: Vec<Value>,
}

/// A value that a list can be narrowed by.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value as filters take it.
    pub value: String,
    /// The value as shoppers read it.
    pub label: String,
    /// How many products would be left.
    pub count: i64,
    /// Whether the filter has it already.
    pub selected: bool,
}

/// Sorts the counted facets into groups; each group's counts come from the tally that leaves its own filter out.
pub(super) fn of<'a>(
    labels: &HashMap<i64, Label>,
    filter: &Resolved,
    tally_of: impl Fn(FacetKind, &str) -> &'a Tally,
) -> Vec<Group> {
    let mut found = Groups::default();
    // An option is called after the first of its values; those without a translation come last.
    let mut labels: Vec<(&i64, &Label)> = labels.iter().collect();
    labels.sort_by_key(|(id, label)| (label.name_rank, **id));
    for (id, label) in labels {
        let selected = filter.groups.iter().any(|group| group.ids.contains(id));
        let count = tally_of(label.kind, &label.name).facets.get(id).copied();
        // What has been chosen can be taken back, even where it leaves nothing.
        let Some(count) = count.or(selected.then_some(0)) else { continue };
        let value = Value { value: label.value.clone(), label: label.value_text.clone(), count, selected };
        found.group(label.kind, &label.name, &label.name_text).values.push(value);
    }
    for group in &filter.groups {
        // As an old bookmark may have it: nothing is left, and it can be taken back.
        for value in &group.unknown {
            let values = &mut found.group(group.kind, &group.name, &group.name).values;
            if values.iter().all(|known| known.value != *value) {
                values.push(Value { value: value.clone(), label: value.clone(), count: 0, selected: true });
            }
        }
    }
    let Groups { mut groups, .. } = found;
    for group in &mut groups {
        group.values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
    }
    let mut groups = room::fit(groups);
    groups.sort_by(|a, b| (order(a.kind), &a.name).cmp(&(order(b.kind), &b.name)));
    groups
}

/// Groups in the making, each with its place.
#[derive(Default)]
struct Groups<'a> {
    groups: Vec<Group>,
    places: HashMap<(FacetKind, &'a str), usize>,
}

impl<'a> Groups<'a> {
    /// The group of that kind and name, called `label` if it is new.
    fn group(&mut self, kind: FacetKind, name: &'a str, label: &str) -> &mut Group {
        let place = *self.places.entry((kind, name)).or_insert(self.groups.len());
        if place == self.groups.len() {
            let (name, label) = (name.to_owned(), label.to_owned());
            self.groups.push(Group { kind, name, label, values: Vec::new() });
        }
        &mut self.groups[place]
    }
}

/// The order in which shoppers read facets.
fn order(kind: FacetKind) -> u8 {
    match kind {
        FacetKind::Category => 0,
        FacetKind::Collection => 1,
        FacetKind::ProductType => 2,
        FacetKind::Vendor => 3,
        FacetKind::Option => 4,
        FacetKind::Tag => 5,
    }
}
