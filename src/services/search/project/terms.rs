//! Words of the shop, for completing and mending what is typed.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbErr;
use serde_json::json;

use crate::services::Change;
use crate::services::bulk::{Kind, Rows};
use crate::services::search::text::spelling;
use crate::services::sql::{Sql, texts};

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
        "SELECT k.id FROM {texts $1} k \
         WHERE NOT EXISTS (SELECT 1 FROM search_term t WHERE t.language = $2 AND t.term = k.id)",
    );
    for (language, words) in words {
        let words = texts(change.engine(), words);
        let (mut terms, mut fragments) = (Vec::new(), Vec::new());
        for row in NEW.all(&change.tx, [words, language.clone().into()]).await? {
            let term: String = row.try_get_by_index(0)?;
            let of_term = spelling::fragments(&term).into_iter();
            fragments.extend(of_term.map(|fragment| json!([language, fragment, term])));
            terms.push(json!([language, term]));
        }
        TERM.upsert(&change.tx, terms).await?;
        FRAGMENT.upsert(&change.tx, fragments).await?;
    }
    Ok(())
}
