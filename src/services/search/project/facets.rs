//! The numbers of facets, and how they read in other languages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::search::facet::FacetKind;
use entity::time::NEVER;
use sea_orm::{ActiveEnum, DbErr, QueryResult};
use serde_json::{Value as Json, json};

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

/// Writes how the options of some listings read in other languages. What one product does not translate, another may; what
/// is not on offer says nothing.
pub fn label(writes: &mut Together, wanted: &[Wanted<'_>], numbers: &Numbers) {
    static LABEL: Sql = Sql::new(
        "INSERT INTO facet_label (facet_id, language, name, value) \
         SELECT {lateral}(r.value->>0)::bigint{window}r.value->>0{end}, r.value->>1, r.value->>2, r.value->>3 \
         FROM (SELECT value FROM {lateral}jsonb_array_elements($1::jsonb){window}json_each($1){end}) r WHERE true \
         ON CONFLICT (facet_id, language) DO UPDATE SET \
           name = CASE WHEN excluded.name = '' THEN facet_label.name ELSE excluded.name END, \
           value = CASE WHEN excluded.value = '' THEN facet_label.value ELSE excluded.value END",
    );
    let mut rows: BTreeMap<(i64, &str), (&str, &str)> = BTreeMap::new();
    let on_offer = wanted.iter().filter(|listing| listing.published_at != NEVER);
    for label in on_offer.flat_map(|listing| &listing.source.option_labels) {
        let facet = (FacetKind::Option.to_value(), label.name.clone(), label.value.clone());
        let Some(number) = numbers.get(&facet) else { continue };
        let row = rows.entry((*number, &label.language)).or_default();
        for (known, told) in [(&mut row.0, &label.name_label), (&mut row.1, &label.value_label)] {
            if !told.is_empty() {
                *known = told;
            }
        }
    }
    let rows =
        rows.into_iter().map(|((number, language), (name, value))| json!([number, language, name, value]));
    let rows: Vec<Json> = rows.collect();
    if !rows.is_empty() {
        writes.run(&LABEL, [sql::rows(rows)]);
    }
}

/// Takes back how options and their values read in a language in which a product no longer translates them; where
/// another product still does, they read as it says.
pub async fn unsay(change: &Change<'_>) -> Result<(), DbErr> {
    static NAME: Sql = Sql::new(
        "UPDATE facet_label SET name = coalesce((SELECT nt.name FROM facet f \
           JOIN listing_facet lf ON lf.facet_id = f.id \
           JOIN product_listing l ON l.id = lf.listing_id AND l.published_at < 9223372036854775807 \
           JOIN product_option o ON o.product_id = l.product_id AND o.name = f.name \
           JOIN product_option_translation nt ON nt.product_option_id = o.id AND nt.language = $3 \
           WHERE f.kind = $1 AND f.name = $2 LIMIT 1), '') \
         WHERE language = $3 AND facet_id IN (SELECT f.id FROM facet f WHERE f.kind = $1 AND f.name = $2)",
    );
    static VALUE: Sql = Sql::new(
        "UPDATE facet_label SET value = coalesce((SELECT vt.value FROM facet f \
           JOIN listing_facet lf ON lf.facet_id = f.id \
           JOIN product_listing l ON l.id = lf.listing_id AND l.published_at < 9223372036854775807 \
           JOIN product_option o ON o.product_id = l.product_id AND o.name = f.name \
           JOIN option_value v ON v.product_option_id = o.id AND v.value = f.value \
           JOIN option_value_translation vt ON vt.option_value_id = v.id AND vt.language = $3 \
           WHERE f.kind = $1 AND f.name = $2 AND f.value = $4 LIMIT 1), '') \
         WHERE language = $3 \
           AND facet_id IN (SELECT f.id FROM facet f WHERE f.kind = $1 AND f.name = $2 AND f.value = $4)",
    );
    static NOTHING: Sql = Sql::new(
        "DELETE FROM facet_label WHERE language = $3 AND name = '' AND value = '' \
         AND facet_id IN (SELECT f.id FROM facet f WHERE f.kind = $1 AND f.name = $2)",
    );
    for unsaid in change.unsaid() {
        let of: [sea_orm::Value; 3] =
            [FacetKind::Option.to_value().into(), unsaid.option.into(), unsaid.language.into()];
        match unsaid.value {
            None => NAME.run(&change.tx, of.clone()).await?,
            Some(value) => VALUE.run(&change.tx, of.clone().into_iter().chain([value.into()])).await?,
        };
        NOTHING.run(&change.tx, of).await?;
    }
    Ok(())
}

/// Forgets how all facets read in other languages: whoever calls it projects all products afterwards.
pub async fn forget_labels(change: &Change<'_>) -> Result<(), DbErr> {
    static ALL: Sql = Sql::new("DELETE FROM facet_label");
    ALL.run(&change.tx, []).await?;
    Ok(())
}
