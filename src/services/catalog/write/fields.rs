//! What an input tells of a product or a variant, looked at before it is taken over.

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;

use entity::catalog::metafield;
use entity::catalog::product::Status;
use entity::catalog::variant::{self, InventoryPolicy, WeightUnit};
use entity::id::{CategoryId, MediaId};
use uuid::Uuid;

use crate::services::catalog::bounds::{
    ADDRESS, CATEGORIES, HTML, LINE, METAFIELD, METAFIELDS, SEO, TAGS, WEIGHT,
};
use crate::services::catalog::draft::MetafieldDraft;
use crate::services::catalog::html;
use crate::services::catalog::whole::{Known, Whole, present};
use crate::services::problem::{Problems, Reason};
use crate::services::text;

/// The way to a field in the input.
pub type Path<'a> = &'a [&'a dyn Display];

/// Who keeps count of a variant's stock where this shop does; the word that Shopify's files have for it.
const TRACKER: &str = "shopify";

/// What is told of a product's own row and its labels; `None` leaves what is there, an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Its slug in addresses.
    pub handle: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its description as HTML, not yet safe.
    pub description_html: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What kind of thing it is.
    pub product_type: Option<String>,
    /// Its tags, all of them.
    pub tags: Option<Vec<String>>,
    /// Whether it is on offer.
    pub status: Option<Status>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Whether it is a gift card.
    pub gift_card: Option<bool>,
}

impl Fields {
    /// The same without the blanks around texts; what cannot be is noted, below `at`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, at: Path<'_>) -> Self {
        let mut line = |name: &str, typed: &Option<String>, least: usize, most: usize| {
            typed.as_ref().map(|typed| {
                let path = below(at, &[&name]);
                text::line(problems, &path, typed, least..=most).unwrap_or_default()
            })
        };
        let title = line("title", &self.title, 1, LINE);
        let vendor = line("vendor", &self.vendor, 0, LINE);
        let product_type = line("productType", &self.product_type, 0, LINE);
        let seo_title = line("seoTitle", &self.seo_title, 0, LINE);
        let seo_description = self.seo_description.as_ref().map(|typed| {
            let path = below(at, &[&"seoDescription"]);
            text::lines(problems, &path, typed, SEO).unwrap_or_default()
        });
        let description_html = self.description_html.as_ref().map(|typed| {
            described(problems, &below(at, &[&"descriptionHtml"]), typed);
            typed.clone()
        });
        let tags = self.tags.as_ref().map(|tags| names(problems, &below(at, &[&"tags"]), tags, TAGS));
        Self {
            handle: self.handle.clone(),
            title,
            description_html,
            vendor,
            product_type,
            tags,
            seo_title,
            seo_description,
            ..*self
        }
    }

    /// Takes everything but the handle over.
    pub fn tell(&self, whole: &mut Whole, known: &Known) {
        if let Some(vendor) = &self.vendor {
            known.set_vendor(whole, vendor);
        }
        if let Some(product_type) = &self.product_type {
            known.set_product_type(whole, product_type);
        }
        if let Some(tags) = &self.tags {
            known.set_tags(whole, tags);
        }
        let row = &mut whole.product;
        if let Some(title) = &self.title {
            row.title.clone_from(title);
        }
        if let Some(described) = &self.description_html {
            row.description_html = html::sanitise(described);
            row.description_text = html::to_text(&row.description_html);
        }
        row.status = self.status.unwrap_or(row.status);
        if let Some(title) = &self.seo_title {
            row.seo_title = present(title);
        }
        if let Some(description) = &self.seo_description {
            row.seo_description = present(description);
        }
        row.gift_card = self.gift_card.unwrap_or(row.gift_card);
    }
}

/// HTML within its bounds.
pub fn described(problems: &mut Problems, path: Path<'_>, typed: &str) {
    if typed.len() > HTML {
        problems.add(Reason::Invalid, path, "a description has at most 512 KiB");
    } else {
        text::lines(problems, path, typed, HTML);
    }
}

/// What is told of a variant; `None` leaves what is there, an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct VariantFields {
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// Barcode.
    pub barcode: Option<String>,
    /// Weight in grams.
    pub weight_grams: Option<f64>,
    /// The unit in which staff see it.
    pub weight_unit: Option<WeightUnit>,
    /// Whether its stock is counted.
    pub tracked: Option<bool>,
    /// What happens when it is out of stock.
    pub policy: Option<InventoryPolicy>,
    /// Whether it has to be shipped.
    pub requires_shipping: Option<bool>,
    /// Whether tax is charged on it.
    pub taxable: Option<bool>,
    /// Its own image; `Some(None)` takes it.
    pub media: Option<Option<MediaId>>,
}

impl VariantFields {
    /// The same without the blanks around texts; what cannot be is noted, below `at`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, at: Path<'_>) -> Self {
        let mut line = |name: &str, typed: &Option<String>| {
            let path = below(at, &[&name]);
            typed.as_ref().map(|typed| text::line(problems, &path, typed, 0..=LINE).unwrap_or_default())
        };
        let (sku, barcode) = (line("sku", &self.sku), line("barcode", &self.barcode));
        if self.weight_grams.is_some_and(|grams| !(0.0..=WEIGHT).contains(&grams)) {
            problems.add(Reason::Invalid, &below(at, &[&"weight"]), "a weight is 0 to 1,000,000,000 g");
        }
        Self { sku, barcode, ..*self }
    }

    /// Takes everything over but the image, which has to be one of the product's.
    pub fn tell(&self, row: &mut variant::Model) {
        if let Some(sku) = &self.sku {
            row.sku = present(sku);
        }
        if let Some(barcode) = &self.barcode {
            row.barcode = present(barcode);
        }
        row.weight_grams = self.weight_grams.unwrap_or(row.weight_grams);
        row.weight_unit = self.weight_unit.unwrap_or(row.weight_unit);
        row.inventory_policy = self.policy.unwrap_or(row.inventory_policy);
        row.requires_shipping = self.requires_shipping.unwrap_or(row.requires_shipping);
        row.taxable = self.taxable.unwrap_or(row.taxable);
        match self.tracked {
            Some(true) if row.inventory_tracker.is_empty() => TRACKER.clone_into(&mut row.inventory_tracker),
            Some(false) => row.inventory_tracker.clear(),
            _ => {}
        }
    }
}

/// A handle that the product may have: well-formed, unless it is the one that it has.
pub fn handle(problems: &mut Problems, path: Path<'_>, typed: &str, had: Option<&str>) {
    if had != Some(typed) {
        text::handle(problems, path, typed);
    }
}

/// The name of an option or one of its values.
pub fn value_name(problems: &mut Problems, path: Path<'_>, typed: &str) -> String {
    text::line(problems, path, typed, 1..=LINE).unwrap_or_default()
}

/// An address that browsers may fetch an image from.
pub fn address(problems: &mut Problems, path: Path<'_>, typed: &str) {
    let after = ["https://", "http://"].iter().find_map(|scheme| typed.strip_prefix(scheme));
    let host = after.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '`');
    if host.is_none_or(|host| host.is_empty() || host.contains('@')) || typed.chars().any(odd) {
        problems.add(Reason::Invalid, path, "an address begins with https:// or http:// and has no blanks");
    } else if typed.len() > ADDRESS {
        problems.add(Reason::Invalid, path, format!("an address has at most {ADDRESS} bytes"));
    }
}

/// Custom data within its bounds; each name once.
pub fn metafield(problems: &mut Problems, at: Path<'_>, drafts: &[MetafieldDraft]) {
    rows(problems, at, drafts.len(), 0, METAFIELDS);
    for (index, draft) in drafts.iter().enumerate() {
        for (name, text, most) in [
            ("namespace", &draft.namespace, LINE),
            ("key", &draft.key, LINE),
            ("type", &draft.value_type, 64),
        ] {
            let path = below(at, &[&index, &name]);
            if text::line(problems, &path, text, 1..=most).is_some_and(|trimmed| trimmed != *text) {
                problems.add(Reason::Invalid, &path, "no blanks at either end");
            }
        }
        let path = below(at, &[&index, &"value"]);
        if draft.value.is_empty() || draft.value.len() > METAFIELD {
            problems.add(Reason::Invalid, &path, "a value has 1 to 65,536 bytes");
        } else {
            text::lines(problems, &path, &draft.value, METAFIELD);
        }
    }
    named_once(problems, at, drafts.iter().map(|draft| (&draft.namespace, &draft.key)));
}

/// Takes custom data over: all of it where `exactly` is set, else only what is told.
pub fn link_of(whole: &mut Whole, owner_id: Uuid, drafts: &[MetafieldDraft], exactly: bool) {
    let told: HashSet<(&str, &str)> =
        drafts.iter().map(|draft| (draft.namespace.as_str(), draft.key.as_str())).collect();
    if exactly {
        let kept = |row: &metafield::Model| told.contains(&(row.namespace.as_str(), row.key.as_str()));
        whole.metafields.retain(|row| row.owner_id != owner_id || kept(row));
    }
    for draft in drafts {
        let after = metafield::Model {
            owner_id,
            namespace: draft.namespace.clone(),
            key: draft.key.clone(),
            value_type: draft.value_type.clone(),
            value: draft.value.clone(),
        };
        let same = |row: &&mut metafield::Model| {
            row.owner_id == owner_id && row.namespace == draft.namespace && row.key == draft.key
        };
        match whole.metafields.iter_mut().find(same) {
            Some(row) => *row = after,
            None => whole.metafields.push(after),
        }
    }
}

/// So many rows and no more.
pub fn rows(problems: &mut Problems, path: Path<'_>, count: usize, least: usize, most: usize) {
    if !(least..=most).contains(&count) {
        problems.add(Reason::Invalid, path, format!("it takes {least} to {most}"));
    }
}

/// Nothing is named twice.
pub fn named_once<T: Eq + Hash>(problems: &mut Problems, at: Path<'_>, names: impl Iterator<Item = T>) {
    each_once(problems, at, names.map(Some));
}

/// The same where some have no name.
pub fn each_once<T: Eq + Hash>(
    problems: &mut Problems,
    at: Path<'_>,
    names: impl Iterator<Item = Option<T>>,
) {
    let mut seen = HashSet::new();
    for (index, name) in names.enumerate() {
        if name.is_some_and(|name| !seen.insert(name)) {
            problems.add(Reason::Invalid, &below(at, &[&index]), "it is named twice");
        }
    }
}

/// A text that is not empty.
pub fn text_of(text: &String) -> Option<&String> {
    (!text.is_empty()).then_some(text)
}

/// Names without the blanks around them, each once.
pub fn names(problems: &mut Problems, at: Path<'_>, typed: &[String], most: usize) -> Vec<String> {
    rows(problems, at, typed.len(), 0, most);
    let mut names = Vec::with_capacity(typed.len().min(most));
    for (index, name) in typed.iter().take(most).enumerate() {
        names.push(text::line(problems, &below(at, &[&index]), name, 1..=LINE).unwrap_or_default());
    }
    each_once(problems, at, names.iter().map(text_of));
    names
}

/// Ids of categories: not too many, each once.
pub fn category_ids(problems: &mut Problems, at: Path<'_>, ids: &[CategoryId]) {
    rows(problems, at, ids.len(), 0, CATEGORIES);
    named_once(problems, at, ids.iter());
}

/// Handles of categories: not too many, each once.
pub fn category_handles(problems: &mut Problems, at: Path<'_>, handles: &[String]) {
    names(problems, at, handles, CATEGORIES);
}

/// A way further in.
pub fn below<'a>(at: Path<'a>, further: &[&'a dyn Display]) -> Vec<&'a dyn Display> {
    at.iter().chain(further).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_web() {
        let fits = |typed: &str| {
            let mut problems = Problems::default();
            address(&mut problems, &[], typed);
            problems.is_empty()
        };
        assert!(fits("https://img.example.com/a.jpg?w=1") && fits("http://a"));
        for typed in [
            "",
            "ftp://a/b",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://u@a/",
            "//a/b",
            "/media/a",
        ] {
            assert!(!fits(typed), "{typed}");
        }
        assert!(!fits(&format!("https://a/{}", "x".repeat(ADDRESS))));
    }

    #[test]
    fn what_is_told_of_a_product_is_bounded() {
        let wrong = |fields: Fields| {
            let mut problems = Problems::default();
            let _ = fields.checked(&mut problems, &[]);
            !problems.is_empty()
        };
        let some = |text: &str| Some(text.to_owned());
        assert!(!wrong(Fields { title: some("<script>alert(1)</script>"), ..Fields::default() }));
        assert!(wrong(Fields { title: some(" "), ..Fields::default() }));
        assert!(wrong(Fields { title: some("a\0b"), ..Fields::default() }));
        assert!(wrong(Fields { title: some(&"a".repeat(256)), ..Fields::default() }));
        assert!(wrong(Fields { description_html: some(&"a".repeat(HTML + 1)), ..Fields::default() }));
        assert!(wrong(Fields {
            tags: Some(vec![String::from("a"), String::from("a ")]),
            ..Fields::default()
        }));
        assert!(wrong(Fields { tags: Some(vec![String::new(); 251]), ..Fields::default() }));
    }
}
