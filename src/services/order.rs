//! Rows in an order that people give them.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::bulk::key;
use super::problem::{Problems, Reason};
use super::{Result, sql};

/// Puts one of a list at a place, or last where the list ends before it.
pub fn put<T: Copy + PartialEq>(order: &mut Vec<T>, one: T, place: usize) {
    order.retain(|other| *other != one);
    order.insert(place.min(order.len()), one);
}

/// The order in which those that are named come first and the others follow as they were.
///
/// # Errors
/// Where one is named twice, or is not in the list: told at its index below `field`.
pub fn first<T: Copy + PartialEq>(order: &[T], named: &[T], field: &str) -> Result<Vec<T>> {
    let mut problems = Problems::default();
    for (index, one) in named.iter().enumerate() {
        if !order.contains(one) {
            problems.add(Reason::NotFound, &[&field, &index], "there is none of this id here");
        } else if named[..index].contains(one) {
            problems.add(Reason::Invalid, &[&field, &index], "it is named twice");
        }
    }
    problems.none()?;
    let others = order.iter().filter(|one| !named.contains(one));
    Ok(named.iter().chain(others).copied().collect())
}

/// Ids with their places from `begin` on, as one parameter.
pub fn places(ids: impl IntoIterator<Item = Uuid>, begin: i64) -> sea_orm::Value {
    let row = |(id, place): (Uuid, i64)| -> Json { json!([key(id), place]) };
    sql::rows(ids.into_iter().zip(begin..).map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_put_at_its_place() {
        let mut order = vec![1, 2, 3, 4];
        put(&mut order, 4, 0);
        put(&mut order, 1, 9);
        assert_eq!(order, [4, 2, 3, 1]);
    }

    #[test]
    fn the_named_come_first_and_once() {
        assert_eq!(first(&[1, 2, 3, 4], &[3, 1], "ids").unwrap(), [3, 1, 2, 4]);
        assert!(first(&[1, 2], &[2, 2], "ids").is_err() && first(&[1, 2], &[9], "ids").is_err());
    }
}
