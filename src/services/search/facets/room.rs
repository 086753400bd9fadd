//! How much of the facets is told: a shop may have more options, and of each more values, than an answer should hold.

use std::cmp::Reverse;

use entity::search::facet::FacetKind;

use super::groups::Group;

/// Values of a facet that are told at most.
const MAX_VALUES: usize = 50;

/// Facets and values of options that are told at most, together: as much as 13 options with all their values. So with
/// the seven other kinds an answer holds no more than 20 whole facets, for which it is priced.
const ROOM: usize = 13 * (1 + MAX_VALUES);

/// Cuts groups, whose values are the most frequent first, to what is told. Every option is told while there is room, each
/// with as many values as all others may have. What the filter has is always told.
pub fn fit(groups: Vec<Group>) -> Vec<Group> {
    let (mut options, mut groups): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|group| group.kind == FacetKind::Option);
    for group in &mut groups {
        cut(group, MAX_VALUES);
    }
    options.sort_by_cached_key(|group| (!is_selected(group), Reverse(products(group)), group.name.clone()));
    options.truncate(ROOM / 2);
    let size = |most: usize| options.iter().map(|group| 1 + group.values.len().min(most)).sum::<usize>();
    let most = (1..=MAX_VALUES).rev().find(|most| size(*most) <= ROOM).unwrap_or(1);
    for group in &mut options {
        cut(group, most);
    }
    groups.append(&mut options);
    groups
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

    fn told(groups: Vec<Group>) -> usize {
        groups.iter().map(|group| 1 + group.values.len()).sum()
    }

    #[test]
    fn each_option_is_told_however_many_values_the_others_have() {
        let mut groups = options(40, 60);
        groups.extend(options(1, 3).into_iter().map(|group| Group { name: "few".to_owned(), ..group }));
        let fitted = fit(groups);
        assert_eq!(fitted.len(), 41);
        let few = fitted.iter().find(|group| group.name == "few").unwrap();
        assert_eq!(few.values.len(), 3);
        // (663 - 41 - 3) / 40
        assert!(fitted.iter().filter(|group| group.name != "few").all(|group| group.values.len() == 15));
        assert_eq!(
            fitted.iter().map(|group| group.values[0].count).max(),
            Some(60),
            "the most frequent first"
        );
    }

    #[test]
    fn few_options_are_told_whole() {
        let fitted = fit(options(13, 80));
        assert!(fitted.iter().all(|group| group.values.len() == 50));
        assert_eq!(told(fitted), ROOM);
        assert!(fit(options(60, 8)).iter().all(|group| group.values.len() == 8));
    }

    #[test]
    fn options_never_take_more_than_their_room_nor_that_of_other_kinds() {
        for (many, values) in [(14, 50), (100, 50), (331, 50), (332, 1), (2000, 50)] {
            assert!(told(fit(options(many, values))) <= ROOM, "{many} {values}");
        }
        let mut groups = options(2000, 50);
        groups.push(group(FacetKind::Tag, "", 70));
        let fitted = fit(groups);
        assert_eq!(fitted.iter().find(|group| group.kind == FacetKind::Tag).unwrap().values.len(), 50);
    }

    #[test]
    fn where_there_are_too_many_those_of_most_products_are_told_and_what_the_filter_has() {
        let mut groups = options(1000, 1);
        groups[700].values[0].count = 9;
        groups[900].values[0].selected = true;
        let fitted = fit(groups);
        assert_eq!(fitted.len(), 331);
        assert!(fitted.iter().any(|group| group.name == "option 700"));
        assert!(fitted.iter().any(|group| group.name == "option 900"));
        let mut groups = options(331, 10);
        groups[5].values[9].selected = true;
        let chosen = fit(groups).into_iter().find(|group| group.name == "option 005").unwrap();
        assert_eq!(chosen.values.iter().map(|value| value.selected).collect::<Vec<_>>(), [false, true]);
    }
}
