//! How much of the facets is told: a shop may have more options, and of each more values, than an answer should hold.

use std::cmp::Reverse;

use entity::search::facet::FacetKind;

use super::buckets;
use super::groups::Group;

/// Facets that are told at most. A client pays for so many.
pub const MAX_FACETS: usize = 100;
/// Values that a facet has on average at most, if there are [`MAX_FACETS`]. A client pays for so many of each.
pub const VALUES_OF_EACH: usize = 10;

/// Values of one facet that are told at most.
const MAX_VALUES: usize = 50;
/// Options that are told at most: there are seven facets of other kinds.
const MAX_OPTIONS: usize = MAX_FACETS - 7;
/// Values that are told at most, but for the ranges of prices and for availability.
const ROOM: usize = MAX_FACETS * VALUES_OF_EACH - buckets::MOST - 2;

/// Cuts groups, whose values are the most frequent first, to what is told. Options have the room that other kinds leave:
/// all of them are told, each with as many values as any other may have. What the filter has is always told.
pub fn fit(groups: Vec<Group>) -> Vec<Group> {
    let (mut options, mut groups): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|group| group.kind == FacetKind::Option);
    options.sort_by_cached_key(|group| (!is_selected(group), Reverse(products(group)), group.name.clone()));
    options.truncate(MAX_OPTIONS);
    let taken = told(&groups, MAX_VALUES);
    let has_room = |most: &usize| taken + told(&options, *most) <= ROOM;
    let most = (1..=MAX_VALUES).rev().find(has_room).unwrap_or(1);
    for group in &mut groups {
        cut(group, MAX_VALUES);
    }
    for group in &mut options {
        cut(group, most);
    }
    groups.append(&mut options);
    groups
}

/// How many values are left of groups that are cut so.
fn told(groups: &[Group], most: usize) -> usize {
    let left = |group: &Group| {
        let values = group.values.iter().enumerate();
        values.filter(|(place, value)| *place < most || value.selected).count()
    };
    groups.iter().map(left).sum()
}

fn cut(group: &mut Group, most: usize) {
    let mut place = 0;
    group.values.retain(|value| {
        place += 1;
        place <= most || value.selected
    });
}

fn is_selected(group: &Group) -> bool {
    group.values.iter().any(|value| value.selected)
}

/// How many products have an option is at least what its most frequent value tells, and at most what all tell.
fn products(group: &Group) -> (i64, i64) {
    let counts = group.values.iter().map(|value| value.count);
    (counts.clone().max().unwrap_or(0), counts.sum::<i64>())
}

#[cfg(test)]
mod tests {
    use super::super::groups::Value;
    use super::*;

    fn group(kind: FacetKind, name: &str, values: i64) -> Group {
        let value =
            |count: i64| Value { value: count.to_string(), label: count.to_string(), count, selected: false };
        let values = (1..=values).rev().map(value).collect();
        Group { kind, name: name.to_owned(), label: name.to_owned(), values }
    }

    fn options(many: usize, values: i64) -> Vec<Group> {
        (0..many).map(|option| group(FacetKind::Option, &format!("option {option:03}"), values)).collect()
    }

    fn option<'a>(groups: &'a [Group], name: &str) -> Option<&'a Group> {
        groups.iter().find(|group| group.name == name)
    }

    fn values(groups: &[Group]) -> usize {
        groups.iter().map(|group| group.values.len()).sum()
    }

    #[test]
    fn each_option_is_told_however_many_values_the_others_have() {
        let mut groups = options(40, 60);
        groups.push(group(FacetKind::Option, "few", 3));
        let fitted = fit(groups);
        assert_eq!(fitted.len(), 41);
        assert_eq!(option(&fitted, "few").unwrap().values.len(), 3);
        // (1000 - 8 - 3) / 40
        assert!(fitted.iter().filter(|group| group.name != "few").all(|group| group.values.len() == 24));
        assert_eq!(
            fitted.iter().map(|group| group.values[0].count).max(),
            Some(60),
            "the most frequent first"
        );
    }

    #[test]
    fn few_options_are_told_whole() {
        assert!(fit(options(19, 80)).iter().all(|group| group.values.len() == 50));
        assert!(fit(options(90, 11)).iter().all(|group| group.values.len() == 11));
    }

    #[test]
    fn no_more_is_told_than_a_client_pays_for() {
        for (many, of_each) in [(14, 50), (93, 50), (94, 10), (2000, 50)] {
            let mut groups = options(many, of_each);
            for kind in [FacetKind::Tag, FacetKind::Vendor, FacetKind::Category] {
                groups.push(group(kind, "", 70));
            }
            let fitted = fit(groups);
            assert!(fitted.len() + 4 <= MAX_FACETS, "{many} {of_each}");
            assert!(values(&fitted) <= ROOM, "{many} {of_each}");
            let others = fitted.iter().filter(|group| group.kind != FacetKind::Option);
            assert!(others.clone().count() == 3 && others.clone().all(|group| group.values.len() == 50));
        }
    }

    /// The most that a filter takes: 50 values of each kind, and 250 of options.
    #[test]
    fn what_the_filter_has_takes_no_more_either() {
        let select = |group: &mut Group, from: usize| {
            group.values[from..from + 50].iter_mut().for_each(|value| value.selected = true);
        };
        let mut groups = options(100, 150);
        groups[..5].iter_mut().for_each(|group| select(group, 100));
        let kinds = [FacetKind::Category, FacetKind::Collection, FacetKind::ProductType];
        for kind in kinds.into_iter().chain([FacetKind::Vendor, FacetKind::Tag]) {
            groups.push(group(kind, "", 200));
            select(groups.last_mut().unwrap(), 150);
        }
        let fitted = fit(groups);
        let chosen = fitted.iter().flat_map(|group| &group.values).filter(|value| value.selected);
        assert_eq!(chosen.count(), 500, "all that was chosen");
        assert_eq!(fitted.len(), 93 + 5);
        assert!(values(&fitted) <= ROOM, "{}", values(&fitted));
    }

    #[test]
    fn where_there_are_too_many_those_of_most_products_are_told_and_what_the_filter_has() {
        let mut groups = options(1000, 1);
        groups[700].values[0].count = 9;
        groups[900].values[0].selected = true;
        let fitted = fit(groups);
        assert_eq!(fitted.len(), 93);
        assert!(option(&fitted, "option 700").is_some() && option(&fitted, "option 900").is_some());
        let mut groups = options(93, 20);
        groups[5].values[19].selected = true;
        let fitted = fit(groups);
        let chosen: Vec<_> =
            option(&fitted, "option 005").unwrap().values.iter().map(|value| value.selected).collect();
        // 992 / 93
        assert_eq!(chosen, [[false; 10].as_slice(), &[true]].concat());
    }
}
