//! A product's variants.

use std::collections::HashMap;

use entity::catalog::variant;
use entity::id::MediaId;

use super::options::{self, Places};
use super::skus::Claim;
use super::{Batch, Outcome, parts};
use crate::services::catalog::draft::{ProductDraft, VariantDraft};
use crate::services::catalog::whole::{Selection, Whole, new_variant, present, selection_of};

impl Batch<'_> {
    /// Adds and changes variants, matched by their option values.
    pub(super) fn variants(
        &mut self,
        whole: &mut Whole,
        draft: &ProductDraft,
        (places_of_options, media): (&Places, &HashMap<String, MediaId>),
        (edit, in_order): (usize, usize),
        outcome: &mut Outcome,
    ) {
        let mut places: HashMap<Selection, usize> =
            whole.variants.iter().enumerate().map(|(index, row)| (selection_of(row), index)).collect();
        for (number, wanted) in draft.variants.iter().enumerate() {
            let values = options::chosen(wanted, places_of_options);
            let Some(values) = values.filter(|values| values.len() == wanted.option_values.len()) else {
                let problem = format!("{} option values needed", whole.options.len());
                outcome.problems.push((Some(number), problem));
                outcome.variants.push(None);
                continue;
            };
            let selection = whole.select(&values);
            let index = *places.entry(selection).or_insert_with(|| {
                let row = new_variant(whole, selection, self.change.now);
                whole.variants.push(row);
                whole.variants.len() - 1
            });
            let row = &mut whole.variants[index];
            tell(row, wanted, media);
            if let Some(sku) = wanted.sku.clone() {
                let (variant, outcome) = (row.id, in_order);
                self.claims.push(Claim { variant, sku, edit, row: index, outcome, number });
            }
            outcome.variants.push(Some(row.id));
            let id = row.id;
            parts::metafields(whole, wanted.metafields.iter(), Some(id));
        }
    }
}

/// Takes over what the draft tells of a variant.
fn tell(row: &mut variant::Model, wanted: &VariantDraft, media: &HashMap<String, MediaId>) {
    if let Some(barcode) = &wanted.barcode {
        row.barcode = present(barcode);
    }
    row.weight_grams = wanted.weight_grams.unwrap_or(row.weight_grams);
    row.weight_unit = wanted.weight_unit.unwrap_or(row.weight_unit);
    row.inventory_policy = wanted.inventory_policy.unwrap_or(row.inventory_policy);
    row.requires_shipping = wanted.requires_shipping.unwrap_or(row.requires_shipping);
    row.taxable = wanted.taxable.unwrap_or(row.taxable);
    if let Some(tracker) = &wanted.inventory_tracker {
        row.inventory_tracker.clone_from(tracker);
    }
    if let Some(url) = &wanted.image_url {
        row.media_id = media.get(url).copied();
    }
}
