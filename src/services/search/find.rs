//! Full text search: understanding what was typed, and the hits in the order of their relevance.

use std::collections::HashMap;

use entity::time::Timestamp;
use serde_json::json;

use super::filter::Filter;
use super::listings::{self, Listing};
use super::query::Query;
use super::text::{self, spelling};
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::page::Page;
use crate::services::sql::{self, Sql};

/// Hits are sorted by relevance up to here; nobody reads further.
pub const MAX_HITS: u32 = 1000;

/// What somebody was looking for.
#[derive(Clone, Debug)]
pub struct Understood {
    /// The query to run.
    pub query: text::Query,
    /// What is searched for instead of what was typed, where that finds nothing because of a typing error.
    pub corrected: Option<String>,
}

/// Reads what was typed, and mends typing errors where it finds nothing as it is.
pub async fn understand(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    typed: &str,
) -> Result<Understood> {
    let query = text::Query::parse(typed, &locale.language);
    if query.is_empty() || finds_anything(db, locale, now, &query).await? {
        return Ok(Understood { query, corrected: None });
    }
    let corrections = corrections(db, locale, now, &query).await?;
    match query.with_corrections(&corrections) {
        Some(better) if finds_anything(db, locale, now, &better.query).await? => {
            Ok(Understood { query: better.query, corrected: Some(better.text) })
        }
        _ => Ok(Understood { query, corrected: None }),
    }
}

async fn finds_anything(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    wanted: &text::Query,
) -> Result<bool> {
    let mut query = Query::new(db.get_database_backend(), locale, now, true, Vec::new());
    if !query.matching(wanted) {
        return Ok(false);
    }
    let text = format!("SELECT 1 FROM {} WHERE {} LIMIT 1", query.from(), query.conditions());
    Ok(!sql::all(db, &text, query.into_values()).await?.is_empty())
}

/// For each word that may be a typing error, the most frequent word of the shop one edit away.
async fn corrections(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    query: &text::Query,
) -> Result<HashMap<String, String>> {
    static CANDIDATES: Sql = Sql::new(
        "SELECT DISTINCT r.value->>0, f.term FROM {lateral}jsonb_array_elements($1::jsonb) r{window}\
         json_each($1) r CROSS{end} JOIN search_fragment f ON f.language = $2 AND f.fragment = r.value->>1",
    );
    let mut probes = Vec::new();
    for word in query.typed_words() {
        probes.extend(spelling::probes(word.word).into_iter().map(|probe| json!([word.word, probe])));
    }
    let probes = sql::rows(probes);
    let mut candidates: HashMap<String, Vec<String>> = HashMap::new();
    for row in CANDIDATES.all(db, [probes, locale.language.clone().into()]).await? {
        let (word, term): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if spelling::within_one_edit(&word, &term) {
            candidates.entry(word).or_default().push(term);
        }
    }
    let counts = occurrences(db, locale, now, candidates.values().flatten().cloned()).await?;
    let best = |(word, terms): (String, Vec<String>)| {
        let counted = terms.into_iter().filter_map(|term| Some((term.clone(), *counts.get(&term)?)));
        let counted: Vec<(String, u64)> = counted.collect();
        Some((word.clone(), spelling::best(&word, &counted)?.to_owned()))
    };
    Ok(candidates.into_iter().filter_map(best).collect())
}

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

/// Hits in the order of their relevance, from the `offset`-th on.
pub async fn hits(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    wanted: &text::Query,
    filter: &Filter,
    offset: u32,
    size: u32,
) -> Result<Page<Listing>> {
    let engine = db.get_database_backend();
    let offset = offset.min(MAX_HITS);
    let size = size.min(MAX_HITS - offset);
    let filter = filter.resolve(db).await?;
    let mut query = Query::new(engine, locale, now, true, Vec::new());
    if !query.matching(wanted) {
        return Ok(Page::default());
    }
    let terms = format!("${}", query.values().len());
    query.narrow(&filter, None);
    let relevance = query.relevance(&terms);
    let limit = size + 1;
    let best_first = "ORDER BY h.relevance DESC, h.rating_key DESC, h.product_id DESC";
    let text = format!(
        "SELECT {} FROM (SELECT * FROM (SELECT l.id, l.rating_key, l.product_id, {relevance} AS relevance \
         FROM {} WHERE {}) h {best_first} LIMIT {limit} OFFSET {offset}) h \
         JOIN product_listing l ON l.id = h.id {best_first}",
        listings::COLUMNS,
        query.from(),
        query.conditions(),
    );
    let rows = sql::apart(db, &text, query.into_values()).await?;
    let more = rows.len() > size as usize && offset + size < MAX_HITS;
    let shown = &rows[..rows.len().min(size as usize)];
    let rows = sql::each(shown, listings::read)?;
    Ok(Page { rows, has_next: more, has_previous: offset > 0 })
}
