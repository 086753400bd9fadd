//! Keyset paging: a window onto a sorted list, and the page that it shows.

use std::ops::RangeInclusive;

use super::{Error, Result};

/// Rows that a list shows where nobody says how many.
pub const DEFAULT_SIZE: u32 = 20;

/// The most rows that a list shows at once.
pub const MAX_SIZE: u32 = 100;

/// Which end of the list a page is taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The first rows after the cursor.
    #[default]
    Forward,
    /// The last rows before the cursor.
    Backward,
}

/// How much is read of each row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// What lists mostly show.
    Brief,
    /// The row.
    #[default]
    Whole,
    /// The row, and what hangs on it and is mostly shown with it.
    Laden,
}

/// What a client asks of a list, with cursors of type `C`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window<C> {
    /// How many rows, from 0 to [`MAX_SIZE`].
    pub size: u32,
    /// From which end.
    pub direction: Direction,
    /// Only rows after this one.
    pub after: Option<C>,
    /// Only rows before this one.
    pub before: Option<C>,
    /// Whether nobody asks if the list goes on beyond the page, so that the row there need not be read.
    pub ends_unseen: bool,
    /// How much of each row is asked for, as far as that was looked for.
    pub extent: Extent,
}

impl<C> Window<C> {
    /// The first `size` rows, whatever follows.
    pub fn first(size: u32) -> Self {
        Self {
            size,
            direction: Direction::Forward,
            after: None,
            before: None,
            ends_unseen: true,
            extent: Extent::Whole,
        }
    }

    /// Checks what a client asked for: `first` or `last`, not both, from 0 to [`MAX_SIZE`].
    pub fn new(first: Option<i32>, last: Option<i32>, after: Option<C>, before: Option<C>) -> Result<Self> {
        let (size, direction) = match (first, last) {
            (Some(_), Some(_)) => return Err(refused("first and last exclude each other")),
            (Some(size), None) => (size, Direction::Forward),
            (None, Some(size)) => (size, Direction::Backward),
            (None, None) => (DEFAULT_SIZE.cast_signed(), Direction::Forward),
        };
        match u32::try_from(size) {
            Ok(size) if size <= MAX_SIZE => {
                Ok(Self { size, direction, after, before, ends_unseen: false, extent: Extent::Whole })
            }
            _ => Err(refused("first and last go from 0 to 100")),
        }
    }

    /// Rows to fetch: one more than shown tells whether there are more, where somebody asks.
    pub fn fetch(&self) -> i64 {
        i64::from(self.size) + i64::from(!self.ends_unseen)
    }

    /// Whether a cursor bounds it.
    pub fn is_bounded(&self) -> bool {
        self.after.is_some() || self.before.is_some()
    }

    /// Whether rows are read from the end of the list.
    pub fn is_backward(&self) -> bool {
        self.direction == Direction::Backward
    }
}

impl Window<u32> {
    /// Where it begins, and how many rows it shows, in a list whose rows are numbered from 0 and end before `end`.
    pub fn stretch(&self, end: u32) -> (u32, u32) {
        let begin = self.after.map_or(0, |after| after.saturating_add(1));
        let end = self.before.map_or(end, |before| before.min(end));
        let size = self.size.min(end.saturating_sub(begin));
        (if self.is_backward() { end.saturating_sub(size).max(begin) } else { begin }, size)
    }
}

/// Checks how many of something a client asked for.
///
/// # Errors
/// `BadRequest` where that is not in the range.
pub fn count(first: i32, range: RangeInclusive<u32>) -> Result<u32> {
    match u32::try_from(first) {
        Ok(first) if range.contains(&first) => Ok(first),
        _ => Err(refused(&format!("first goes from {} to {}", range.start(), range.end()))),
    }
}

fn refused(problem: &str) -> Error {
    Error::BadRequest(problem.to_owned())
}

/// Some rows of a list, in the list's order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether the list goes on after them.
    pub has_next: bool,
    /// Whether the list begins before them.
    pub has_previous: bool,
}

/// A page without rows.
impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }
}

impl<T> Page<T> {
    /// Makes a page of what was fetched for a window, in the order in which it was read.
    pub fn of<C>(mut fetched: Vec<T>, window: &Window<C>) -> Self {
        let more = fetched.len() > window.size as usize;
        fetched.truncate(window.size as usize);
        if window.is_backward() {
            fetched.reverse();
            Self { rows: fetched, has_next: window.before.is_some(), has_previous: more }
        } else {
            Self { rows: fetched, has_next: more, has_previous: window.after.is_some() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_shows_a_stretch_of_numbered_rows() {
        let stretch = |first, last, after, before, end| {
            Window::<u32>::new(first, last, after, before).unwrap().stretch(end)
        };
        assert_eq!(stretch(Some(5), None, None, None, 100), (0, 5));
        assert_eq!(stretch(Some(5), None, Some(97), None, 100), (98, 2));
        assert_eq!(stretch(Some(5), None, Some(7), Some(10), 100), (8, 2));
        assert_eq!(stretch(Some(5), None, Some(7), Some(8), 100), (8, 0));
        assert_eq!(stretch(None, Some(5), None, None, 12), (7, 5));
        assert_eq!(stretch(None, Some(5), None, Some(3), 100), (0, 3));
        assert_eq!(stretch(None, Some(5), Some(0), Some(3), 100), (1, 2));
        assert_eq!(stretch(None, Some(0), None, None, 12), (12, 0));
        assert_eq!(stretch(None, Some(0), None, Some(3), 12), (3, 0));
        assert_eq!(stretch(None, Some(2), Some(20), None, 12), (21, 0));
        assert_eq!(stretch(Some(5), None, Some(u32::MAX), Some(3), 12), (u32::MAX, 0));
    }

    #[test]
    fn a_page_knows_what_lies_around_it() {
        let forward = Window::<u8>::new(Some(2), None, None, None).unwrap();
        let page = Page::of(vec![1, 2, 3], &forward);
        assert_eq!((page.rows, page.has_next, page.has_previous), (vec![1, 2], true, false));

        let backward = Window::new(None, Some(2), None, Some(9)).unwrap();
        let page = Page::of(vec![8, 7, 6], &backward);
        assert_eq!((page.rows, page.has_next, page.has_previous), (vec![7, 8], true, true));
    }

    #[test]
    fn impossible_windows_are_refused() {
        for (first, last) in [(Some(1), Some(1)), (Some(-1), None), (None, Some(101))] {
            assert!(Window::<u8>::new(first, last, None, None).is_err());
        }
    }
}
