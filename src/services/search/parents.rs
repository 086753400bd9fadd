//! Categories and collections as what lists hang on: both are facets of the listings in them.

use std::collections::HashMap;

use entity::search::facet::FacetKind;
use entity::time::Timestamp;
use sea_orm::ActiveEnum;
use serde_json::json;

use super::filter::Filter;
use super::query::Query;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::{self, Sql, ints};

/// A category, with all below it, or a collection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    /// A category by its handle.
    Category(String),
    /// A collection by its handle.
    Collection(String),
}

/// From listings' facets to the listings.
pub(super) const FROM: &str =
    "listing_facet lf {lateral}JOIN{window}CROSS JOIN{end} product_listing l ON l.id = lf.listing_id";

/// The numbers of the parents' facets; those that nothing is in have none.
pub(super) async fn numbers(db: &impl RowSource, parents: &[Parent]) -> Result<HashMap<i64, Parent>> {
    static FACETS: Sql = Sql::new(
        "SELECT f.id, f.kind, f.value \
         FROM {lateral}jsonb_array_elements($1::jsonb) r JOIN facet f ON f.kind = (r.value->>0)::smallint \
         {window}json_each($1) r CROSS JOIN facet f ON f.kind = r.value->>0 {end}\
         AND f.name = '' AND f.value = r.value->>1",
    );
    let pair = |parent: &Parent| match parent {
        Parent::Category(handle) => json!([FacetKind::Category.to_value(), handle]),
        Parent::Collection(handle) => json!([FacetKind::Collection.to_value(), handle]),
    };
    let mut numbers = HashMap::with_capacity(parents.len());
    for row in FACETS.all(db, [sql::rows(parents.iter().map(pair))]).await? {
        let (kind, handle): (i16, String) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let is_category = kind == FacetKind::Category.to_value();
        let parent = if is_category { Parent::Category(handle) } else { Parent::Collection(handle) };
        numbers.insert(row.try_get_by_index(0)?, parent);
    }
    Ok(numbers)
}

/// Makes a query read what hangs on parents only: rows of `lf.facet_id` and the listing `l`.
pub(super) fn begin(query: &mut Query, parents: impl IntoIterator<Item = i64>) {
    query.begin_at(FROM);
    let parents = ints(query.engine(), parents);
    let parents = query.bind(parents);
    query.demand_text(format!("lf.facet_id IN (SELECT k.id FROM {{ints {parents}}} k)"));
}

/// How many products that a filter lets pass hang on parents; those without any are left out.
pub async fn count(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    parents: &[Parent],
    filter: &Filter,
) -> Result<HashMap<Parent, i64>> {
    let mut numbers = numbers(db, parents).await?;
    let filter = filter.resolve(db).await?;
    let mut query = Query::new(db.get_database_backend(), locale, now, false, Vec::new());
    begin(&mut query, numbers.keys().copied());
    query.narrow(&filter, None);
    let text = format!(
        "SELECT lf.facet_id, count(*) FROM {} WHERE {} GROUP BY lf.facet_id",
        query.from(),
        query.conditions()
    );
    let mut counts = HashMap::new();
    for row in sql::all(db, &text, query.into_values()).await? {
        if let Some(parent) = numbers.remove(&row.try_get_by_index(0)?) {
            counts.insert(parent, row.try_get_by_index(1)?);
        }
    }
    Ok(counts)
}
