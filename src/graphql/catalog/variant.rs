//! Variants: what is bought.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::catalog::variant as stored;
use entity::id::MediaId;
use uuid::Uuid;

use super::media::Media;
use super::metafield::Metafield;
use super::options::{self, SelectedOption};
use super::product::Product;
use crate::graphql::access::Needs;
use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::directives::{About, Fresh, STOCK};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::inventory::{StockLevel, StockQuantity};
use crate::graphql::loaders::{LevelsOf, MediaById, MetafieldsOf, OptionsOf, PricesOf, ProductById};
use crate::graphql::markets::Location;
use crate::graphql::money::Money;
use crate::graphql::pricing::MarketPrice;
use crate::graphql::quick::{Ask, Plain, Quick};
use crate::graphql::scope::Scope;
use crate::services::catalog::variants::{self, Price};
use crate::services::inventory::levels::{self, Level};
use crate::services::{Permission, Result};

/// What is bought: a product with one value chosen for each of its options.
pub struct Variant(pub Row<variants::Variant>);

impl Listed for Variant {
    type Row = variants::Variant;

    const CONNECTION: &'static str = "VariantConnection";
    const EDGE: &'static str = "VariantEdge";
    const BRIEF: &'static [&'static str] = &["id", "title", "position", "price", "compareAtPrice"];
    const LADEN: &'static [&'static str] =
        &["availableForSale", "quantityAvailable", "stockLevels", "stockQuantities"];

    fn of(row: Row<variants::Variant>) -> Self {
        Self(row)
    }
}

impl Variant {
    /// A variant whose product is not on offer here does not exist either.
    pub async fn visible(ctx: &Context<'_>, row: Option<Row<variants::Variant>>) -> Result<Option<Self>> {
        let Some(row) = row else { return Ok(None) };
        let product = ctx.along(&row, |row| ProductById(row.product_id)).await?;
        Ok(product.map(|_| Self(row)))
    }

    async fn levels(&self, ctx: &Context<'_>) -> Result<Arc<Vec<Level>>> {
        match &self.0.beside {
            Some(text) => levels::of_text(text).map(Arc::new),
            None => Ok(ctx.along(&self.0, LEVELS).await?.unwrap_or_default()),
        }
    }

    fn levels_at_hand(&self, ask: &mut Ask<'_>) -> Option<Arc<Vec<Level>>> {
        match &self.0.beside {
            Some(text) => levels::of_text(text).ok().map(Arc::new),
            None => Some(ask.along(&self.0, LEVELS)?.unwrap_or_default()),
        }
    }

    async fn selected(&self, ctx: &Context<'_>) -> Result<Vec<SelectedOption>> {
        let of_product = ctx.along(&self.0, OPTIONS).await?;
        Ok(options::selected(&of_product.unwrap_or_default(), &self.0.details()?.option_values))
    }

    fn selected_at_hand(&self, ask: &mut Ask<'_>) -> Option<Vec<SelectedOption>> {
        let of_product = ask.along(&self.0, OPTIONS)?;
        Some(options::selected(&of_product.unwrap_or_default(), &self.0.details().ok()?.option_values))
    }

    fn price_in(&self, scope: &Scope) -> Option<Money> {
        self.0.price.map(|price| Money::new(price.amount, &scope.locale))
    }

    fn price_before(&self, scope: &Scope) -> Option<Money> {
        self.0.price.and_then(Price::before).map(|before| Money::new(before, &scope.locale))
    }
}

impl Plain for Variant {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "position" => ask.write(&self.0.position),
            "price" => ask.maybe(self.price_in(ask.scope())),
            "compareAtPrice" => ask.maybe(self.price_before(ask.scope())),
            "title" if ask.scope().locale.is_base() => ask.write(&self.0.title),
            "title" => {
                let selected = self.selected_at_hand(ask)?;
                ask.write(&joined(&selected))
            }
            "selectedOptions" => {
                let selected = self.selected_at_hand(ask)?;
                ask.list(selected)
            }
            "availableForSale" => {
                let levels = self.levels_at_hand(ask)?;
                ask.write(&self.0.is_available(in_stock(&levels)).ok()?)
            }
            _ => self.detailed(ask),
        }
    }
}

impl Variant {
    /// Fields of what brief reads leave out.
    fn detailed(&self, ask: &mut Ask<'_>) -> Option<()> {
        let details = self.0.details().ok()?;
        match ask.name() {
            "sku" => ask.write(&details.sku),
            "barcode" => ask.write(&details.barcode),
            "requiresShipping" => ask.write(&details.requires_shipping),
            "taxable" => ask.write(&details.taxable),
            "stockLevels" if !details.tracked => ask.list::<StockLevel>([]),
            "stockLevels" => {
                let levels = self.levels_at_hand(ask)?;
                ask.list(told(&levels, ask.scope()))
            }
            "image" if details.media_id.is_none() => ask.null(),
            "image" => {
                let image = ask.along(&self.0, IMAGE)?;
                ask.maybe(image.map(Media::of))
            }
            _ => None,
        }
    }
}

/// What is bought: a product with one value chosen for each of its options.
#[Object]
impl Variant {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its option values, joined: "M / Moss green".
    async fn title(&self, ctx: &Context<'_>) -> Result<String> {
        if ctx.scope().locale.is_base() {
            return Ok(self.0.title.clone());
        }
        Ok(joined(&self.selected(ctx).await?))
    }

    /// Its stock keeping unit, where it has one.
    fn sku(&self) -> Result<Option<&str>> {
        Ok(self.0.details()?.sku.as_deref())
    }

    /// Its barcode (GTIN, ISBN, ...), where it has one.
    fn barcode(&self) -> Result<Option<&str>> {
        Ok(self.0.details()?.barcode.as_deref())
    }

    /// Its place among the product's variants, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// The value that it has for each of the product's options, in their order.
    #[graphql(directive = About::apply(3))]
    async fn selected_options(&self, ctx: &Context<'_>) -> Result<Vec<Quick<SelectedOption>>> {
        Ok(self.selected(ctx).await?.into_iter().map(Quick).collect())
    }

    /// What it costs in the market; null where it is not sold there.
    async fn price(&self, ctx: &Context<'_>) -> Option<Quick<Money>> {
        self.price_in(ctx.scope()).map(Quick)
    }

    /// What it cost before a reduction, where its price is reduced.
    async fn compare_at_price(&self, ctx: &Context<'_>) -> Option<Quick<Money>> {
        self.price_before(ctx.scope()).map(Quick)
    }

    /// Whether it can be bought now: it has a price here, and there is some of it or it may be ordered beyond that.
    #[graphql(directive = Fresh::apply(STOCK))]
    async fn available_for_sale(&self, ctx: &Context<'_>) -> Result<bool> {
        self.0.is_available(in_stock(&self.levels(ctx).await?))
    }

    /// How many there are at all locations together, up to a cap that the shop sets; null where nobody counts.
    #[graphql(directive = Fresh::apply(STOCK))]
    async fn quantity_available(&self, ctx: &Context<'_>) -> Nullable<i32> {
        nullable(async {
            if !self.0.details()?.tracked {
                return Ok(None);
            }
            Ok(Some(capped(ctx.scope(), in_stock(&self.levels(ctx).await?))))
        })
        .await
    }

    /// How many there are at each location that has ever had any; empty where nobody counts.
    #[graphql(directive = About::apply(5), directive = Fresh::apply(STOCK))]
    async fn stock_levels(&self, ctx: &Context<'_>) -> Result<Vec<Quick<StockLevel>>> {
        if !self.0.details()?.tracked {
            return Ok(Vec::new());
        }
        Ok(told(&self.levels(ctx).await?, ctx.scope()).map(Quick).collect())
    }

    /// What it costs in all markets where it has a price, the default one first.
    #[graphql(directive = Needs::apply(Permission::PricesRead), directive = About::apply(5))]
    async fn prices(&self, ctx: &Context<'_>) -> Result<Vec<MarketPrice>> {
        let all = ctx.along(&self.0, |variant| PricesOf(variant.id)).await?.unwrap_or_default();
        Ok(all.iter().filter_map(|price| MarketPrice::of(price, ctx.scope())).collect())
    }

    /// Exactly how many there are at each location that has ever had any, whether or not somebody counts.
    #[graphql(directive = Needs::apply(Permission::StockWrite), directive = About::apply(5))]
    async fn stock_quantities(&self, ctx: &Context<'_>) -> Result<Vec<StockQuantity>> {
        let quantity = |level: &Level| StockQuantity {
            variant: self.0.id,
            location: level.location,
            quantity: level.available,
        };
        Ok(self.levels(ctx).await?.iter().map(quantity).collect())
    }

    /// What it weighs; null where nobody has told.
    fn weight(&self) -> Result<Option<Weight>> {
        let details = self.0.details()?;
        Ok((details.weight_grams > 0.0).then(|| Weight::new(details.weight_grams, details.weight_unit)))
    }

    /// Whether it has to be shipped.
    fn requires_shipping(&self) -> Result<bool> {
        Ok(self.0.details()?.requires_shipping)
    }

    /// Whether tax is charged on it.
    fn taxable(&self) -> Result<bool> {
        Ok(self.0.details()?.taxable)
    }

    /// Its own image, else null: show the product's then.
    async fn image(&self, ctx: &Context<'_>) -> Nullable<Quick<Media>> {
        nullable(async {
            if self.0.details()?.media_id.is_none() {
                return Ok(None);
            }
            Ok(ctx.along(&self.0, IMAGE).await?.map(Media::of).map(Quick))
        })
        .await
    }

    /// A piece of its custom data.
    async fn metafield(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who defines it.")] namespace: String,
        #[graphql(desc = "Its name there.")] key: String,
    ) -> Nullable<Metafield> {
        nullable(async {
            let all = ctx.along(&self.0, |variant| MetafieldsOf(variant.id.0)).await?.unwrap_or_default();
            let same = all.iter().find(|field| field.namespace == namespace && field.key == key);
            Ok(same.cloned().map(Metafield))
        })
        .await
    }

    /// The product that it is a variant of.
    async fn product(&self, ctx: &Context<'_>) -> Nullable<Product> {
        nullable(async {
            Ok(ctx.along(&self.0, |variant| ProductById(variant.product_id)).await?.map(Product::of))
        })
        .await
    }
}

const LEVELS: fn(&variants::Variant) -> LevelsOf = |variant| LevelsOf(variant.id);
const OPTIONS: fn(&variants::Variant) -> OptionsOf = |variant| OptionsOf(variant.product_id);

/// A variant's own image; that of those without one does not exist.
const IMAGE: fn(&variants::Variant) -> MediaById = |variant| {
    MediaById(variant.details().ok().and_then(|details| details.media_id).unwrap_or(MediaId(Uuid::nil())))
};

/// The chosen values as a title.
fn joined(selected: &[SelectedOption]) -> String {
    selected.iter().map(|option| option.value.as_str()).collect::<Vec<_>>().join(variants::BETWEEN_VALUES)
}

/// Levels in the order of the locations.
fn told<'a>(levels: &'a [Level], scope: &'a Scope) -> impl Iterator<Item = StockLevel> + 'a {
    scope.markets.locations.iter().filter_map(|location| {
        let level = levels.iter().find(|level| level.location == location.id)?;
        let available = capped(scope, level.available);
        Some(StockLevel { location: Location(Arc::clone(location)), available })
    })
}

/// All pieces, wherever they lie.
fn in_stock(levels: &[Level]) -> i64 {
    levels.iter().map(|level| level.available).sum()
}

/// Nobody is told of more than the cap, and of no debts.
fn capped(scope: &Scope, pieces: i64) -> i32 {
    let cap = scope.app.quantity_cap;
    i32::try_from(pieces.clamp(0, cap.into())).unwrap_or(cap)
}

/// A weight in the unit in which staff entered it.
#[derive(SimpleObject)]
pub struct Weight {
    /// How much.
    value: f64,
    /// Of what.
    unit: WeightUnit,
}

/// A unit of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WeightUnit {
    /// Grams.
    Grams,
    /// Kilograms.
    Kilograms,
    /// Ounces, 28.349523125 grams each.
    Ounces,
    /// Pounds, 453.59237 grams each.
    Pounds,
}

impl WeightUnit {
    /// So many of these in grams, and the unit as it is stored.
    pub fn in_grams(self, value: f64) -> (f64, stored::WeightUnit) {
        let (unit, grams_each) = match self {
            Self::Grams => (stored::WeightUnit::Gram, 1.0),
            Self::Kilograms => (stored::WeightUnit::Kilogram, 1000.0),
            Self::Ounces => (stored::WeightUnit::Ounce, 28.349_523_125),
            Self::Pounds => (stored::WeightUnit::Pound, 453.592_37),
        };
        (value * grams_each, unit)
    }
}

impl Weight {
    fn new(grams: f64, unit: stored::WeightUnit) -> Self {
        let (unit, grams_each) = match unit {
            stored::WeightUnit::Gram => (WeightUnit::Grams, 1.0),
            stored::WeightUnit::Kilogram => (WeightUnit::Kilograms, 1000.0),
            stored::WeightUnit::Ounce => (WeightUnit::Ounces, 28.349_523_125),
            stored::WeightUnit::Pound => (WeightUnit::Pounds, 453.592_37),
        };
        Self { value: (grams / grams_each * 10_000.0).round() / 10_000.0, unit }
    }
}
