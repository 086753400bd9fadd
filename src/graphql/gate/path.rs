//! Where in an input value something is, written only when it has to be told.

use std::fmt;

use super::refusal::excerpt;

/// A place inside a value.
pub enum Path<'a> {
    /// The value itself.
    Root,
    /// A field of an input object.
    Field(&'a Path<'a>, &'a str),
    /// An item of a list, from 0.
    Item(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// Levels of lists and objects around the place.
    pub fn depth(&self) -> usize {
        match self {
            Self::Root => 0,
            Self::Field(outer, _) | Self::Item(outer, _) => outer.depth() + 1,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(outer, name) => write!(f, "{outer}.{}", excerpt(name)),
            Self::Item(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}
