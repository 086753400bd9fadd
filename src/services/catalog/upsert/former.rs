//! Products that drafts call by a former handle, under which they are still found.

use std::collections::{HashMap, HashSet};

use entity::catalog::handle_redirect::HandleKind;
use entity::id::ProductId;
use sea_orm::ActiveEnum as _;

use crate::services::catalog::draft::ProductDraft;
use crate::services::catalog::whole::{self, Lock, Whole};
use crate::services::sql::{Sql, texts};
use crate::services::{Change, Result};

/// Adds the products behind former handles. Answers the handles whose product is in the batch by another handle, too.
pub(super) async fn add(
    change: &Change<'_>,
    drafts: &[ProductDraft],
    existing: &mut HashMap<String, Whole>,
) -> Result<HashSet<String>> {
    static FORMER: Sql = Sql::new(
        "SELECT k.id, r.target_id FROM {texts $1} k JOIN handle_redirect r ON r.handle = k.id WHERE r.kind = $2",
    );
    let missing = drafts.iter().map(|draft| draft.handle.as_str());
    let missing: Vec<&str> = missing.filter(|handle| !existing.contains_key(*handle)).collect();
    if missing.is_empty() {
        return Ok(HashSet::new());
    }
    let keys = texts(change.engine(), missing.iter().copied());
    let mut led: HashMap<String, ProductId> = HashMap::new();
    for row in FORMER.all(&change.tx, [keys, HandleKind::Product.to_value().into()]).await? {
        led.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    let mut known: HashSet<ProductId> = existing.values().map(Whole::id).collect();
    let mut doubled = HashSet::new();
    let mut wanted = Vec::new();
    for handle in missing {
        match led.get(handle) {
            Some(id) if known.insert(*id) => wanted.push((handle, *id)),
            Some(_) => drop(doubled.insert(handle.to_owned())),
            None => {}
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
