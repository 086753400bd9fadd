//! Writes products as Shopify's product CSV.
//!
//! Under the classic headers: Shopify's importer reads them as it reads today's, and so do all the tools
//! that were made before Shopify renamed them. In UTF-8 without a byte order mark and with lines that end
//! in LF, as Shopify asks for.
//!
//! Cells that begin with `=`, `+`, `-` or `@` stay as they are. To defuse them for spreadsheets one has to
//! change them, and what is changed neither Shopify nor [`super::Reader`] could tell from a value that
//! really begins like that.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};

use super::categories;
use super::columns::{FIELDS, Field, OPTION_NAMES, OPTION_VALUES};
use super::extras::{Extra, Level};
use super::product::{FULFILLMENT, SENT_BY_SHOP};
use super::values::{self, POLICIES, STATUSES, TRUTHS, WEIGHT_UNITS};
use super::writable;
use crate::services::catalog::draft::{MediaDraft, MetafieldDraft, ProductDraft, VariantDraft};
use entity::money;

/// Why a product was not written.
#[derive(Debug)]
pub enum WriteError {
    /// The output failed.
    Output(io::Error),
    /// The file's format has no place for it; nothing of it was written.
    Unwritable {
        /// The product's handle.
        handle: String,
        /// What there is no place for.
        reason: String,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error) => write!(f, "the file cannot be written: {error}"),
            Self::Unwritable { handle, reason } => write!(f, "{handle}: {reason}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<csv::Error> for WriteError {
    fn from(error: csv::Error) -> Self {
        Self::Output(error.into())
    }
}

/// A product CSV that is being written.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
    currency_exponent: u32,
    extras: Vec<Extra>,
    /// The cells of the row in the making.
    cells: Vec<String>,
}

impl<W: Write> Writer<W> {
    /// Writes the header row: all fields, then one column for each metafield the products may have.
    ///
    /// `currency_exponent` is the number of decimals of the prices' currency.
    ///
    /// # Errors
    ///
    /// If the output fails.
    pub fn new(output: W, currency_exponent: u32, extras: Vec<Extra>) -> Result<Self, WriteError> {
        let mut columns: Vec<Extra> = Vec::with_capacity(extras.len());
        for extra in extras {
            let is_there = columns.iter().any(|known| known.is(extra.level, &extra.namespace, &extra.key));
            if !is_there && !is_fulfillment(&extra) {
                columns.push(extra);
            }
        }
        let mut csv = csv::Writer::from_writer(output);
        let classic = FIELDS.iter().map(|(_, header, _)| *header);
        csv.write_record(classic.chain(columns.iter().map(|extra| extra.header.as_str())))?;
        let cells = vec![String::new(); FIELDS.len() + columns.len()];
        Ok(Self { csv, currency_exponent, extras: columns, cells })
    }

    /// Writes a product: what its draft does not tell stays empty.
    ///
    /// Texts lose the spaces around them where the reader takes them off: all but the description,
    /// alternative texts, SEO texts, and metafields. A comma in a tag parts it in two, as in Shopify.
    /// An image's second mention is left out.
    ///
    /// # Errors
    ///
    /// If the output fails, or the format has no place for the product: a handle not in its normal form,
    /// no title, more than three options, option values that are missing or not told apart, a negative
    /// price or weight, an address that is none, a metafield without a column.
    pub fn write(&mut self, product: &ProductDraft) -> Result<(), WriteError> {
        self.check(product)
            .map_err(|reason| WriteError::Unwritable { handle: product.handle.clone(), reason })?;
        let mut seen = HashSet::new();
        let media: Vec<_> = product.media.iter().filter(|media| seen.insert(address(&media.url))).collect();
        for place in 0..product.variants.len().max(media.len()).max(1) {
            self.cells.iter_mut().for_each(String::clear);
            self.set(Field::Handle, &product.handle);
            if place == 0 {
                self.own_fields(product);
            }
            if let Some(variant) = product.variants.get(place) {
                self.variant(variant);
            }
            if let Some(media) = media.get(place) {
                self.image(media);
            }
            self.csv.write_record(&self.cells)?;
        }
        Ok(())
    }

    /// Writes out what is still held back and gives the output back.
    ///
    /// # Errors
    ///
    /// If the output fails.
    pub fn finish(self) -> Result<W, WriteError> {
        self.csv.into_inner().map_err(|error| WriteError::Output(error.into_error()))
    }

    fn set(&mut self, field: Field, text: &str) {
        self.cells[field as usize].push_str(text);
    }

    fn set_text(&mut self, field: Field, text: Option<&String>) {
        self.set(field, text.map_or("", |text| text.trim()));
    }

    fn set_raw(&mut self, field: Field, text: Option<&String>) {
        self.set(field, text.map_or("", String::as_str));
    }

    fn set_word<T: Copy + PartialEq>(&mut self, field: Field, value: Option<T>, words: &[(&'static str, T)]) {
        self.set(field, value.map_or("", |value| values::word(value, words)));
    }

    fn set_amount(&mut self, field: Field, minor: Option<i64>) {
        let text = minor.map(|minor| money::to_decimal(minor, self.currency_exponent));
        self.set_raw(field, text.as_ref());
    }

    fn own_fields(&mut self, product: &ProductDraft) {
        self.set_text(Field::Title, product.title.as_ref());
        self.set_raw(Field::Body, product.description_html.as_ref());
        self.set_text(Field::Vendor, product.vendor.as_ref());
        self.set_text(Field::Type, product.product_type.as_ref());
        let tags = values::tags(product.tags.iter().flatten().map(String::as_str));
        self.set(Field::Tags, &tags.join(", "));
        self.set_word(Field::Published, product.published, &TRUTHS);
        self.set_word(Field::GiftCard, product.gift_card, &TRUTHS);
        self.set_word(Field::Status, product.status, &STATUSES);
        self.set_raw(Field::SeoTitle, product.seo_title.as_ref());
        self.set_raw(Field::SeoDescription, product.seo_description.as_ref());
        let paths: Vec<String> =
            product.categories.iter().flatten().map(|path| categories::path_text(path)).collect();
        let mut paths = paths.iter().filter(|path| !path.is_empty());
        self.set_raw(Field::Category, paths.next());
        self.set(Field::FurtherCategories, &paths.map(String::as_str).collect::<Vec<_>>().join("; "));
        for (field, name) in OPTION_NAMES.into_iter().zip(product.options.iter().flatten()) {
            self.set_text(field, Some(name));
        }
        self.metafields(Level::Product, &product.metafields);
    }

    fn variant(&mut self, variant: &VariantDraft) {
        for (field, value) in OPTION_VALUES.into_iter().zip(&variant.option_values) {
            self.set_text(field, Some(value));
        }
        self.set_text(Field::Sku, variant.sku.as_ref());
        self.set_text(Field::Barcode, variant.barcode.as_ref());
        self.set_amount(Field::Price, variant.price);
        self.set_amount(Field::CompareAtPrice, variant.compare_at_price.flatten());
        self.set_amount(Field::UnitCost, variant.unit_cost.flatten());
        // Adding nothing takes the sign off a negative zero.
        let grams = variant.weight_grams.map(|grams| (grams + 0.0).to_string());
        self.set_raw(Field::Grams, grams.as_ref());
        self.set_word(Field::WeightUnit, variant.weight_unit, &WEIGHT_UNITS);
        self.set_text(Field::InventoryTracker, variant.inventory_tracker.as_ref());
        self.set_word(Field::InventoryPolicy, variant.inventory_policy, &POLICIES);
        self.set_raw(Field::InventoryQuantity, variant.quantity.map(|count| count.to_string()).as_ref());
        self.set_word(Field::RequiresShipping, variant.requires_shipping, &TRUTHS);
        self.set_word(Field::Taxable, variant.taxable, &TRUTHS);
        self.set_address(Field::VariantImage, variant.image_url.as_deref().unwrap_or_default());
        let service =
            variant.metafields.iter().find(|own| (own.namespace.as_str(), own.key.as_str()) == FULFILLMENT);
        let service = service.map_or("", |own| own.value.trim());
        let is_own = service.is_empty() || service.eq_ignore_ascii_case(SENT_BY_SHOP);
        self.set(Field::FulfillmentService, if is_own { SENT_BY_SHOP } else { service });
        self.metafields(Level::Variant, &variant.metafields);
    }

    fn image(&mut self, media: &MediaDraft) {
        self.set_address(Field::ImageSrc, &media.url);
        self.set_raw(Field::ImagePosition, media.position.map(|position| position.to_string()).as_ref());
        self.set_raw(Field::ImageAlt, media.alt.as_ref());
    }

    fn set_address(&mut self, field: Field, url: &str) {
        self.set(field, &address(url));
    }

    fn metafields(&mut self, level: Level, metafields: &[MetafieldDraft]) {
        for (extra, cell) in self.extras.iter().zip(&mut self.cells[FIELDS.len()..]) {
            let held = metafields.iter().find(|own| extra.is(level, &own.namespace, &own.key));
            cell.push_str(held.map_or("", |own| own.value.as_str()));
        }
    }

    fn check(&self, product: &ProductDraft) -> Result<(), String> {
        writable::check(product)?;
        self.check_columns(Level::Product, &product.metafields)?;
        product
            .variants
            .iter()
            .try_for_each(|variant| self.check_columns(Level::Variant, &variant.metafields))
    }

    fn check_columns(&self, level: Level, metafields: &[MetafieldDraft]) -> Result<(), String> {
        let has_column = |own: &&MetafieldDraft| {
            own.value.is_empty()
                || self.extras.iter().any(|extra| extra.is(level, &own.namespace, &own.key))
                || (level == Level::Variant && (own.namespace.as_str(), own.key.as_str()) == FULFILLMENT)
        };
        metafields
            .iter()
            .find(|own| !has_column(own))
            .map_or(Ok(()), |own| Err(format!("the metafield {}.{} has no column", own.namespace, own.key)))
    }
}

/// An address as the reader leaves it.
fn address(url: &str) -> String {
    url.trim().replace(' ', "%20")
}

fn is_fulfillment(extra: &Extra) -> bool {
    extra.is(Level::Variant, FULFILLMENT.0, FULFILLMENT.1)
}
