//! Gathers the rows of one product into a draft; what is bad on a row is reported and left out, and
//! nothing else.
//!
//! The unit that is left out is the variant: with one bad cell it would go on sale under half of what the
//! file says. Of the product's own fields and of an image only the bad cell is left out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::categories;
use super::columns::{Field, OPTION_VALUES};
use super::extras::Level;
use super::options::Choice;
use super::problem::Problem;
use super::row::Row;
use super::values;
use crate::services::catalog::draft::{MediaDraft, MetafieldDraft, ProductDraft, VariantDraft};

/// The metafield of a variant that is not sent by the shop itself, which Shopify calls `manual`.
pub(super) const FULFILLMENT: (&str, &str) = ("shopify_csv", "variant_fulfillment_service");
/// What Shopify writes for a variant that the shop itself sends.
pub(super) const SENT_BY_SHOP: &str = "manual";

/// A product of which some rows were read.
pub(super) struct Product {
    draft: ProductDraft,
    problems: Vec<Problem>,
    exponent: u32,
    rows: u64,
    /// The line of the row that told of the product itself.
    told_on: Option<u64>,
    choice: Choice,
    /// The line of each variant.
    variants: HashMap<Vec<String>, u64>,
    /// Where each image's address is in the draft.
    images: HashMap<String, usize>,
}

impl Product {
    pub(super) fn new(handle: String, exponent: u32) -> Self {
        Self {
            draft: ProductDraft { handle, ..ProductDraft::default() },
            problems: Vec::new(),
            exponent,
            rows: 0,
            told_on: None,
            choice: Choice::Untold,
            variants: HashMap::new(),
            images: HashMap::new(),
        }
    }

    pub(super) fn handle(&self) -> &str {
        &self.draft.handle
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes in one more row.
    pub(super) fn add(&mut self, row: &Row<'_>) {
        self.rows += 1;
        self.own_fields(row);
        self.image(row);
        let problems_before = self.problems.len();
        let is_variant = carries_variant(row);
        let begins = is_variant && self.told_on == Some(row.line);
        self.choice.tell(row, begins, &mut self.problems);
        if is_variant {
            self.variant(row, problems_before);
        }
    }

    /// The draft and what was wrong with it.
    pub(super) fn finish(mut self) -> (ProductDraft, Vec<Problem>) {
        self.draft.options = self.choice.into_names();
        (self.draft, self.problems)
    }

    /// The row with the title tells of the product itself: there an empty cell clears. Before it, the
    /// first row may tell what it has; a row behind it only continues the product.
    fn own_fields(&mut self, row: &Row<'_>) {
        match self.told_on {
            None if row.filled(Field::Title) => {
                self.told_on = Some(row.line);
                self.tell(row, true);
            }
            None if self.rows == 1 => self.tell(row, false),
            Some(line) if row.filled(Field::Title) => self.check_title(row, line),
            _ => {}
        }
    }

    fn tell(&mut self, row: &Row<'_>, clears: bool) {
        let problems = &mut self.problems;
        let raw = |field, problems: &mut _| {
            row.raw(field, problems).filter(|text| clears || !text.is_empty()).map(str::to_owned)
        };
        let text = |field, problems: &mut _| {
            row.text(field, problems).filter(|text| clears || !text.is_empty()).map(str::to_owned)
        };
        let draft = &mut self.draft;
        draft.title = text(Field::Title, problems).filter(|title| !title.is_empty());
        draft.description_html = raw(Field::Body, problems);
        draft.vendor = text(Field::Vendor, problems);
        draft.product_type = text(Field::Type, problems);
        draft.tags = text(Field::Tags, problems).map(|tags| values::tags([tags.as_str()]));
        draft.status = row.value(Field::Status, problems, values::status).flatten();
        draft.published = row.value(Field::Published, problems, values::truth).flatten();
        draft.gift_card = row.value(Field::GiftCard, problems, values::truth).flatten();
        draft.seo_title = raw(Field::SeoTitle, problems);
        draft.seo_description = raw(Field::SeoDescription, problems);
        let main = text(Field::Category, problems).map(|text| categories::path(&text));
        let further = text(Field::FurtherCategories, problems).map(|text| categories::paths(&text));
        draft.categories = (main.is_some() || further.is_some()).then(|| {
            let main = main.into_iter().filter(|path| !path.is_empty());
            main.chain(further.into_iter().flatten()).collect()
        });
        draft.metafields = metafields(row, Level::Product, clears, problems);
    }

    fn check_title(&mut self, row: &Row<'_>, told_on: u64) {
        let Some(title) = row.text(Field::Title, &mut self.problems) else {
            return;
        };
        let first = self.draft.title.get_or_insert_with(|| title.to_owned());
        if title != first {
            let reason = format!("the product has another title on line {told_on}, which stays");
            self.problems.push(row.problem(Field::Title, reason, title));
        }
    }

    fn image(&mut self, row: &Row<'_>) {
        let problems = &mut self.problems;
        let url = row.value(Field::ImageSrc, problems, values::image_url);
        let Some(Some(url)) = url else {
            if !row.filled(Field::ImageSrc) && row.filled(Field::ImageAlt) {
                problems.push(row.problem(Field::ImageAlt, "an alternative text without an image", ""));
            }
            return;
        };
        let position = row.value(Field::ImagePosition, problems, values::position).flatten();
        let alt = row.raw(Field::ImageAlt, problems).map(str::to_owned);
        match self.images.entry(url) {
            // Some tools repeat a product's image on each of its rows.
            Entry::Occupied(known) => {
                if let Some(media) = self.draft.media.get_mut(*known.get()) {
                    media.position = media.position.or(position);
                    let is_empty = media.alt.as_ref().is_none_or(String::is_empty);
                    media.alt = if is_empty { alt } else { media.alt.take() };
                }
            }
            Entry::Vacant(new) => {
                let media = MediaDraft { url: new.key().clone(), position, alt, ..MediaDraft::default() };
                new.insert(self.draft.media.len());
                self.draft.media.push(media);
            }
        }
    }

    fn variant(&mut self, row: &Row<'_>, problems_before: usize) {
        let option_values = self.choice.values(row, &mut self.problems);
        let variant = variant(row, option_values, self.exponent, &mut self.problems);
        if self.problems.len() > problems_before {
            return;
        }
        match self.variants.entry(variant.option_values.clone()) {
            Entry::Occupied(first) => {
                let reason = format!("line {} has a variant with the same option values", first.get());
                let shown = variant.option_values.join(" / ");
                self.problems.push(row.problem(Field::OptionValue1, reason, &shown));
            }
            Entry::Vacant(new) => {
                new.insert(row.line);
                self.draft.variants.push(variant);
            }
        }
    }
}

/// A variant's row has a price or an option's value; some exports leave the price to the shop.
fn carries_variant(row: &Row<'_>) -> bool {
    let tells = [Field::Price, Field::Sku, Field::Barcode, Field::InventoryQuantity];
    tells.into_iter().chain(OPTION_VALUES).any(|field| row.filled(field))
}

fn variant(
    row: &Row<'_>,
    option_values: Vec<String>,
    exponent: u32,
    problems: &mut Vec<Problem>,
) -> VariantDraft {
    let text = |field, problems: &mut _| row.text(field, problems).map(str::to_owned);
    let amount = |text: &str| values::amount(text, exponent);
    VariantDraft {
        option_values,
        sku: text(Field::Sku, problems),
        barcode: text(Field::Barcode, problems),
        price: row.value(Field::Price, problems, amount).flatten(),
        compare_at_price: row.value(Field::CompareAtPrice, problems, amount),
        unit_cost: row.value(Field::UnitCost, problems, amount),
        weight_grams: row.value(Field::Grams, problems, values::grams).flatten(),
        weight_unit: row.value(Field::WeightUnit, problems, values::weight_unit).flatten(),
        inventory_tracker: text(Field::InventoryTracker, problems),
        inventory_policy: row.value(Field::InventoryPolicy, problems, values::policy).flatten(),
        quantity: row.value(Field::InventoryQuantity, problems, values::quantity).flatten(),
        requires_shipping: row.value(Field::RequiresShipping, problems, values::truth).flatten(),
        taxable: row.value(Field::Taxable, problems, values::truth).flatten(),
        image_url: row.value(Field::VariantImage, problems, values::image_url).map(Option::unwrap_or_default),
        metafields: variant_metafields(row, problems),
    }
}

fn variant_metafields(row: &Row<'_>, problems: &mut Vec<Problem>) -> Vec<MetafieldDraft> {
    let mut found = metafields(row, Level::Variant, true, problems);
    if let Some(service) = row.text(Field::FulfillmentService, problems) {
        let is_other = !service.eq_ignore_ascii_case(SENT_BY_SHOP);
        found.push(metafield(FULFILLMENT.0, FULFILLMENT.1, if is_other { service } else { "" }));
    }
    found
}

fn metafields(row: &Row<'_>, level: Level, clears: bool, problems: &mut Vec<Problem>) -> Vec<MetafieldDraft> {
    let mut found = Vec::new();
    for (place, extra) in row.header().extras(level) {
        if let Some(value) = row.raw_at(place, problems).filter(|value| clears || !value.is_empty()) {
            found.push(metafield(&extra.namespace, &extra.key, value));
        }
    }
    found
}

fn metafield(namespace: &str, key: &str, value: &str) -> MetafieldDraft {
    let is_long = value.contains(['\n', '\r']);
    let value_type = if is_long { "multi_line_text_field" } else { "single_line_text_field" };
    MetafieldDraft {
        namespace: namespace.to_owned(),
        key: key.to_owned(),
        value_type: value_type.to_owned(),
        value: value.to_owned(),
    }
}
