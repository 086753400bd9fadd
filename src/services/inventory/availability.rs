//! What can be bought of a product: each variant with its values, and whether there is any.

use std::collections::HashMap;

use entity::id::{MarketId, OptionValueId, ProductId, VariantId};

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::catalog::options::{self, ProductOption};
use crate::services::catalog::variants::{self, Variant};
use crate::services::markets::Locale;
use crate::services::sql::{Sql, uuids};

/// A variant as a choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The variant.
    pub variant: VariantId,
    /// Its value for each of the product's options, in their order.
    pub values: [Option<OptionValueId>; 3],
    /// Whether it can be bought in the market.
    pub available: bool,
}

impl Choice {
    /// Whether it has all of these values.
    pub fn has(&self, values: &[OptionValueId]) -> bool {
        values.iter().all(|value| self.values.contains(&Some(*value)))
    }
}

/// All variants of products as choices, in their order.
pub async fn of_products(
    db: &impl RowSource,
    market: MarketId,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<Choice>>> {
    static CHOICES: Sql = Sql::new(
        "SELECT v.product_id, v.id, v.option_value1_id, v.option_value2_id, v.option_value3_id, \
           CASE WHEN p.amount IS NOT NULL AND (v.inventory_tracker = '' OR v.inventory_policy = 1 OR \
             (SELECT sum(s.available) FROM stock_level s WHERE s.variant_id = v.id) > 0) THEN 1 ELSE 0 END \
         FROM {uuids $1} k JOIN variant v ON v.product_id = k.id \
         LEFT JOIN price p ON p.variant_id = v.id AND p.market_id = $2 \
         ORDER BY v.product_id, v.position, v.id",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let mut choices: HashMap<ProductId, Vec<Choice>> = HashMap::new();
    for row in CHOICES.all(db, [ids, market.0.into()]).await? {
        choices.entry(row.try_get_by_index(0)?).or_default().push(Choice {
            variant: row.try_get_by_index(1)?,
            values: [row.try_get_by_index(2)?, row.try_get_by_index(3)?, row.try_get_by_index(4)?],
            available: row.try_get_by_index::<i32>(5)? == 1,
        });
    }
    Ok(choices)
}

/// A value that a shopper chose for an option, both in the language of the request or the base language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chosen {
    /// The option's name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// The values that were chosen for a product's options, with the place of each option: `None` for a value that the option
/// does not have. What other products may call an option is left out.
///
/// What is read in the language of the request comes first: it is what the shopper saw.
pub fn chosen_values(options: &[ProductOption], chosen: &[Chosen]) -> Vec<(usize, Option<OptionValueId>)> {
    let one = |wanted: &Chosen| {
        let shown = options.iter().position(|option| option.name == wanted.name);
        let place = shown.or_else(|| options.iter().position(|option| option.key == wanted.name))?;
        let values = &options[place].values;
        let shown = values.iter().find(|value| value.value == wanted.value);
        let value = shown.or_else(|| values.iter().find(|value| value.key == wanted.value));
        Some((place, value.map(|value| value.id)))
    };
    chosen.iter().filter_map(one).collect()
}

/// The variants with just the chosen values, one for each option of their product.
pub async fn chosen_variants(
    db: &impl RowSource,
    locale: &Locale,
    products: Vec<ProductId>,
    chosen: &[Chosen],
) -> Result<HashMap<ProductId, Variant>> {
    let options = options::of_products(db, locale, products.iter().copied()).await?;
    let choices = of_products(db, locale.market.id, products).await?;
    let wanted = options.iter().filter_map(|(product, options)| {
        let choice = choice(options, choices.get(product)?, chosen)?;
        Some((choice.variant, *product))
    });
    let wanted: HashMap<VariantId, ProductId> = wanted.collect();
    let found = variants::by_ids(db, locale.market.id, wanted.keys().copied()).await?;
    Ok(found.into_iter().filter_map(|(id, variant)| Some((*wanted.get(&id)?, variant))).collect())
}

fn choice<'a>(options: &[ProductOption], choices: &'a [Choice], chosen: &[Chosen]) -> Option<&'a Choice> {
    let found = chosen_values(options, chosen);
    let is_complete = (0..options.len()).all(|place| found.iter().any(|(chosen, _)| *chosen == place));
    let values: Option<Vec<OptionValueId>> = found.into_iter().map(|(_, value)| value).collect();
    let values = values.filter(|_| is_complete && chosen.len() == options.len())?;
    choices.iter().find(|choice| choice.has(&values))
}

#[cfg(test)]
mod tests {
    use entity::id::ProductOptionId;

    use super::*;
    use crate::services::catalog::options::OptionValue;

    fn option(name: &str, key: &str, values: &[(&str, &str)]) -> ProductOption {
        let value = |(value, key): &(&str, &str)| OptionValue {
            id: OptionValueId::generate(),
            key: (*key).to_owned(),
            value: (*value).to_owned(),
        };
        ProductOption {
            id: ProductOptionId::generate(),
            key: key.to_owned(),
            name: name.to_owned(),
            values: values.iter().map(value).collect(),
        }
    }

    fn chosen(name: &str, value: &str) -> Chosen {
        Chosen { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn what_the_shopper_saw_comes_before_what_it_is_called_in_the_base_language() {
        let options = [option("Farbe", "Color", &[("Pink", "Rosa"), ("Rosa", "Rose")])];
        let value = |name: &str, value: &str| chosen_values(&options, &[chosen(name, value)]);
        let [pink, rosa] = [0, 1].map(|index| Some(options[0].values[index].id));
        assert_eq!(value("Farbe", "Rosa"), [(0, rosa)]);
        assert_eq!(value("Color", "Pink"), [(0, pink)]);
        assert_eq!(value("Color", "Rose"), [(0, rosa)]);
        assert_eq!(value("Farbe", "Blau"), [(0, None)]);
        assert_eq!(value("Größe", "M"), []);
    }
}
