//! The sample shop as its files have it: `samples/`, carried in the binary.

use std::collections::HashMap;

use rust_embed::RustEmbed;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::services::{Error, Result};

#[derive(RustEmbed)]
#[folder = "samples/"]
struct Files;

/// Texts by language (BCP 47).
pub type Translations<T> = HashMap<String, T>;

/// Everything that the sample shop is made of.
#[derive(Debug)]
pub struct Sample {
    pub shop: Shop,
    pub categories: Vec<Category>,
    pub collections: Vec<Collection>,
    pub reviewers: Vec<Reviewer>,
    pub products: Vec<Product>,
}

/// `shop.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Shop {
    pub name: String,
    pub description: String,
    pub base_language: String,
    pub markets: Vec<Market>,
    pub locations: Vec<Location>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Market {
    pub handle: String,
    pub name: String,
    pub currency: String,
    pub countries: Vec<String>,
    pub languages: Vec<String>,
    pub tax_inclusive: bool,
    #[serde(default)]
    pub default: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    pub handle: String,
    pub name: String,
    pub country: String,
}

/// A category of `categories.json`, with those below it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub handle: String,
    pub title: String,
    pub description: String,
    #[serde(default)]
    pub translations: Translations<CategoryTexts>,
    #[serde(default)]
    pub children: Vec<Category>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryTexts {
    pub title: Option<String>,
    pub description: Option<String>,
}

/// A collection of `collections.json`; its products are handles.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Collection {
    pub handle: String,
    pub title: String,
    pub description_html: String,
    #[serde(default)]
    pub translations: Translations<Texts>,
    pub products: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Texts {
    pub title: Option<String>,
    pub description_html: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Reviewer {
    pub key: String,
    pub display_name: String,
}

/// A product of `products/*.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Product {
    pub handle: String,
    pub title: String,
    pub description_html: String,
    pub vendor: String,
    #[serde(rename = "productType")]
    pub kind: String,
    pub tags: Vec<String>,
    /// Handles of categories, the main one first.
    pub categories: Vec<String>,
    #[serde(default)]
    pub seo: Option<Seo>,
    pub status: Status,
    /// From when it is published, by market: `-90d` is ninety days ago.
    pub publish: HashMap<String, Option<String>>,
    #[serde(default)]
    pub translations: Translations<Texts>,
    #[serde(default)]
    pub options: Vec<ProductOption>,
    pub variants: Vec<Variant>,
    pub media: Vec<Media>,
    #[serde(default)]
    pub metafields: Vec<Metafield>,
    #[serde(default)]
    pub reviews: Vec<Review>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seo {
    pub title: String,
    pub description: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Active,
    Draft,
    Archived,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductOption {
    pub name: String,
    #[serde(default)]
    pub translations: Translations<String>,
    pub values: Vec<OptionValue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionValue {
    pub value: String,
    #[serde(default)]
    pub translations: Translations<String>,
}

/// A variant: prices are decimals by market, stock is pieces by location.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Variant {
    pub options: Vec<String>,
    pub sku: String,
    #[serde(default)]
    pub barcode: Option<String>,
    pub prices: HashMap<String, String>,
    #[serde(default)]
    pub compare_at: HashMap<String, String>,
    pub grams: f64,
    pub unit: Unit,
    pub stock: HashMap<String, i64>,
    pub policy: Policy,
    pub tracked: bool,
    /// The position of its image among the product's, from 1.
    #[serde(default)]
    pub image: Option<usize>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    G,
    Kg,
    Oz,
    Lb,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    Deny,
    Continue,
}

/// An image: a drawing of `art/` in three colours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    pub art: String,
    pub colors: Colors,
    pub alt: String,
    #[serde(default)]
    pub translations: Translations<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colors {
    pub background: String,
    pub main: String,
    pub accent: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metafield {
    pub namespace: String,
    pub key: String,
    #[serde(rename = "type")]
    pub value_type: String,
    pub value: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Review {
    pub reviewer: String,
    pub rating: i16,
    pub title: String,
    pub body: String,
    pub days_ago: i64,
    pub status: ReviewStatus,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReviewStatus {
    Published,
    Pending,
}

impl Sample {
    /// Reads all files; the products in the order of their files' names.
    pub fn read() -> Result<Self> {
        let mut groups: Vec<_> = Files::iter().filter(|path| path.starts_with("products/")).collect();
        groups.sort_unstable();
        let mut products = Vec::new();
        for path in groups {
            products.extend(json::<Vec<Product>>(&path)?);
        }
        Ok(Self {
            shop: json("shop.json")?,
            categories: json("categories.json")?,
            collections: json("collections.json")?,
            reviewers: json("reviewers.json")?,
            products,
        })
    }
}

/// The text of a file.
pub fn text(path: &str) -> Result<String> {
    let file = Files::get(path).ok_or_else(|| broken(format!("samples/{path} is missing")))?;
    String::from_utf8(file.data.into_owned()).map_err(|_| broken(format!("samples/{path} is no UTF-8")))
}

fn json<T: DeserializeOwned>(path: &str) -> Result<T> {
    serde_json::from_str(&text(path)?).map_err(|error| broken(format!("samples/{path}: {error}")))
}

/// The sample shop is part of the binary: what is wrong with it is our fault.
pub fn broken(problem: String) -> Error {
    Error::internal(problem)
}
