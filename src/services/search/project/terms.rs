//! Words of the shop, for completing and mending what is typed.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{DbErr, QueryResult};
use serde_json::{Value as Json, json};

use crate::services::bulk::{Kind, Rows, Together};
use crate::services::search::text::spelling;
use crate::services::sql::{self, Sql};
use crate::services::{AppContext, Change, Result};

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

/// Terms whose fragments are completed in one change.
const AT_A_TIME: i64 = 500;

/// Adds words by their language; those that are known cost nothing but a look-up.
pub async fn add(
    change: &Change<'_>,
    words: BTreeMap<String, BTreeSet<String>>,
) -> std::result::Result<(), DbErr> {
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
    let (terms, fragments) = rows(&NEW.all(&change.tx, [sql::rows(pairs)]).await?)?;
    let mut writes = Together::default();
    writes.upsert(TERM, terms);
    writes.upsert(FRAGMENT, fragments);
    change.at_last(writes).await
}

/// Adds fragments of terms that an earlier version of the program did not index, some at a time; whether there were any.
pub async fn complete(app: &AppContext) -> Result<bool> {
    static BARE: Sql = Sql::new(
        "SELECT t.language, t.term FROM search_term t WHERE length(t.term) > 3 AND NOT EXISTS ( \
           SELECT 1 FROM search_fragment f \
           WHERE f.language = t.language AND f.fragment = t.term AND f.term = t.term) LIMIT $1",
    );
    let change = app.begin_upkeep().await?;
    let (_, fragments) = rows(&BARE.all(&change.tx, [AT_A_TIME.into()]).await?)?;
    let are_any = !fragments.is_empty();
    FRAGMENT.upsert(&change.tx, fragments).await?;
    change.commit().await?;
    Ok(are_any)
}

/// The rows of terms, and of their fragments.
fn rows(found: &[QueryResult]) -> std::result::Result<(Vec<Json>, Vec<Json>), DbErr> {
    let (mut terms, mut fragments) = (Vec::new(), Vec::new());
    for row in found {
        let (language, term): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let of_term = spelling::fragments(&term).into_iter();
        fragments.extend(of_term.map(|fragment| json!([language, fragment, term])));
        terms.push(json!([language, term]));
    }
    Ok((terms, fragments))
}
