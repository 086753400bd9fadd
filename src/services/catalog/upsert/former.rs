//! Products that drafts call by a former handle, under which they are still found.

use std::collections::{HashMap, HashSet};

use entity::catalog::handle_redirect::HandleKind;
use entity::id::ProductId;
use sea_orm::ActiveEnum as _;

use crate::services::catalog::draft::ProductDraft;
use crate::services::catalog::whole::{self, Lock, Whole};
use crate::services::sql::{Sql, texts};
use crate::services::{Change, Result};

/// By which handle products were told of earlier.
pub type Earlier = HashMap<ProductId, Box<str>>;

/// Adds the products behind former handles. Answers the handles whose product was told of by another handle, earlier or
/// in this batch: the first one counts.
pub(super) async fn add(
    change: &Change<'_>,
    drafts: &[ProductDraft],
    earlier: &Earlier,
    existing: &mut HashMap<String, Whole>,
) -> Result<HashSet<String>> {
    let led = led(change, drafts, existing).await?;
    let mut told: HashMap<ProductId, &str> = HashMap::new();
    let mut doubled = HashSet::new();
    let mut wanted = Vec::new();
    for handle in drafts.iter().map(|draft| draft.handle.as_str()) {
        let own = existing.get(handle).map(Whole::id);
        let Some(id) = own.or_else(|| led.get(handle).copied()) else { continue };
        let before = earlier.get(&id).map(AsRef::as_ref);
        if before.is_some_and(|before| before != handle) || told.insert(id, handle).is_some() {
            doubled.insert(handle.to_owned());
        } else if own.is_none() {
            wanted.push((handle, id));
        }
    }
    if !wanted.is_empty() {
        let ids = wanted.iter().map(|(_, id)| *id);
        let mut found = whole::by_ids(&change.tx, ids, Lock::Change).await?;
        existing.extend(
            wanted.into_iter().filter_map(|(handle, id)| Some((handle.to_owned(), found.remove(&id)?))),
        );
    }
    Ok(doubled)
}

/// To which products handles lead that are none's any more.
async fn led(
    change: &Change<'_>,
    drafts: &[ProductDraft],
    existing: &HashMap<String, Whole>,
) -> Result<HashMap<String, ProductId>> {
    static FORMER: Sql = Sql::new(
        "SELECT k.id, r.target_id FROM {texts $1} k JOIN handle_redirect r ON r.handle = k.id WHERE r.kind = $2",
    );
    let handles = drafts.iter().map(|draft| draft.handle.as_str());
    let missing: Vec<&str> = handles.filter(|handle| !existing.contains_key(*handle)).collect();
    let mut led = HashMap::new();
    if !missing.is_empty() {
        let keys = texts(change.engine(), missing);
        for row in FORMER.all(&change.tx, [keys, HandleKind::Product.to_value().into()]).await? {
            led.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(led)
}
