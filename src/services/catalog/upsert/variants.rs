//! A product's options, their values, and the variants that they make.

use std::collections::HashMap;

use entity::catalog::variant;
use entity::id::MediaId;

use super::{Batch, Outcome, parts};
use crate::services::catalog::draft::{ProductDraft, VariantDraft};
use crate::services::catalog::whole::{
    MAX_OPTIONS, NO_CHOICE, Selection, Whole, new_variant, present, selection_of,
};

/// Adds and renames options by their place.
pub(super) fn options(whole: &mut Whole, draft: &ProductDraft) {
    let told = draft.options.clone().filter(|names| !names.is_empty());
    let names = match told {
        Some(names) => names,
        None if whole.options.is_empty() => vec![NO_CHOICE.0.to_owned()],
        None => Vec::new(),
    };
    for (index, name) in names.into_iter().take(MAX_OPTIONS).enumerate() {
        match whole.options.get_mut(index) {
            Some(choice) => choice.option.name = name,
            None => whole.add_option(&name),
        }
    }
}

impl Batch<'_> {
    /// Adds and changes variants, matched by their option values.
    pub(super) fn variants(
        &mut self,
        whole: &mut Whole,
        draft: &ProductDraft,
        media: &HashMap<String, MediaId>,
        outcome: &mut Outcome,
    ) {
        let mut places: HashMap<Selection, usize> =
            whole.variants.iter().enumerate().map(|(index, row)| (selection_of(row), index)).collect();
        for (number, wanted) in draft.variants.iter().enumerate() {
            if wanted.option_values.len() != whole.options.len() {
                let problem = format!("{} option values needed", whole.options.len());
                outcome.problems.push((Some(number), problem));
                outcome.variants.push(None);
                continue;
            }
            let selection = whole.select(&wanted.option_values);
            let index = *places.entry(selection).or_insert_with(|| {
                let row = new_variant(whole, selection, self.change.now);
                whole.variants.push(row);
                whole.variants.len() - 1
            });
            let row = &mut whole.variants[index];
            tell(row, wanted, media);
            self.tell_sku(row, wanted, number, outcome);
            outcome.variants.push(Some(row.id));
            let id = row.id;
            parts::metafields(whole, wanted.metafields.iter(), Some(id));
        }
    }

    /// A SKU belongs to one variant; one that is taken is refused, the rest of the variant is not.
    fn tell_sku(
        &mut self,
        row: &mut variant::Model,
        wanted: &VariantDraft,
        number: usize,
        outcome: &mut Outcome,
    ) {
        let Some(sku) = &wanted.sku else { return };
        if sku.is_empty() {
            row.sku = None;
            return;
        }
        let owner = self.known.skus.entry(sku.clone()).or_insert((row.id, row.product_id));
        if owner.0 == row.id {
            row.sku = present(sku);
        } else {
            let problem = format!("the SKU {sku:?} belongs to another variant");
            outcome.problems.push((Some(number), problem));
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
