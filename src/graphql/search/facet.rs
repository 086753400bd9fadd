//! Facets.

use async_graphql::{Enum, SimpleObject};
use entity::money::to_decimal;
use entity::search::facet::FacetKind as Kind;

use super::words::Words;
use crate::graphql::directives::About;
use crate::graphql::money::Money;
use crate::services::markets::Locale;
use crate::services::search::facets::{Bucket, Facets, Group};

/// Facets of a list, for which a client pays.
pub const FACETS: i32 = 100;

/// Values of each facet, for which a client pays.
const VALUES: i32 = 10;

/// What a facet is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FacetKind {
    /// Categories with everything below them; filter by `categories`.
    Category,
    /// Collections; filter by `collections`.
    Collection,
    /// Product types; filter by `productTypes`.
    ProductType,
    /// Vendors; filter by `vendors`.
    Vendor,
    /// Values of an option; filter by `options`.
    Option,
    /// Tags; filter by `tags`.
    Tag,
    /// Ranges of prices; filter by `price`.
    Price,
    /// Whether anything can be bought; filter by `availableForSale`.
    Availability,
}

/// By what a list of products can be narrowed further.
#[derive(SimpleObject)]
pub struct Facet {
    /// What it is about, and so which field of the filter takes its values.
    kind: FacetKind,
    /// A key that is unique in the list: `vendor`, `option:Color`, ...
    key: String,
    /// The option's name as filters take it; null for other kinds.
    name: Option<String>,
    /// How shoppers read it. Options are called as the shop calls them; other kinds have names in a dozen European
    /// languages, and English ones elsewhere.
    label: String,
    /// Its values, the most frequent ones first; prices from the lowest. The first 50, and those that the filter has; fewer
    /// of each option where all facets together would have more than 1,000.
    #[graphql(directive = About::apply(VALUES))]
    values: Vec<FacetValue>,
}

/// A value that a list of products can be narrowed by.
#[derive(SimpleObject)]
pub struct FacetValue {
    /// The value as filters take it; `min..max` for prices, `true` or `false` for availability.
    value: String,
    /// How shoppers read it, in the language of the request as far as the shop says it there: tags, types and vendors
    /// read the same in all languages. For prices better write `priceMin` and `priceMax` as your shoppers are used to.
    label: String,
    /// How many products would be left.
    count: i64,
    /// Whether the filter has it already.
    selected: bool,
    /// The lowest price of a range of prices.
    price_min: Option<Money>,
    /// The highest price of a range of prices; null where it is open above.
    price_max: Option<Money>,
}

impl Facet {
    /// Facets as clients see them.
    pub fn all(facets: Facets, locale: &Locale) -> Vec<Self> {
        let words = Words::of(locale);
        let mut all: Vec<Self> = facets.groups.into_iter().map(|group| Self::group(group, words)).collect();
        if !facets.prices.is_empty() {
            let values = facets.prices.iter().map(|bucket| FacetValue::prices(bucket, locale, words));
            all.push(Self::plain(FacetKind::Price, "price", words.price, values.collect()));
        }
        let (yes, no) = facets.availability;
        let values = [("true", words.in_stock, yes, true), ("false", words.sold_out, no, false)];
        let values = values.into_iter().map(|(value, label, count, is)| FacetValue {
            selected: facets.available == Some(is),
            ..FacetValue::plain(value, label, count)
        });
        let values: Vec<FacetValue> = values.filter(|value| value.count > 0 || value.selected).collect();
        if !values.is_empty() {
            all.push(Self::plain(FacetKind::Availability, "availability", words.availability, values));
        }
        all
    }

    fn plain(kind: FacetKind, key: &str, label: &str, values: Vec<FacetValue>) -> Self {
        Self { kind, key: key.to_owned(), name: None, label: label.to_owned(), values }
    }

    fn group(group: Group, words: &Words) -> Self {
        let value = |value: crate::services::search::facets::Value| FacetValue {
            value: value.value,
            label: value.label,
            count: value.count,
            selected: value.selected,
            price_min: None,
            price_max: None,
        };
        let values: Vec<FacetValue> = group.values.into_iter().map(value).collect();
        match group.kind {
            Kind::Category => Self::plain(FacetKind::Category, "category", words.category, values),
            Kind::Collection => Self::plain(FacetKind::Collection, "collection", words.collection, values),
            Kind::ProductType => {
                Self::plain(FacetKind::ProductType, "productType", words.product_type, values)
            }
            Kind::Vendor => Self::plain(FacetKind::Vendor, "vendor", words.vendor, values),
            Kind::Tag => Self::plain(FacetKind::Tag, "tag", words.tag, values),
            Kind::Option => Self {
                kind: FacetKind::Option,
                key: format!("option:{}", group.name),
                name: Some(group.name),
                label: group.label,
                values,
            },
        }
    }
}

impl FacetValue {
    fn plain(value: &str, label: &str, count: i64) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            count,
            selected: false,
            price_min: None,
            price_max: None,
        }
    }

    fn prices(bucket: &Bucket, locale: &Locale, words: &Words) -> Self {
        let digits = locale.market.digits;
        let min = to_decimal(bucket.min, digits);
        let max = bucket.max.map(|max| to_decimal(max, digits)).unwrap_or_default();
        let label = if max.is_empty() { format!("{} {min}", words.from) } else { format!("{min} – {max}") };
        Self {
            price_min: Some(Money::new(bucket.min, locale)),
            price_max: bucket.max.map(|max| Money::new(max, locale)),
            selected: bucket.selected,
            ..Self::plain(&format!("{min}..{max}"), &label, bucket.count)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::search::facets::{MAX_FACETS, VALUES_OF_EACH};

    #[test]
    fn a_client_pays_for_as_much_as_may_be_told() {
        assert_eq!(usize::try_from(FACETS), Ok(MAX_FACETS));
        assert_eq!(usize::try_from(VALUES), Ok(VALUES_OF_EACH));
    }
}
