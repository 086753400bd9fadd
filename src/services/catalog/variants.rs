//! Variants: what is bought.

use std::borrow::Cow;
use std::collections::HashMap;

use entity::catalog::variant::{InventoryPolicy, WeightUnit};
use entity::id::{MarketId, MediaId, OptionValueId, ProductId, VariantId};
use sea_orm::{ActiveEnum, DbErr};

use crate::infrastructure::database::RowSource;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Extent, Page, Window};
use crate::services::sql::{self, Columns, Sql, uuids};
use crate::services::{Error, Result};

/// A variant as it is read.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Whose it is.
    pub product_id: ProductId,
    /// Its place, from 1.
    pub position: i32,
    /// Its option values in the base language, joined.
    pub title: String,
    /// What it costs in the market; `None` where it is not sold there.
    pub price: Option<Price>,
    details: Option<Details>,
    /// What was read along: [`of_products`] is told what that is.
    pub beside: Option<String>,
}

/// What is read of a variant where more is asked for than its name and price.
#[derive(Clone, Debug)]
pub struct Details {
    /// The value of each of the product's options, in their order.
    pub option_values: [Option<OptionValueId>; 3],
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// Barcode.
    pub barcode: Option<String>,
    /// Weight in grams.
    pub weight_grams: f64,
    /// The unit in which staff see it.
    pub weight_unit: WeightUnit,
    /// Whether its stock is counted at all.
    pub tracked: bool,
    /// What happens when it is out of stock.
    pub policy: InventoryPolicy,
    /// Whether it has to be shipped.
    pub requires_shipping: bool,
    /// Whether tax is charged on it.
    pub taxable: bool,
    /// Its own image.
    pub media_id: Option<MediaId>,
}

/// What a variant costs in one market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Minor units.
    pub amount: i64,
    /// The price before a reduction, in minor units.
    pub compare_at: Option<i64>,
}

impl Price {
    /// The price before a reduction, where the price is reduced.
    pub fn before(self) -> Option<i64> {
        self.compare_at.filter(|before| *before > self.amount)
    }
}

impl Variant {
    /// What brief reads leave out.
    ///
    /// # Errors
    /// Where little of it was read, which a look ahead at what is asked for excludes.
    pub fn details(&self) -> Result<&Details> {
        self.details.as_ref().ok_or_else(|| Error::internal("more is asked of a variant than was read"))
    }

    /// Whether it can be bought in the market while there are so many of it.
    ///
    /// # Errors
    /// As [`details`](Self::details).
    pub fn is_available(&self, in_stock: i64) -> Result<bool> {
        let details = self.details()?;
        let is_deliverable = !details.tracked || details.policy == InventoryPolicy::Continue || in_stock > 0;
        Ok(self.price.is_some() && is_deliverable)
    }

    /// Its place among its product's variants.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.position.into())], id: self.id.0 }
    }
}

/// What lists mostly show.
const BRIEF: &str = "v.id, v.product_id, v.position, v.title, n.amount, n.compare_at";

/// The same, and all [`Details`].
const COLUMNS: &str = "v.id, v.product_id, v.position, v.title, n.amount, n.compare_at, \
    v.option_value1_id, v.option_value2_id, v.option_value3_id, v.sku, v.barcode, v.weight_grams, v.weight_unit, \
    v.inventory_tracker <> '', v.inventory_policy, v.requires_shipping, v.taxable, v.media_id";

/// The price in the market that is parameter 2.
const PRICE: &str = "LEFT JOIN price n ON n.variant_id = v.id AND n.market_id = $2";

const OF_PRODUCT: Children<'static> = Children {
    keys: "uuids",
    columns: COLUMNS,
    from: "variant v",
    with: PRICE,
    id: Some("v.id"),
    parent: "v.product_id",
    condition: "true",
    keyset: Keyset { columns: &["v.position", "v.id"], descending: false },
};

/// Variants of products with their prices in a market, as many of each as a window shows. `beside` is a column of text
/// that is read along where the window is laden. Beyond the base language at least whole rows are read: names are made of
/// option values there.
pub async fn of_products(
    db: &impl RowSource,
    locale: &Locale,
    beside: &str,
    products: impl IntoIterator<Item = ProductId>,
    window: &Window<Key>,
) -> Result<HashMap<ProductId, Page<Variant>>> {
    let (columns, read): (Cow<'_, str>, Read) = match window.extent {
        Extent::Brief if locale.is_base() => (BRIEF.into(), read_brief),
        Extent::Brief | Extent::Whole => (COLUMNS.into(), read_whole),
        Extent::Laden => (format!("{COLUMNS}, {beside}").into(), read_laden),
    };
    let children = Children { columns: &columns, ..OF_PRODUCT };
    let market = locale.market.id.0.into();
    let rows = children.load(db, products.into_iter().map(|id| id.0), window, [market]).await?;
    let variants = sql::of_owners(&rows, read)?;
    Ok(variants.into_iter().map(|(id, rows)| (id, Page::of(rows, window))).collect())
}

/// How many variants products have.
pub async fn count(
    db: &impl RowSource,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, i64>> {
    static COUNT: Sql = Sql::new(
        "SELECT v.product_id, count(*) FROM variant v JOIN {uuids $1} k ON k.id = v.product_id \
         GROUP BY v.product_id",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let rows = COUNT.all(db, [ids]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}

/// Variants by their ids, with their prices in a market.
pub async fn by_ids(
    db: &impl RowSource,
    market: MarketId,
    ids: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, Variant>> {
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let text = format!("SELECT {COLUMNS} FROM {{uuids $1}} k JOIN variant v ON v.id = k.id {PRICE}");
    let rows = sql::fetch(db, &text, vec![ids, market.0.into()]).await?;
    Ok(sql::each(&rows, read_whole)?.into_iter().map(|variant| (variant.id, variant)).collect())
}

/// What stands between the option values of a title.
pub const BETWEEN_VALUES: &str = " / ";

/// Reads some of the columns.
type Read = fn(&mut Columns<'_>) -> std::result::Result<Variant, DbErr>;

fn read_brief(row: &mut Columns<'_>) -> std::result::Result<Variant, DbErr> {
    Ok(Variant {
        id: row.id()?,
        product_id: row.id()?,
        position: row.get()?,
        title: row.get()?,
        price: match (row.maybe()?, row.maybe()?) {
            (Some(amount), compare_at) => Some(Price { amount, compare_at }),
            (None, _) => None,
        },
        details: None,
        beside: None,
    })
}

fn read_whole(row: &mut Columns<'_>) -> std::result::Result<Variant, DbErr> {
    let brief = read_brief(row)?;
    let details = Details {
        option_values: [row.some_id()?, row.some_id()?, row.some_id()?],
        sku: row.maybe()?,
        barcode: row.maybe()?,
        weight_grams: row.get()?,
        weight_unit: WeightUnit::try_from_value(&row.get()?)?,
        tracked: row.get()?,
        policy: InventoryPolicy::try_from_value(&row.get()?)?,
        requires_shipping: row.get()?,
        taxable: row.get()?,
        media_id: row.some_id()?,
    };
    Ok(Variant { details: Some(details), ..brief })
}

fn read_laden(row: &mut Columns<'_>) -> std::result::Result<Variant, DbErr> {
    let whole = read_whole(row)?;
    Ok(Variant { beside: Some(row.get()?), ..whole })
}
