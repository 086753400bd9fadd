//! The products that an import saves in one change.

use std::collections::HashSet;

use super::shopify::{Group, Problem};
use crate::services::backoffice::pace::Pace;
use crate::services::catalog::draft::ProductDraft;

/// How many bytes of the file go into one change at most, and its last product.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// Some products of a file, none of them twice.
#[derive(Default)]
pub(super) struct Chunk {
    handles: HashSet<String>,
    bytes: u64,
    /// How many rows there are.
    pub(super) rows: usize,
    /// The products.
    pub(super) drafts: Vec<ProductDraft>,
    /// Where each of them stands in the file.
    pub(super) lines: Vec<Lines>,
    /// What the reader could not use.
    pub(super) problems: Vec<Problem>,
    /// How much of the file has been read with it; nothing where it is empty.
    pub(super) bytes_read: Option<u64>,
}

/// Where a product stands in a file.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// Its first row.
    pub(super) first: u64,
    /// Each of its variants.
    pub(super) variants: Vec<u64>,
}

impl Lines {
    /// The line of a variant, or of the product.
    pub(super) fn of(&self, variant: Option<usize>) -> u64 {
        variant.and_then(|number| self.variants.get(number)).copied().unwrap_or(self.first)
    }
}

impl Chunk {
    /// Whether a product has to go into the next one.
    pub(super) fn is_full_for(&self, group: &Group, pace: Pace) -> bool {
        self.rows >= pace.rows() || self.bytes >= MOST_BYTES || self.handles.contains(&group.draft.handle)
    }

    /// Adds a product, of which so many bytes were read since the one before.
    pub(super) fn add(&mut self, group: Group, bytes: u64) {
        self.rows += usize::try_from(group.lines).unwrap_or(usize::MAX);
        self.bytes += bytes;
        self.bytes_read = Some(group.bytes_read);
        self.problems.extend(group.problems);
        // Without a handle there are only problems.
        if !group.draft.handle.is_empty() {
            self.handles.insert(group.draft.handle.clone());
            self.lines.push(Lines { first: group.first_line, variants: group.variant_lines });
            self.drafts.push(group.draft);
        }
    }
}
