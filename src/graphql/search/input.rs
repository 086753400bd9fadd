//! What narrows and sorts lists of products.

use async_graphql::{Enum, InputObject};
use entity::money::from_decimal;

use crate::graphql::scalars::Decimal;
use crate::services::search::filter::Filter;
use crate::services::search::sort::Sort;
use crate::services::{Error, Result};

/// Values in one list of a filter, at most.
const MAX_VALUES: usize = 50;

/// Values of all options in a filter, at most. They are told as facets, whatever else is.
const MAX_OPTION_VALUES: usize = 250;

/// What a list of products is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ProductSortKey {
    /// The title from A, without regard to accents and case; numbers by their value.
    Title,
    /// The lowest price of the variants, the lowest first.
    Price,
    /// The date of publication in the market, the latest first.
    #[default]
    Newest,
    /// The average rating, the best first.
    Rating,
    /// The order that staff gave a collection; in other lists the same as `NEWEST`.
    Manual,
}

impl From<ProductSortKey> for Sort {
    fn from(key: ProductSortKey) -> Self {
        match key {
            ProductSortKey::Title => Self::Title,
            ProductSortKey::Price => Self::Price,
            ProductSortKey::Newest => Self::Newest,
            ProductSortKey::Rating => Self::Rating,
            ProductSortKey::Manual => Self::Manual,
        }
    }
}

/// What narrows a list of products. Values in one list are alternatives; different fields must all hold. A field that
/// is absent, or an empty list, narrows nothing. At most 50 values a list, and 250 of all options
/// together.
#[derive(InputObject, Default)]
pub struct ProductFilter {
    /// Handles of categories, current ones; each stands for itself and everything below it.
    #[graphql(default)]
    categories: Vec<String>,
    /// Handles of collections, current ones.
    #[graphql(default)]
    collections: Vec<String>,
    /// Names of vendors.
    #[graphql(default)]
    vendors: Vec<String>,
    /// Product types.
    #[graphql(default)]
    product_types: Vec<String>,
    /// Tags.
    #[graphql(default)]
    tags: Vec<String>,
    /// Values of options. All the options named must fit.
    #[graphql(default)]
    options: Vec<OptionFilter>,
    /// A range of prices, in the market's currency.
    price: Option<PriceFilter>,
    /// Whether any variant can be bought.
    available_for_sale: Option<bool>,
    /// The lowest average rating of interest, from 1 to 5, as `ratingSummary` tells averages. Only the first two decimals
    /// count, of this and of averages: what is beyond is cut off.
    min_rating: Option<f64>,
    /// Handles of products, current ones.
    #[graphql(default)]
    handles: Vec<String>,
    /// Stock keeping units of variants.
    #[graphql(default)]
    skus: Vec<String>,
}

/// Values of one option.
#[derive(InputObject)]
pub struct OptionFilter {
    /// The option's name in the shop's base language, which a facet tells as `name`.
    name: String,
    /// The values that will do, in the shop's base language.
    values: Vec<String>,
}

/// A range of prices, its ends included. What counts is the lowest price of a product's variants, as in the facet and
/// the sort order.
#[derive(InputObject)]
pub struct PriceFilter {
    /// Products whose lowest price is this or above.
    min: Option<Decimal>,
    /// Products whose lowest price is this or below.
    max: Option<Decimal>,
}

impl ProductFilter {
    /// The filter as services take it, for a currency with so many digits after the point.
    ///
    /// # Errors
    /// `BadRequest` where a list is too long or a number is none.
    pub fn read(self, digits: u32) -> Result<Filter> {
        let options = self.options.into_iter().map(|option| (option.name, option.values)).collect::<Vec<_>>();
        let lists = [
            &self.categories,
            &self.collections,
            &self.vendors,
            &self.product_types,
            &self.tags,
            &self.handles,
            &self.skus,
        ];
        let too_long = |list: &Vec<String>| list.len() > MAX_VALUES;
        let options_too_long =
            options.len() > MAX_VALUES || options.iter().any(|(_, values)| too_long(values));
        let of_options: usize = options.iter().map(|(_, values)| values.len()).sum();
        if of_options > MAX_OPTION_VALUES {
            let problem = format!("a filter takes at most {MAX_OPTION_VALUES} values of options");
            return Err(Error::BadRequest(problem));
        }
        if options_too_long || lists.into_iter().any(too_long) {
            return Err(Error::BadRequest(format!("a filter takes at most {MAX_VALUES} values a list")));
        }
        let mut options: Vec<_> = options.into_iter().map(|(name, values)| (name, alike(values))).collect();
        options.sort_unstable();
        let (price_min, price_max) = match self.price {
            Some(range) => (amount(range.min, digits)?, amount(range.max, digits)?),
            None => (None, None),
        };
        Ok(Filter {
            categories: alike(self.categories),
            collections: alike(self.collections),
            vendors: alike(self.vendors),
            product_types: alike(self.product_types),
            tags: alike(self.tags),
            options,
            price_min,
            price_max,
            available: self.available_for_sale,
            rating_min: self.min_rating.map(hundredths).transpose()?,
            handles: alike(self.handles),
            skus: alike(self.skus),
        })
    }
}

/// The same for all lists of the same values, so that a cursor of one fits the others.
fn alike(mut values: Vec<String>) -> Vec<String> {
    values.sort_unstable();
    values.dedup();
    values
}

fn amount(decimal: Option<Decimal>, digits: u32) -> Result<Option<i64>> {
    let Some(Decimal(text)) = decimal else { return Ok(None) };
    let minor = from_decimal(&text, digits);
    let problem = || {
        Error::BadRequest(format!(
            "a price is a decimal of at most 18 digits, {digits} of them after the point"
        ))
    };
    minor.map(Some).ok_or_else(problem)
}

/// Cut off as the sort key of ratings is, so that an average that was told finds its product.
fn hundredths(rating: f64) -> Result<i64> {
    /// Less than any average is below a hundredth, and more than a fraction of two digits is off the number meant.
    const INEXACT: f64 = 1e-9;

    if !(1.0..=5.0).contains(&rating) {
        return Err(Error::BadRequest("a rating goes from 1 to 5".to_owned()));
    }
    #[expect(clippy::cast_possible_truncation, reason = "from 100 to 500")]
    Ok((rating * 100.0 + INEXACT).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::catalog::ratings::Rating;

    #[test]
    fn an_average_as_it_is_told_is_the_least_that_finds_it() {
        for count in 1..400 {
            for sum in count..=5 * count {
                let rating = Rating { count, sum };
                let least = hundredths(rating.average().unwrap()).unwrap();
                assert_eq!(least, rating.sort_key() / 1_000_000, "{sum} of {count}");
            }
        }
        for (typed, least) in [(1.0, 100), (4.35, 435), (4.669, 466), (5.0, 500)] {
            assert_eq!(hundredths(typed).unwrap(), least);
        }
        assert!(hundredths(0.99).is_err() && hundredths(5.01).is_err() && hundredths(f64::NAN).is_err());
    }
}
