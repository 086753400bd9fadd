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
use super::limits;
use super::options::Choice;
use super::problem::Problem;
use super::row::Row;
use super::seen::{Part, Seen, Told};
use super::values;
use crate::services::catalog::draft::{MediaDraft, MetafieldDraft, ProductDraft, Status, VariantDraft};

/// The metafield of a variant that is not sent by the shop itself, which Shopify calls `manual`.
pub(super) const FULFILLMENT: (&str, &str) = ("shopify_csv", "variant_fulfillment_service");
/// What Shopify writes for a variant that the shop itself sends.
pub(super) const SENT_BY_SHOP: &str = "manual";

/// What Shopify calls a product that only those find who have its address.
const UNLISTED: &str = "unlisted";

/// A product of which some rows were read.
pub(super) struct Product {
    draft: ProductDraft,
    problems: Vec<Problem>,
    exponent: u32,
    rows: u64,
    /// What told of the product itself, if these rows did.
    told: Option<Told>,
    choice: Choice,
    /// The line of each variant.
    variants: HashMap<Vec<String>, u64>,
    /// The same in the order of the draft's.
    lines: Vec<u64>,
    /// Where each image's address is in the draft.
    images: HashMap<String, usize>,
}

impl Product {
    /// Begins a group of its rows; `seen` is what the file had before.
    pub(super) fn new(handle: String, exponent: u32, seen: &Seen) -> Self {
        let choice = seen.choice(&handle);
        Self {
            draft: ProductDraft { handle, ..ProductDraft::default() },
            problems: Vec::new(),
            exponent,
            rows: 0,
            told: None,
            choice,
            variants: HashMap::new(),
            lines: Vec::new(),
            images: HashMap::new(),
        }
    }

    pub(super) fn handle(&self) -> &str {
        &self.draft.handle
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes in one more row; `seen` is what the file had before the first.
    pub(super) fn add(&mut self, row: &Row<'_>, seen: &Seen) {
        self.rows += 1;
        self.own_fields(row, seen);
        self.image(row, seen);
        let problems_before = self.problems.len();
        let is_variant = carries_variant(row);
        let begins =
            is_variant && self.told.as_ref().is_some_and(|told| told.is_whole && told.line == row.line);
        self.choice.tell(row, begins, &mut self.problems);
        if is_variant {
            self.variant(row, problems_before, seen);
        }
    }

    /// The draft, the lines of its variants, and what was wrong with it. What it is about goes to what was seen.
    pub(super) fn finish(mut self, seen: &mut Seen) -> (ProductDraft, Vec<u64>, Vec<Problem>) {
        let handle = self.draft.handle.as_str();
        if let Some(told) = self.told {
            seen.tell(handle, told);
        }
        for (variant, line) in self.draft.variants.iter().zip(&self.lines) {
            seen.add(handle, Part::Variant(&variant.option_values), *line);
        }
        for media in &self.draft.media {
            seen.add(handle, Part::Image(&media.url), 0);
            if let Some(position) = media.position {
                seen.add(handle, Part::Position(position), 0);
            }
        }
        self.draft.options = self.choice.names();
        seen.choose(&self.draft.handle, self.choice);
        (self.draft, self.lines, self.problems)
    }

    /// The row with the title tells of the product itself: there an empty cell clears. Before it, the first row may
    /// tell what it has. All other rows only continue the product, and may repeat what was told.
    fn own_fields(&mut self, row: &Row<'_>, seen: &Seen) {
        self.late_title(row, seen);
        let is_titled = row.filled(Field::Title);
        let told = self.told.as_ref().or_else(|| seen.told(&self.draft.handle));
        if let Some(told) = told.filter(|told| told.is_whole || !is_titled) {
            seen.compare(told, row, &mut self.problems);
        } else {
            self.told = Some(seen.read(row));
            self.tell(row, is_titled);
        }
    }

    /// A title that cannot be used leaves its place to the next.
    fn late_title(&mut self, row: &Row<'_>, seen: &Seen) {
        let Some(told) = self.told.as_mut().filter(|told| told.is_whole && self.draft.title.is_none()) else {
            return;
        };
        if row.filled(Field::Title) {
            let title = row.text(Field::Title, &mut Vec::new());
            self.draft.title = title.map(str::to_owned);
            seen.retitle(told, row);
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
        let tags = text(Field::Tags, problems).map(|tags| values::tags([tags.as_str()]));
        draft.tags = fitting(row, Field::Tags, tags, limits::tags, problems);
        offer(row, draft, problems);
        draft.gift_card = row.value(Field::GiftCard, problems, values::truth).flatten();
        draft.seo_title = raw(Field::SeoTitle, problems);
        draft.seo_description = raw(Field::SeoDescription, problems);
        let main = text(Field::Category, problems).map(|text| categories::path(&text));
        let further = text(Field::FurtherCategories, problems).map(|text| categories::paths(&text));
        let told = (main.is_some() || further.is_some()).then(|| {
            let main = main.into_iter().filter(|path| !path.is_empty());
            main.chain(further.into_iter().flatten()).collect::<Vec<_>>()
        });
        draft.categories = fitting(row, Field::Category, told, limits::categories, problems);
        draft.metafields = metafields(row, Level::Product, clears, problems);
    }

    fn image(&mut self, row: &Row<'_>, seen: &Seen) {
        let problems = &mut self.problems;
        let url = row.value(Field::ImageSrc, problems, values::image_url);
        let Some(Some(url)) = url else {
            if !row.filled(Field::ImageSrc) && row.filled(Field::ImageAlt) {
                problems.push(row.problem(Field::ImageAlt, "an alternative text without an image", ""));
            }
            return;
        };
        let handle = self.draft.handle.as_str();
        if seen.line(handle, Part::Image(&url)).is_some() {
            return;
        }
        let position = row.value(Field::ImagePosition, problems, values::position).flatten();
        let is_free = |position: &i32| seen.line(handle, Part::Position(*position)).is_none();
        let position = position.filter(is_free);
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

    fn variant(&mut self, row: &Row<'_>, problems_before: usize, seen: &Seen) {
        let option_values = self.choice.values(row, &mut self.problems);
        let variant = variant(row, option_values, self.exponent, &mut self.problems);
        if self.problems.len() > problems_before {
            return;
        }
        let earlier = seen.line(&self.draft.handle, Part::Variant(&variant.option_values));
        if let Some(first) = earlier.or_else(|| self.variants.get(&variant.option_values).copied()) {
            let reason = format!("line {first} has a variant with the same option values");
            let shown = variant.option_values.join(" / ");
            self.problems.push(row.problem(Field::OptionValue1, reason, &shown));
        } else {
            self.variants.insert(variant.option_values.clone(), row.line);
            self.lines.push(row.line);
            self.draft.variants.push(variant);
        }
    }
}

/// Whether the product is on offer. A word that cannot be read must not put a new product on sale.
fn offer(row: &Row<'_>, draft: &mut ProductDraft, problems: &mut Vec<Problem>) {
    let is_unlisted = |text: &str| text.eq_ignore_ascii_case(UNLISTED);
    let status = row.value(Field::Status, problems, |text| {
        if is_unlisted(text) {
            return Err("there are no unlisted products here, so that it becomes a draft".to_owned());
        }
        values::status(text)
    });
    let hides = row.text(Field::Status, &mut Vec::new()).is_some_and(is_unlisted);
    draft.status = status.flatten().or(hides.then_some(Status::Draft));
    let is_odd = draft.status.is_none() && row.filled(Field::Status);
    draft.status_if_new = is_odd.then_some(Status::Draft);
    draft.published = row.value(Field::Published, problems, values::truth).flatten();
    let is_odd = draft.published.is_none() && row.filled(Field::Published);
    draft.published_if_new = is_odd.then_some(false);
}

/// What a cell tells, if it is within its limits; reported and left out if it is not.
fn fitting<T>(
    row: &Row<'_>,
    field: Field,
    told: Option<T>,
    fits: impl FnOnce(&T) -> Result<(), String>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let Err(reason) = fits(told.as_ref()?) else { return told };
    let shown = row.text(field, &mut Vec::new()).unwrap_or_default();
    problems.push(row.problem(field, reason, shown));
    None
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
