//! Making the shop's products what drafts say: whole batches, in a number of statements that does not depend on
//! how many products and variants there are.

pub(super) mod existing;
mod names;
mod parts;
mod product;
mod tables;
mod variants;

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::id::{CategoryId, MarketId, ProductId, VariantId};

use self::existing::Existing;
use self::names::Names;
use self::tables::Writes;
use super::categories;
use super::draft::ProductDraft;
use crate::services::events::{self, Event};
use crate::services::sql::{Sql, texts};
use crate::services::{Change, Result};

/// What came of one draft.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The product; `None` where there is none to change and too little told to make one.
    pub product: Option<ProductId>,
    /// Whether it is new.
    pub created: bool,
    /// Whether any of its rows was written.
    pub changed: bool,
    /// The variant of each of the draft's, in their order; `None` where one was refused.
    pub variants: Vec<Option<VariantId>>,
    /// What was refused, with the index of the draft's variant that it is about.
    pub problems: Vec<(Option<usize>, String)>,
}

/// What all drafts of a batch share while they are worked on.
struct Batch<'a> {
    change: &'a Change<'a>,
    existing: Existing,
    names: Names,
    categories: HashMap<Vec<String>, CategoryId>,
    skus: HashMap<String, VariantId>,
    market: Option<MarketId>,
    writes: Writes,
}

/// Adds and changes products, matched by handle, and tells what came of each.
///
/// Nothing that a draft does not tell of is removed. `published` is about `market`. No handle may occur twice.
pub async fn upsert(
    change: &Change<'_>,
    drafts: &[ProductDraft],
    market: Option<MarketId>,
) -> Result<Vec<Outcome>> {
    let handles = drafts.iter().map(|draft| draft.handle.as_str());
    let mut batch = Batch {
        change,
        existing: Existing::load(&change.tx, handles, market).await?,
        names: Names::resolve(change, drafts).await?,
        categories: categories::ensure_paths(change, paths(drafts)).await?,
        skus: taken_skus(change, drafts).await?,
        market,
        writes: Writes::default(),
    };
    let outcomes: Vec<Outcome> = drafts.iter().map(|draft| batch.apply(draft)).collect();
    batch.writes.flush(&change.tx).await?;
    let changed = outcomes.iter().filter(|outcome| outcome.changed);
    let changed: Vec<ProductId> = changed.filter_map(|outcome| outcome.product).collect();
    events::publish(change, Event::ProductChanged, changed.iter().map(|id| id.0)).await?;
    change.touch(changed);
    Ok(outcomes)
}

fn paths(drafts: &[ProductDraft]) -> BTreeSet<&[String]> {
    let paths = drafts.iter().flat_map(|draft| draft.categories.iter().flatten());
    paths.map(Vec::as_slice).filter(|path| !path.is_empty()).collect()
}

/// Which variants have the SKUs that the drafts want.
async fn taken_skus(change: &Change<'_>, drafts: &[ProductDraft]) -> Result<HashMap<String, VariantId>> {
    static TAKEN: Sql = Sql::new("SELECT sku, id FROM variant WHERE sku IN (SELECT id FROM {texts $1} k)");
    let variants = drafts.iter().flat_map(|draft| &draft.variants);
    let wanted: HashSet<&str> =
        variants.filter_map(|variant| variant.sku.as_deref()).filter(|sku| !sku.is_empty()).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = TAKEN.all(&change.tx, [texts(change.engine(), wanted)]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, sea_orm::DbErr>>()?)
}
