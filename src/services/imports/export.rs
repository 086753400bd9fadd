//! Writing the catalogue as a file of Shopify's.

use std::io::Write;

use entity::id::VariantId;

use super::shopify::{Extra, Level, WriteError, Writer};
use super::target::Target;
use crate::services::catalog::snapshot::{self, Snapshot};
use crate::services::inventory::levels;
use crate::services::pricing::prices;
use crate::services::{AppContext, Error, Result};

/// Products read at a time.
const PAGE: u32 = 200;

/// What came of an export.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Products written.
    pub products: u64,
    /// Products that the format has no place for, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// Writes all products in the order of their handles, with the target's prices and stock.
pub async fn shopify(app: &AppContext, output: impl Write, target: Target) -> Result<Summary> {
    let db = app.db.read()?;
    let names = snapshot::metafield_names(db).await?;
    let extra = |(on_variant, namespace, key): &(bool, String, String)| {
        let level = if *on_variant { Level::Variant } else { Level::Product };
        Extra::new(level, namespace, key)
    };
    let extras = names.iter().filter_map(extra).collect();
    let mut writer = Writer::new(output, target.digits, extras).map_err(failed)?;
    let mut summary = Summary::default();
    let mut after = String::new();
    loop {
        let page = snapshot::page(db, target.market, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.draft.handle);
        for product in complete(app, target, page).await? {
            match writer.write(&product.draft) {
                Ok(()) => summary.products += 1,
                Err(WriteError::Unwritable { handle, reason }) => {
                    summary.left_out.push((handle, reason));
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }
    writer.finish().map_err(failed)?;
    Ok(summary)
}

/// Adds prices and stock.
async fn complete(app: &AppContext, target: Target, mut page: Vec<Snapshot>) -> Result<Vec<Snapshot>> {
    let variants: Vec<VariantId> = page.iter().flat_map(|product| product.variants.iter().copied()).collect();
    let mut costs = prices::full(app.db.read()?, target.market, variants.iter().copied()).await?;
    let levels = levels::of_variants(app.db.read()?, variants).await?;
    for product in &mut page {
        for (id, draft) in product.variants.iter().zip(&mut product.draft.variants) {
            let price = costs.remove(id);
            draft.price = price.as_ref().map(|price| price.amount);
            draft.compare_at_price = Some(price.as_ref().and_then(|price| price.compare_at));
            draft.unit_cost = Some(price.and_then(|price| price.unit_cost));
            let here = |level: &&levels::Level| level.location == target.location;
            draft.quantity =
                levels.get(id).and_then(|all| all.iter().find(here)).map(|level| level.available);
        }
    }
    Ok(page)
}

fn failed(error: WriteError) -> Error {
    Error::internal(error)
}
