//! SKUs that could not be had yet: their variants may stand further down in the file, and give them up there.

use std::collections::HashMap;

use super::chunk::Lines;
use crate::services::catalog::draft::{ProductDraft, VariantDraft};

/// As many are kept in mind, and go into one change at the end.
const MOST: usize = 2_000;

/// Variants that wait for their SKUs.
#[derive(Default)]
pub(super) struct Waiting {
    places: HashMap<String, usize>,
    count: usize,
    /// What they are to have, and nothing else.
    pub(super) drafts: Vec<ProductDraft>,
    /// Where they stand in the file.
    pub(super) lines: Vec<Lines>,
}

impl Waiting {
    /// Lets a variant of a product wait; answers whether there is room.
    pub(super) fn add(&mut self, draft: &ProductDraft, lines: &Lines, number: usize) -> bool {
        let Some(variant) = draft.variants.get(number) else { return true };
        if self.count >= MOST {
            return false;
        }
        self.count += 1;
        let place = *self.places.entry(draft.handle.clone()).or_insert_with(|| {
            let (handle, options) = (draft.handle.clone(), draft.options.clone());
            self.drafts.push(ProductDraft { handle, options, ..ProductDraft::default() });
            self.lines.push(Lines { first: lines.first, variants: Vec::new() });
            self.drafts.len() - 1
        });
        self.drafts[place].variants.push(VariantDraft {
            option_values: variant.option_values.clone(),
            sku: variant.sku.clone(),
            ..VariantDraft::default()
        });
        self.lines[place].variants.push(lines.of(Some(number)));
        true
    }
}
