//! A product as somebody wants it to be: what imports, the sample shop and bulk changes hand to `products::upsert`.
//!
//! `None` means "not told": what the shop has stays as it is. An empty text or list clears.

pub use entity::catalog::product::Status;
pub use entity::catalog::variant::{InventoryPolicy, WeightUnit};

/// A whole product, or the part of one that a source tells of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductDraft {
    /// The product's slug, which matches it with the one in the shop.
    pub handle: String,
    /// Its title; a product that is not in the shop yet needs one.
    pub title: Option<String>,
    /// Its description as HTML, not yet sanitised.
    pub description_html: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What kind of thing it is, in the shop's own words.
    pub product_type: Option<String>,
    /// Its tags, each once, in the source's order.
    pub tags: Option<Vec<String>>,
    /// Whether it is on offer.
    pub status: Option<Status>,
    /// Whether a new product is on offer where `status` is not told; active where this is not told either.
    pub status_if_new: Option<Status>,
    /// Whether it is published in the market of the source.
    pub published: Option<bool>,
    /// Whether a new product is published where `published` is not told; it is where this is not told either.
    pub published_if_new: Option<bool>,
    /// Its categories as paths of titles from the root, the main one first.
    pub categories: Option<Vec<Vec<String>>>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Whether it is a gift card.
    pub gift_card: Option<bool>,
    /// Names of its options in order (at most 3): "Size", "Color".
    /// A product without a choice has one option "Title" with the one value "Default Title".
    pub options: Option<Vec<String>>,
    /// Variants to add or change, matched by their option values.
    pub variants: Vec<VariantDraft>,
    /// Images to add or change, matched by address, else by position.
    pub media: Vec<MediaDraft>,
    /// Custom data to add or change, matched by namespace and key.
    pub metafields: Vec<MetafieldDraft>,
}

/// One variant of a [`ProductDraft`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariantDraft {
    /// One value for each of the product's options, in their order.
    pub option_values: Vec<String>,
    /// Stock keeping unit; empty clears.
    pub sku: Option<String>,
    /// Barcode (GTIN, ISBN, ...); empty clears.
    pub barcode: Option<String>,
    /// Price in the currency's minor unit, never negative.
    pub price: Option<i64>,
    /// Price before a reduction, in the minor unit; `Some(None)` clears.
    pub compare_at_price: Option<Option<i64>>,
    /// What one costs the shop, in the minor unit; `Some(None)` clears.
    pub unit_cost: Option<Option<i64>>,
    /// Weight in grams.
    pub weight_grams: Option<f64>,
    /// The unit staff see it in.
    pub weight_unit: Option<WeightUnit>,
    /// Who keeps count of it: `shopify`, an app's name, or empty for nobody.
    pub inventory_tracker: Option<String>,
    /// What happens when it is out of stock.
    pub inventory_policy: Option<InventoryPolicy>,
    /// How many there are at the location of the source; may be negative where it was oversold.
    pub quantity: Option<i64>,
    /// Whether it has to be shipped.
    pub requires_shipping: Option<bool>,
    /// Whether tax is charged on it.
    pub taxable: Option<bool>,
    /// Address of the variant's own image, one of the product's.
    pub image_url: Option<String>,
    /// Custom data to add or change.
    pub metafields: Vec<MetafieldDraft>,
}

/// One image of a [`ProductDraft`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaDraft {
    /// Where it is: `https://...`, or a path on this server that begins with `/media/`.
    pub url: String,
    /// Its place among the product's images, from 1.
    pub position: Option<i32>,
    /// What it shows, for those who cannot see it; empty clears.
    pub alt: Option<String>,
    /// Width in pixels, where known.
    pub width: Option<i32>,
    /// Height in pixels, where known.
    pub height: Option<i32>,
    /// Its media type, where known.
    pub mime_type: Option<String>,
}

/// One piece of custom data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetafieldDraft {
    /// Who defines it: `shopify`, `google`, `custom`, ...
    pub namespace: String,
    /// Its name there.
    pub key: String,
    /// What kind of value it is, in Shopify's terms: `single_line_text_field`, ...
    pub value_type: String,
    /// The value as text; empty removes it.
    pub value: String,
}
