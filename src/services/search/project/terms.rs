//! Words of the shop, for completing and mending what is typed.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbErr;
use serde_json::{Value as Json, json};

use crate::services::Change;
use crate::services::bulk::{Kind, Rows, Together};
use crate::services::search::text::spelling;
use crate::services::sql::{self, Sql};

const TERM: Rows = Rows {
    table: "search_term",
    columns: &[("language", Kind::Text), ("term", Kind::Text)],
    key: 2,
    keep: &[],
};

const FRAGMENT: Rows = Rows {
    table: "search_fragment",
    columns: &[("language", Kind::Text), ("fragment", Kind::Text), ("term", Kind::Text)],
    key: 3,
    keep: &[],
};

/// Adds words by their language; those that are known cost nothing but a look-up.
pub async fn add(change: &Change<'_>, words: BTreeMap<String, BTreeSet<String>>) -> Result<(), DbErr> {
    static NEW: Sql = Sql::new(
        "SELECT r.value->>0, r.value->>1 \
         FROM {lateral}jsonb_array_elements($1::jsonb) r{window}json_each($1) r{end} \
         WHERE NOT EXISTS (SELECT 1 FROM search_term t \
           WHERE t.language = r.value->>0 AND t.term = r.value->>1)",
    );
    let pairs =
        words.iter().flat_map(|(language, words)| words.iter().map(move |word| json!([language, word])));
    let pairs: Vec<Json> = pairs.collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let (mut terms, mut fragments) = (Vec::new(), Vec::new());
    for row in NEW.all(&change.tx, [sql::rows(pairs)]).await? {
        let (language, term): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let of_term = spelling::fragments(&term).into_iter();
        fragments.extend(of_term.map(|fragment| json!([language, fragment, term])));
        terms.push(json!([language, term]));
    }
    let mut writes = Together::default();
    writes.upsert(TERM, terms);
    writes.upsert(FRAGMENT, fragments);
    change.at_last(writes).await
}
