//! How facets read in the language of the request.

use std::collections::{BTreeSet, HashMap};

use entity::search::facet::FacetKind;
use sea_orm::{ActiveEnum, DbErr};

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::{self, Columns, Sql, ints};

/// A facet and how it reads.
pub struct Label {
    pub kind: FacetKind,
    pub name: String,
    pub value: String,
    pub name_text: String,
    /// How far from the language of the request `name_text` is: 0 in it, 2 in the base language.
    pub name_rank: i64,
    pub value_text: String,
}

/// Looks up facets by their numbers. It joins so many tables that to plan it takes longer than to run it: the plan is kept.
pub async fn load(
    db: &impl RowSource,
    locale: &Locale,
    facets: impl Iterator<Item = &i64>,
) -> Result<HashMap<i64, Label>> {
    static LABELS: Sql = Sql::new(
        "SELECT f.id, f.kind, f.name, f.value, coalesce(nullif(n1.name, ''), nullif(n2.name, ''), f.name), \
           coalesce(nullif(n1.value, ''), nullif(n2.value, ''), c1.title, c2.title, c.title, \
             o1.title, o2.title, o.title, f.value), \
           CAST(CASE WHEN n1.name <> '' THEN 0 WHEN n2.name <> '' THEN 1 ELSE 2 END AS bigint) \
         FROM {ints $1} k JOIN facet f ON f.id = k.id \
         LEFT JOIN facet_label n1 ON n1.facet_id = f.id AND n1.language = $2 \
         LEFT JOIN facet_label n2 ON n2.facet_id = f.id AND n2.language = $3 \
         LEFT JOIN category c ON f.kind = 3 AND c.handle = f.value \
         LEFT JOIN category_translation c1 ON c1.category_id = c.id AND c1.language = $2 \
         LEFT JOIN category_translation c2 ON c2.category_id = c.id AND c2.language = $3 \
         LEFT JOIN collection o ON f.kind = 4 AND o.handle = f.value \
         LEFT JOIN collection_translation o1 ON o1.collection_id = o.id AND o1.language = $2 \
         LEFT JOIN collection_translation o2 ON o2.collection_id = o.id AND o2.language = $3",
    );
    let distinct: BTreeSet<i64> = facets.copied().collect();
    let [first, second] = locale.chain.clone();
    let ids = ints(db.get_database_backend(), distinct);
    let rows = LABELS.fetch(db, [ids, first.into(), second.into()]).await?;
    Ok(sql::each(&rows, |row| Ok((row.get()?, read(row)?)))?.into_iter().collect())
}

fn read(row: &mut Columns<'_>) -> std::result::Result<Label, DbErr> {
    Ok(Label {
        kind: FacetKind::try_from_value(&row.get()?)?,
        name: row.get()?,
        value: row.get()?,
        name_text: row.get()?,
        value_text: row.get()?,
        name_rank: row.get()?,
    })
}
