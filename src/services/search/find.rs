//! Full text search: understanding what was typed, and the hits in the order of their relevance.

use entity::time::Timestamp;

use super::filter::Filter;
use super::listings::{self, Listing};
use super::mend;
use super::query::Query;
use super::text;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::page::Page;
use crate::services::sql;

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
    match mend::mend(db, locale, now, &query).await? {
        Some(better) => Ok(Understood { query: better.query, corrected: Some(better.text) }),
        None => Ok(Understood { query, corrected: None }),
    }
}

async fn finds_anything(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    wanted: &text::Query,
) -> Result<bool> {
    let mut query = Query::new(db.get_database_backend(), locale, now, true, Vec::new());
    if !query.matching_any(wanted) {
        return Ok(false);
    }
    let text = format!("SELECT 1 FROM {} WHERE {} LIMIT 1", query.from(), query.conditions());
    Ok(!sql::all(db, &text, query.into_values()).await?.is_empty())
}

/// Which hits come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// The most relevant.
    Best,
    /// The least relevant.
    Worst,
    /// Those whose titles have a word that begins so (folded), and of these the most relevant.
    Titled(String),
}

/// Which of the hits are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// In which order they are counted.
    pub order: Order,
    /// How many are left out first.
    pub offset: u32,
    /// How many are read then.
    pub size: u32,
}

/// Hits in an order; none beyond the first [`MAX_HITS`].
pub async fn hits(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    wanted: &text::Query,
    filter: &Filter,
    stretch: &Stretch,
) -> Result<Page<Listing>> {
    let engine = db.get_database_backend();
    let order = &stretch.order;
    let offset = stretch.offset.min(MAX_HITS);
    let size = stretch.size.min(MAX_HITS - offset);
    let filter = filter.resolve(db).await?;
    let mut query = Query::new(engine, locale, now, true, Vec::new());
    if !query.matching(wanted) {
        return Ok(Page::default());
    }
    let terms = format!("${}", query.values().len());
    query.narrow(&filter, None);
    let relevance = query.relevance(&terms);
    let limit = size + 1;
    let (titled, titled_first) = match order {
        Order::Titled(begin) => {
            let (first, later) = (query.bind(format!("{begin}%")), query.bind(format!("% {begin}%")));
            let case = format!("l.title_key LIKE {first} OR l.title_key LIKE {later}");
            (format!("CASE WHEN {case} THEN 1 ELSE 0 END AS titled, "), "h.titled DESC, ")
        }
        Order::Best | Order::Worst => (String::new(), ""),
    };
    let down = if *order == Order::Worst { "ASC" } else { "DESC" };
    let ordered =
        format!("ORDER BY {titled_first}h.relevance {down}, h.rating_key {down}, h.product_id {down}");
    let text = format!(
        "SELECT {} FROM (SELECT * FROM (SELECT l.id, l.rating_key, l.product_id, {titled}\
         {relevance} AS relevance FROM {} WHERE {}) h {ordered} LIMIT {limit} OFFSET {offset}) h \
         JOIN product_listing l ON l.id = h.id {ordered}",
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
