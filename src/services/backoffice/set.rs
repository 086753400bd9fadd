//! Making a product what one input says, with its options, variants, prices, stock and images.

use entity::id::ProductId;
use entity::time::Timestamp;

use super::apply;
use crate::services::catalog::draft::MetafieldDraft;
use crate::services::catalog::write::{Fields, VariantFields, unraced};
use crate::services::{AppContext, Error, Permission, Problem, Result, Viewer};

/// A product as it is to be, matched by its handle.
///
/// `None` leaves what is there. A list that is told is the whole list: what it does not name goes.
#[derive(Clone, Debug, Default)]
pub struct ProductSet {
    /// The product's slug.
    pub handle: String,
    /// The version that was read, where that matters.
    pub version: Option<i32>,
    /// The product's own fields; their handle is not looked at.
    pub fields: Fields,
    /// Handles of its categories, the main one first.
    pub categories: Option<Vec<String>>,
    /// Its options, at most 3.
    pub options: Option<Vec<OptionSet>>,
    /// Its variants, matched by their option values.
    pub variants: Option<Vec<VariantSet>>,
    /// Its images, matched by address.
    pub media: Option<Vec<MediaSet>>,
    /// Its custom data.
    pub metafields: Option<Vec<MetafieldDraft>>,
    /// Where it is published.
    pub publications: Option<Vec<PublicationSet>>,
}

/// An option of a [`ProductSet`].
#[derive(Clone, Debug, Default)]
pub struct OptionSet {
    /// Its name.
    pub name: String,
    /// Its values in their order; those that variants have and that are not named follow.
    pub values: Option<Vec<String>>,
}

/// A variant of a [`ProductSet`].
#[derive(Clone, Debug, Default)]
pub struct VariantSet {
    /// One value for each option, in their order.
    pub option_values: Vec<String>,
    /// Its own fields; their image is not looked at.
    pub fields: VariantFields,
    /// The address of its image; empty for none.
    pub image_url: Option<String>,
    /// What it costs, in all markets where it is sold.
    pub prices: Option<Vec<PriceSet>>,
    /// How many there are at locations; the others keep what they have.
    pub stock: Option<Vec<StockSet>>,
    /// Its custom data.
    pub metafields: Option<Vec<MetafieldDraft>>,
}

/// A price of a [`VariantSet`]; amounts are decimals in the market's currency.
#[derive(Clone, Debug, Default)]
pub struct PriceSet {
    /// The market's handle.
    pub market: String,
    /// What it costs.
    pub amount: String,
    /// The price before a reduction; `Some(None)` clears.
    pub compare_at: Option<Option<String>>,
    /// What one costs the shop; `Some(None)` clears.
    pub unit_cost: Option<Option<String>>,
}

/// Stock of a [`VariantSet`].
#[derive(Clone, Debug, Default)]
pub struct StockSet {
    /// The location's handle.
    pub location: String,
    /// Pieces.
    pub available: i64,
}

/// An image of a [`ProductSet`].
#[derive(Clone, Debug, Default)]
pub struct MediaSet {
    /// Where it is.
    pub url: String,
    /// What it shows; empty says nothing.
    pub alt: Option<String>,
}

/// A market of a [`ProductSet`].
#[derive(Clone, Debug, Default)]
pub struct PublicationSet {
    /// The market's handle.
    pub market: String,
    /// Since when; `None` keeps the moment, from now on where there is none.
    pub from: Option<Timestamp>,
}

/// What came of one product.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The product, where there is one.
    pub product: Option<ProductId>,
    /// Whether it is new.
    pub created: bool,
    /// Whether anything of it changed.
    pub changed: bool,
    /// What was wrong with its input; then nothing was done.
    pub problems: Vec<Problem>,
}

impl ProductSet {
    /// Refuses what the viewer may not tell of.
    pub fn permit(&self, viewer: &Viewer) -> Result<()> {
        let variants = || self.variants.iter().flatten();
        let needed = [
            (Permission::ProductsPublish, self.publications.is_some()),
            (Permission::PricesWrite, variants().any(|variant| variant.prices.is_some())),
            (Permission::StockWrite, variants().any(|variant| variant.stock.is_some())),
        ];
        let lacks = |(permission, told): &(Permission, bool)| *told && !viewer.may(*permission);
        if needed.iter().any(lacks) { Err(Error::Forbidden) } else { Ok(()) }
    }
}

/// Makes a product what the input says: adds it where there is none of its handle, else changes what differs.
pub async fn set(app: &AppContext, viewer: &Viewer, input: &ProductSet) -> Result<Outcome> {
    input.permit(viewer)?;
    unraced(move || {
        Box::pin(async move {
            let change = app.begin().await?;
            let mut outcomes = apply::all(
                &change,
                viewer,
                &app.markets(),
                std::slice::from_ref(input),
                apply::OnError::Skip,
            )
            .await?;
            let outcome = outcomes.pop().unwrap_or_default();
            if !outcome.problems.is_empty() {
                return Err(Error::Problems(outcome.problems));
            }
            change.commit().await?;
            Ok(outcome)
        })
    })
    .await
}
