//! A product's options, their values, and the variants that they make.

use std::collections::HashMap;

use entity::catalog::variant::{InventoryPolicy, WeightUnit};
use entity::catalog::{option_value, product_option, variant};
use entity::id::{MediaId, OptionValueId, ProductId, ProductOptionId, VariantId};

use super::product::present;
use super::{Batch, Outcome};
use crate::services::catalog::draft::{ProductDraft, VariantDraft};

/// The option of a product that offers no choice.
const NO_CHOICE: &str = "Title";

/// The most options that a product has.
const MAX_OPTIONS: usize = 3;

/// A variant's values for the three options.
type Selection = [Option<OptionValueId>; MAX_OPTIONS];

impl Batch<'_> {
    /// Adds and renames options by their place.
    pub(super) fn options(
        &mut self,
        draft: &ProductDraft,
        product: ProductId,
        outcome: &mut Outcome,
    ) -> Vec<product_option::Model> {
        let mut rows = self.existing.options.remove(&product).unwrap_or_default();
        let told = draft.options.clone().filter(|names| !names.is_empty());
        let names = match told {
            Some(names) => names,
            None if rows.is_empty() => vec![NO_CHOICE.to_owned()],
            None => Vec::new(),
        };
        for (index, (name, position)) in names.into_iter().take(MAX_OPTIONS).zip(1..).enumerate() {
            if rows.get(index).is_some_and(|row| row.name == name) {
                continue;
            }
            match rows.get_mut(index) {
                Some(row) => row.name = name,
                None => rows.push(product_option::Model {
                    id: ProductOptionId::generate(),
                    product_id: product,
                    position,
                    name,
                }),
            }
            outcome.changed = true;
            self.writes.option(&rows[index]);
        }
        self.existing.options.insert(product, rows.clone());
        rows
    }

    /// Adds and changes variants, matched by their option values.
    pub(super) fn variants(
        &mut self,
        draft: &ProductDraft,
        product: ProductId,
        options: &[product_option::Model],
        media: &HashMap<String, MediaId>,
        outcome: &mut Outcome,
    ) {
        let mut rows = self.existing.variants.remove(&product).unwrap_or_default();
        for (number, wanted) in draft.variants.iter().enumerate() {
            if wanted.option_values.len() != options.len() {
                let problem = format!("{} option values needed", options.len());
                outcome.problems.push((Some(number), problem));
                outcome.variants.push(None);
                continue;
            }
            let selection = self.selection(options, &wanted.option_values, outcome);
            let index = rows.iter().position(|row| selection_of(row) == selection);
            let before = index.map(|index| rows[index].clone());
            let last = rows.iter().map(|row| row.position).max().unwrap_or(0);
            let mut after = before.clone().unwrap_or_else(|| self.new_variant(product, selection, last + 1));
            tell(&mut after, wanted, media);
            self.tell_sku(&mut after, wanted, number, outcome);
            if before.as_ref() != Some(&after) {
                outcome.changed = true;
                after.updated_at = self.change.now;
                self.writes.variant(&after);
            }
            outcome.variants.push(Some(after.id));
            self.metafields(after.id.0, &wanted.metafields, outcome);
            match index {
                Some(index) => rows[index] = after,
                None => rows.push(after),
            }
        }
        self.existing.variants.insert(product, rows);
    }

    /// The option values with these texts; those that are new are added.
    fn selection(
        &mut self,
        options: &[product_option::Model],
        texts: &[String],
        outcome: &mut Outcome,
    ) -> Selection {
        let mut selection = [None; MAX_OPTIONS];
        for ((option, text), place) in options.iter().zip(texts).zip(&mut selection) {
            let values = self.existing.values.entry(option.id).or_default();
            let known = values.iter().find(|value| value.value == *text).map(|value| value.id);
            *place = Some(known.unwrap_or_else(|| {
                let value = option_value::Model {
                    id: OptionValueId::generate(),
                    product_option_id: option.id,
                    position: values.iter().map(|value| value.position).max().unwrap_or(0) + 1,
                    value: text.clone(),
                };
                outcome.changed = true;
                self.writes.value(&value);
                let id = value.id;
                values.push(value);
                id
            }));
        }
        selection
    }

    fn new_variant(&self, product: ProductId, selection: Selection, position: i32) -> variant::Model {
        let [first, second, third] = selection;
        variant::Model {
            id: VariantId::generate(),
            product_id: product,
            position,
            option_value1_id: first.unwrap_or(OptionValueId(uuid::Uuid::nil())),
            option_value2_id: second,
            option_value3_id: third,
            title: String::new(),
            sku: None,
            barcode: None,
            weight_grams: 0.0,
            weight_unit: WeightUnit::Kilogram,
            inventory_tracker: String::new(),
            inventory_policy: InventoryPolicy::Deny,
            requires_shipping: true,
            taxable: true,
            media_id: None,
            created_at: self.change.now,
            updated_at: self.change.now,
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
        let owner = *self.skus.entry(sku.clone()).or_insert(row.id);
        if owner == row.id {
            row.sku = present(sku);
        } else {
            let problem = format!("the SKU {sku:?} belongs to another variant");
            outcome.problems.push((Some(number), problem));
        }
    }
}

fn selection_of(row: &variant::Model) -> Selection {
    [Some(row.option_value1_id), row.option_value2_id, row.option_value3_id]
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
