//! A product with everything that belongs to it, in memory: read at once, changed as if it were a value, and written as
//! the difference. Whatever changes products goes this way.

mod known;
mod load;
mod tables;
mod told;
mod write;

use std::collections::HashSet;

use entity::catalog::product::Status;
use entity::catalog::variant::{InventoryPolicy, WeightUnit};
use entity::catalog::{media, metafield, option_value, product, product_option, publication, variant};
use entity::id::{CategoryId, MediaId, OptionValueId, ProductId, ProductOptionId, TagId, VariantId};
use entity::time::Timestamp;
use uuid::Uuid;

pub use self::known::{Known, Names};
pub use self::load::{Lock, by_handles, by_ids};
pub use self::write::{Edit, save};
use super::variants::BETWEEN_VALUES;

/// The option of a product that offers no choice, and its only value.
pub const NO_CHOICE: (&str, &str) = ("Title", "Default Title");

/// The most options that a product has.
pub const MAX_OPTIONS: usize = 3;

/// A product with everything that belongs to it; each list is in its order.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// Its own row.
    pub product: product::Model,
    /// The name behind its vendor.
    pub vendor: Option<String>,
    /// The name behind its type.
    pub product_type: Option<String>,
    /// Its options with their values.
    pub options: Vec<Choice>,
    /// Its variants.
    pub variants: Vec<variant::Model>,
    /// Its images.
    pub media: Vec<media::Model>,
    /// Its own custom data and that of its variants.
    pub metafields: Vec<metafield::Model>,
    /// Where it is published.
    pub publications: Vec<publication::Model>,
    /// Its tags with their names.
    pub tags: Vec<(TagId, String)>,
    /// Its categories with their handles, the main one first.
    pub categories: Vec<(CategoryId, String)>,
}

/// An option with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The option.
    pub option: product_option::Model,
    /// Its values.
    pub values: Vec<option_value::Model>,
}

/// A variant's values for the three options.
pub type Selection = [Option<OptionValueId>; MAX_OPTIONS];

impl Whole {
    /// A product that is not there yet.
    pub fn new(handle: &str, title: &str, now: Timestamp) -> Self {
        let product = product::Model {
            id: ProductId::generate(),
            handle: handle.to_owned(),
            status: Status::Active,
            title: title.to_owned(),
            description_html: String::new(),
            description_text: String::new(),
            vendor_id: None,
            product_type_id: None,
            seo_title: None,
            seo_description: None,
            gift_card: false,
            rating_count: 0,
            rating_sum: 0,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        Self {
            product,
            vendor: None,
            product_type: None,
            options: Vec::new(),
            variants: Vec::new(),
            media: Vec::new(),
            metafields: Vec::new(),
            publications: Vec::new(),
            tags: Vec::new(),
            categories: Vec::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> ProductId {
        self.product.id
    }

    /// One of its options.
    pub fn option(&self, id: ProductOptionId) -> Option<&Choice> {
        self.options.iter().find(|choice| choice.option.id == id)
    }

    /// One of its variants.
    pub fn variant(&self, id: VariantId) -> Option<&variant::Model> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// One of its images.
    pub fn image(&self, id: MediaId) -> Option<&media::Model> {
        self.media.iter().find(|media| media.id == id)
    }

    /// The text of one of its option values.
    pub fn value(&self, id: OptionValueId) -> Option<&str> {
        let values = self.options.iter().flat_map(|choice| &choice.values);
        values.into_iter().find(|value| value.id == id).map(|value| value.value.as_str())
    }

    /// The option values with these texts, one for each option; those that are new are added.
    pub fn select<T: AsRef<str>>(&mut self, texts: &[T]) -> Selection {
        let mut selection = [None; MAX_OPTIONS];
        for ((choice, text), place) in self.options.iter_mut().zip(texts).zip(&mut selection) {
            *place = Some(choice.ensure(text.as_ref()));
        }
        selection
    }

    /// Adds an option after the others.
    pub fn add_option(&mut self, name: &str) {
        let position = i32::try_from(self.options.len() + 1).unwrap_or(i32::MAX);
        let option = product_option::Model {
            id: ProductOptionId::generate(),
            product_id: self.product.id,
            position,
            name: name.to_owned(),
        };
        self.options.push(Choice { option, values: Vec::new() });
    }

    /// Removes variants with their custom data.
    pub fn remove_variants(&mut self, keep: impl Fn(&variant::Model) -> bool) {
        self.variants.retain(|variant| keep(variant));
        let owners: HashSet<Uuid> = self.variants.iter().map(|variant| variant.id.0).collect();
        let product = self.product.id.0;
        self.metafields.retain(|field| field.owner_id == product || owners.contains(&field.owner_id));
    }

    /// Removes images; variants that showed one show none.
    pub fn remove_media(&mut self, keep: impl Fn(&media::Model) -> bool) {
        self.media.retain(|media| keep(media));
        let there: HashSet<MediaId> = self.media.iter().map(|media| media.id).collect();
        for variant in &mut self.variants {
            variant.media_id = variant.media_id.filter(|id| there.contains(id));
        }
    }

    /// The option values that variants have.
    pub fn used_values(&self) -> HashSet<OptionValueId> {
        self.variants.iter().flat_map(|variant| selection_of(variant).into_iter().flatten()).collect()
    }

    /// The title of a variant: its option values, joined.
    pub fn title_of(&self, selection: Selection) -> String {
        let places = self.options.iter().zip(selection);
        let texts = places.filter_map(|(choice, id)| {
            let value = choice.values.iter().find(|value| Some(value.id) == id)?;
            Some(value.value.as_str())
        });
        texts.collect::<Vec<_>>().join(BETWEEN_VALUES)
    }

    /// Makes what is derived true: titles of variants.
    fn settle(&mut self) {
        let titles: Vec<String> =
            self.variants.iter().map(|variant| self.title_of(selection_of(variant))).collect();
        for (variant, title) in self.variants.iter_mut().zip(titles) {
            variant.title = title;
        }
    }
}

impl Choice {
    /// The value with this text; added after the others where there is none.
    pub fn ensure(&mut self, text: &str) -> OptionValueId {
        if let Some(known) = self.values.iter().find(|value| value.value == text) {
            return known.id;
        }
        let value = option_value::Model {
            id: OptionValueId::generate(),
            product_option_id: self.option.id,
            position: next(self.values.iter().map(|value| value.position)),
            value: text.to_owned(),
        };
        let id = value.id;
        self.values.push(value);
        id
    }
}

/// A variant that is not there yet, after the others.
pub fn new_variant(whole: &Whole, [first, second, third]: Selection, now: Timestamp) -> variant::Model {
    variant::Model {
        id: VariantId::generate(),
        product_id: whole.product.id,
        position: next(whole.variants.iter().map(|row| row.position)),
        option_value1_id: first.unwrap_or(OptionValueId(Uuid::nil())),
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
        created_at: now,
        updated_at: now,
    }
}

/// The values that a variant has.
pub fn selection_of(row: &variant::Model) -> Selection {
    [Some(row.option_value1_id), row.option_value2_id, row.option_value3_id]
}

/// The place after the last one, from 1.
pub fn next(positions: impl Iterator<Item = i32>) -> i32 {
    positions.max().unwrap_or(0).saturating_add(1)
}

/// An empty text is none.
pub fn present(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
