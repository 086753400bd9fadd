//! The numbers of facets, and how they read in other languages.

use std::collections::{BTreeSet, HashMap};

use entity::search::facet::FacetKind;
use sea_orm::{ActiveEnum, DbErr, QueryResult};
use serde_json::json;

use super::derive::{FacetOrder, Wanted};
use crate::services::Change;
use crate::services::bulk::{Kind, Rows, Together};
use crate::services::sql::{self, Sql};

const FACET: Rows = Rows {
    table: "facet",
    columns: &[("kind", Kind::Int), ("name", Kind::Text), ("value", Kind::Text)],
    key: 3,
    keep: &[],
};

const LABEL: Rows = Rows {
    table: "facet_label",
    columns: &[
        ("facet_id", Kind::Int),
        ("language", Kind::Text),
        ("name", Kind::Text),
        ("value", Kind::Text),
    ],
    key: 2,
    keep: &[],
};

type Facet<'a> = (FacetOrder, &'a str, &'a str);

/// Numbers of facets by their kind, name and value.
pub type Numbers = HashMap<(FacetOrder, String, String), i64>;

/// Looks up the numbers of all facets of some listings; new ones get theirs.
pub async fn numbers(change: &Change<'_>, wanted: &[Wanted<'_>]) -> Result<Numbers, DbErr> {
    let facets: BTreeSet<Facet<'_>> =
        wanted.iter().flat_map(|listing| listing.facets.iter().copied()).collect();
    let mut known = look_up(change, &facets).await?;
    if known.len() == facets.len() {
        return Ok(known);
    }
    let is_new = |(kind, name, value): &&Facet<'_>| {
        !known.contains_key(&(*kind, (*name).to_owned(), (*value).to_owned()))
    };
    let new = facets.iter().filter(is_new).map(|(kind, name, value)| json!([kind, name, value]));
    let added = FACET.upsert_returning(&change.tx, new.collect(), "kind, name, value, id").await?;
    for row in &added {
        let (facet, number) = read(row)?;
        known.insert(facet, number);
    }
    // Where another change added one at the same moment, it is there now.
    if known.len() == facets.len() { Ok(known) } else { look_up(change, &facets).await }
}

/// Gives facets that are called differently now their new names, which their listings follow by number.
pub async fn rename(change: &Change<'_>) -> Result<(), DbErr> {
    // What a former owner of the name left behind waits to be projected, and loses it to the new one.
    static MAKE_ROOM: Sql =
        Sql::new("UPDATE facet SET value = '~' || id WHERE kind = $1 AND name = '' AND value = $2");
    static RENAME: Sql = Sql::new("UPDATE facet SET value = $2 WHERE kind = $1 AND name = '' AND value = $3");
    for renamed in change.renamed() {
        let kind = renamed.kind.to_value();
        MAKE_ROOM.run(&change.tx, [kind.into(), renamed.to.clone().into()]).await?;
        RENAME.run(&change.tx, [kind.into(), renamed.to.into(), renamed.from.into()]).await?;
    }
    Ok(())
}

async fn look_up(change: &Change<'_>, facets: &BTreeSet<Facet<'_>>) -> Result<Numbers, DbErr> {
    static FACETS: Sql = Sql::new(
        "SELECT f.kind, f.name, f.value, f.id \
         FROM {lateral}jsonb_array_elements($1::jsonb) r JOIN facet f ON f.kind = (r.value->>0)::smallint \
         {window}json_each($1) r JOIN facet f ON f.kind = r.value->>0 {end}\
         AND f.name = r.value->>1 AND f.value = r.value->>2",
    );
    if facets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = facets.iter().map(|(kind, name, value)| json!([kind, name, value]));
    let found = FACETS.all(&change.tx, [sql::rows(rows)]).await?;
    found.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<((FacetOrder, String, String), i64), DbErr> {
    let facet = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    Ok((facet, row.try_get_by_index(3)?))
}

/// Writes how the options of some listings read in other languages.
pub fn label(writes: &mut Together, wanted: &[Wanted<'_>], numbers: &Numbers) {
    let mut rows = BTreeSet::new();
    for label in wanted.iter().flat_map(|listing| &listing.source.option_labels) {
        let facet = (FacetKind::Option.to_value(), label.name.clone(), label.value.clone());
        if let Some(number) = numbers.get(&facet) {
            rows.insert((number, &label.language, &label.name_label, &label.value_label));
        }
    }
    let rows = rows.into_iter().map(|(number, language, name, value)| json!([number, language, name, value]));
    writes.upsert(LABEL, rows.collect());
}
