//! The words of the shop: how often they occur, and how they are spelled.

use std::collections::HashMap;

use entity::time::Timestamp;

use super::text;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::{self, Sql};

/// In how many products on offer words occur; words that occur in none are left out.
pub(super) async fn occurrences(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    words: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, u64>> {
    static COUNT: Sql = Sql::new(
        "SELECT k.id, {lateral}(SELECT count(*) FROM search_document d \
           JOIN product_listing l ON l.id = d.listing_id \
           WHERE d.terms @@ ('''' || k.id || '''')::tsquery AND l.locale_id = $2 AND l.published_at <= $3)\
         {window}(SELECT count(*) FROM search_document \
           CROSS JOIN product_listing l ON l.id = search_document.rowid \
           WHERE search_document MATCH '\"' || k.id || '\"' AND l.locale_id = $2 AND l.published_at <= $3)\
         {end} FROM {texts $1} k",
    );
    let words: Vec<String> = words.into_iter().collect();
    if words.is_empty() {
        return Ok(HashMap::new());
    }
    let words = sql::texts(db.get_database_backend(), words);
    let mut counts = HashMap::new();
    for row in COUNT.all(db, [words, locale.id.into(), now.0.into()]).await? {
        let count: i64 = row.try_get_by_index(1)?;
        if count > 0 {
            counts.insert(row.try_get_by_index(0)?, count.unsigned_abs());
        }
    }
    Ok(counts)
}

/// How terms, which have no accents, are spelled by a product on offer that has them, in lower case; what no text has as
/// a word is left out.
///
/// One statement, and none where nothing is asked.
pub(super) async fn spelled(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    terms: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, String>> {
    static TEXTS: Sql = Sql::new(
        "SELECT s.term, l.title, l.vendor, \
           (SELECT {lateral}string_agg{window}group_concat{end}(t.name, ' ') \
            FROM product_tag pt JOIN tag t ON t.id = pt.tag_id WHERE pt.product_id = p.id), \
           coalesce(t1.description_text, t2.description_text, p.description_text) \
         FROM (SELECT k.id AS term, {lateral}(SELECT min(l.handle COLLATE \"C\") FROM search_document d \
           JOIN product_listing l ON l.id = d.listing_id \
           WHERE d.terms @@ ('''' || k.id || '''')::tsquery AND l.locale_id = $2 AND l.published_at <= $3)\
         {window}(SELECT min(l.handle) FROM search_document \
           CROSS JOIN product_listing l ON l.id = search_document.rowid \
           WHERE search_document MATCH '\"' || k.id || '\"' AND l.locale_id = $2 AND l.published_at <= $3)\
         {end} AS handle FROM {texts $1} k) s \
         JOIN product p ON p.handle = s.handle \
         JOIN product_listing l ON l.product_id = p.id AND l.locale_id = $2 \
         LEFT JOIN product_translation t1 ON t1.product_id = p.id AND t1.language = $4 \
         LEFT JOIN product_translation t2 ON t2.product_id = p.id AND t2.language = $5",
    );
    let terms: Vec<String> = terms.into_iter().collect();
    if terms.is_empty() {
        return Ok(HashMap::new());
    }
    let [first, second] = locale.chain.clone();
    let terms = sql::texts(db.get_database_backend(), terms);
    let values = [terms, locale.id.into(), now.0.into(), first.into(), second.into()];
    let mut spelled = HashMap::new();
    for row in TEXTS.all(db, values).await? {
        let term: String = row.try_get_by_index(0)?;
        for column in 1..=4 {
            let text: Option<String> = row.try_get_by_index(column)?;
            if let Some(word) = text.and_then(|text| text::written(&text, &term)) {
                spelled.insert(term, word);
                break;
            }
        }
    }
    Ok(spelled)
}
