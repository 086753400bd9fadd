//! Completing what somebody is typing.

use entity::id::CategoryId;
use entity::time::Timestamp;

use super::filter::Filter;
use super::find::{self, Order, Stretch};
use super::listings::Listing;
use super::mend;
use super::text;
use super::words;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::Sql;

/// Words that are looked at before those that no product on offer has are left out.
const CANDIDATES: i64 = 50;

/// What somebody may be looking for.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Words of the shop that begin like the last word typed: of the shortest the most frequent first.
    pub terms: Vec<String>,
    /// Categories whose title has all the words typed.
    pub categories: Vec<CategoryId>,
    /// Products that have all the words typed.
    pub products: Vec<Listing>,
}

/// Completes what was typed, with at most `size` of each kind.
pub async fn suggest(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    typed: &str,
    size: u32,
) -> Result<Suggestions> {
    let query = text::Query::parse(typed, &locale.language);
    if query.is_empty() {
        return Ok(Suggestions::default());
    }
    let found = completed(db, locale, now, &query, size).await?;
    if !found.products.is_empty() || !found.categories.is_empty() {
        return Ok(found);
    }
    match mend::mend(db, locale, now, &query).await? {
        Some(better) => completed(db, locale, now, &better.query, size).await,
        None => Ok(found),
    }
}

async fn completed(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    query: &text::Query,
    size: u32,
) -> Result<Suggestions> {
    let last = query.unfinished().or_else(|| query.typed_words().last().map(|word| word.word));
    let last = last.map(ToOwned::to_owned);
    let order = last.map_or(Order::Best, Order::Titled);
    let stretch = Stretch { order, offset: 0, size };
    Ok(Suggestions {
        terms: terms(db, locale, now, query, size as usize).await?,
        categories: categories(db, locale, query, size as usize).await?,
        products: find::hits(db, locale, now, query, &Filter::default(), &stretch).await?.rows,
    })
}

async fn terms(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    query: &text::Query,
    size: usize,
) -> Result<Vec<String>> {
    static COMPLETIONS: Sql = Sql::new(
        "SELECT term FROM search_term WHERE language = $1 AND term >= $2 AND term < $3 \
         ORDER BY length(term), term LIMIT $4",
    );
    let Some(last) = query.unfinished().map(ToOwned::to_owned) else { return Ok(Vec::new()) };
    let end = format!("{last}\u{10ffff}");
    let values = [locale.language.clone().into(), last.into(), end.into(), CANDIDATES.into()];
    let rows = COMPLETIONS.all(db, values).await?;
    let begun = rows.iter().map(|row| row.try_get_by_index::<String>(0));
    let begun = begun.collect::<std::result::Result<Vec<_>, _>>()?;
    let counts = words::occurrences(db, locale, now, begun).await?;
    let mut counted: Vec<(String, u64)> = counts.into_iter().collect();
    counted.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
    let told: Vec<String> = counted.into_iter().take(size).map(|(word, _)| word).collect();
    let spelled = words::spelled(db, locale, now, told.iter().cloned()).await?;
    Ok(told.into_iter().map(|term| spelled.get(&term).cloned().unwrap_or(term)).collect())
}

/// Shops have some hundred categories: reading all titles is cheaper than an index on each language.
async fn categories(
    db: &impl RowSource,
    locale: &Locale,
    query: &text::Query,
    size: usize,
) -> Result<Vec<CategoryId>> {
    static TITLES: Sql = Sql::new(
        "SELECT c.id, coalesce(t1.title, t2.title, c.title) FROM category c \
         LEFT JOIN category_translation t1 ON t1.category_id = c.id AND t1.language = $1 \
         LEFT JOIN category_translation t2 ON t2.category_id = c.id AND t2.language = $2 \
         ORDER BY c.position, c.id",
    );
    let [first, second] = locale.chain.clone();
    let typed = cut(query.typed());
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for row in TITLES.all(db, [first.into(), second.into()]).await? {
        let title = cut(&row.try_get_by_index::<String>(1)?);
        let begins = |word: &String| title.iter().any(|part| part.starts_with(word.as_str()));
        if typed.iter().all(begins) {
            found.push(row.try_get_by_index(0)?);
            if found.len() == size {
                break;
            }
        }
    }
    Ok(found)
}

/// What stands between signs and spaces, without case and accents.
fn cut(text: &str) -> Vec<String> {
    let folded = text::fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(ToOwned::to_owned).collect()
}
