//! Facets: by which values a list can be narrowed further, and how many products each would leave.
//!
//! The database hands over the facet numbers of all hits in one text, and they are counted here: one statement for
//! the whole list, or for all lists of one level, and one more for each part of the filter, because a facet's counts
//! leave its own filter out.

mod buckets;
mod groups;
mod labels;
mod room;

use std::collections::HashMap;

use entity::time::Timestamp;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use sea_orm::{DbBackend, DbErr, QueryResult};

pub use self::buckets::Bucket;
pub use self::groups::{Group, Value};
pub use self::room::{MAX_FACETS, VALUES_OF_EACH};
use super::filter::{Filter, Part, Resolved};
use super::parents::{self, Parent};
use super::query::Query;
use super::text;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql;

/// What a list can be narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Facets {
    /// How many products the list has.
    pub total: i64,
    /// Vendors, product types, categories, collections, tags, options: those that occur.
    pub groups: Vec<Group>,
    /// Ranges of prices, from the lowest.
    pub prices: Vec<Bucket>,
    /// How many products can be bought, and how many cannot.
    pub availability: (i64, i64),
    /// The availability that the filter has.
    pub available: Option<bool>,
}

/// What one statement tells of some hits.
#[derive(Default)]
struct Tally {
    facets: HashMap<i64, i64>,
    prices: Vec<i64>,
    availability: (i64, i64),
}

/// Counts the facets of a list.
pub async fn count(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    filter: &Filter,
    wanted: Option<&text::Query>,
) -> Result<Facets> {
    let filter = filter.resolve(db).await?;
    let hits = Hits { db, locale, now, filter: &filter, wanted, parents: &[] };
    Ok(hits.facets().await?.remove(&WHOLE).unwrap_or_default())
}

/// Counts the facets of the lists that hang on several parents, all at once.
pub async fn count_within(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    parents: &[Parent],
    filter: &Filter,
) -> Result<HashMap<Parent, Facets>> {
    let mut known = parents::numbers(db, parents).await?;
    let filter = filter.resolve(db).await?;
    let numbers: Vec<i64> = known.keys().copied().collect();
    let hits = Hits { db, locale, now, filter: &filter, wanted: None, parents: &numbers };
    let facets = hits.facets().await?;
    Ok(facets.into_iter().filter_map(|(number, facets)| Some((known.remove(&number)?, facets))).collect())
}

/// Statements of one list that run at once.
const AT_ONCE: usize = 2;

/// What stands for the whole list where it hangs on nothing.
const WHOLE: i64 = 0;

/// The lists whose facets are counted.
struct Hits<'a, D> {
    db: &'a D,
    locale: &'a Locale,
    now: Timestamp,
    filter: &'a Resolved,
    wanted: Option<&'a text::Query>,
    /// The numbers of the parents that they hang on; none for one list that hangs on nothing.
    parents: &'a [i64],
}

impl<D: RowSource> Hits<'_, D> {
    /// The facets of each list, by its parent.
    async fn facets(&self) -> Result<HashMap<i64, Facets>> {
        let parts = self.filter.parts();
        let excepts = std::iter::once(None).chain(parts.iter().cloned().map(Some));
        let tallies = excepts.map(|except| async move { self.tally(except.as_ref()).await });
        let mut tallies = stream::iter(tallies).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
        let without: Vec<_> = parts.into_iter().zip(tallies.split_off(1)).collect();
        let all = tallies.pop().unwrap_or_default();
        let tallies = std::iter::once(&all).chain(without.iter().map(|(_, tallies)| tallies));
        let ids = tallies.flat_map(HashMap::values).flat_map(|tally| tally.facets.keys());
        let ids = ids.chain(self.filter.groups.iter().flat_map(|group| &group.ids));
        let labels = labels::load(self.db, self.locale, ids).await?;
        let parents: &[i64] = if self.parents.is_empty() { &[WHOLE] } else { self.parents };
        let nothing = Tally::default();
        let facets = |parent: &i64| {
            let of = |part: &Part| {
                let tallies = without.iter().find(|(other, _)| other == part).map_or(&all, |(_, all)| all);
                tallies.get(parent).unwrap_or(&nothing)
            };
            let (available, sold_out) = all.get(parent).unwrap_or(&nothing).availability;
            let facets = Facets {
                total: available + sold_out,
                groups: groups::of(&labels, self.filter, |kind, name| {
                    of(&Part::Facet(kind, name.to_owned()))
                }),
                prices: self.prices(of(&Part::Price).prices.clone()),
                availability: of(&Part::Availability).availability,
                available: self.filter.plain.available,
            };
            (*parent, facets)
        };
        Ok(parents.iter().map(facets).collect())
    }

    /// Ranges of prices, of which the filter may have one.
    fn prices(&self, prices: Vec<i64>) -> Vec<Bucket> {
        let Filter { price_min, price_max, .. } = &self.filter.plain;
        let narrows = price_min.is_some() || price_max.is_some();
        buckets::with(prices, narrows.then(|| (price_min.unwrap_or(0), *price_max)))
    }

    /// What one statement tells of the hits of each list, one part of the filter left out.
    async fn tally(&self, except: Option<&Part>) -> Result<HashMap<i64, Tally>> {
        let engine = self.db.get_database_backend();
        let mut query = Query::new(engine, self.locale, self.now, self.parents.is_empty(), Vec::new());
        if let Some(wanted) = self.wanted
            && !query.matching(wanted)
        {
            return Ok(HashMap::new());
        }
        let (parent, grouped) = if self.parents.is_empty() {
            ("CAST(0 AS bigint)", "")
        } else {
            parents::begin(&mut query, self.parents.iter().copied());
            ("lf.facet_id", "GROUP BY lf.facet_id")
        };
        query.narrow(self.filter, except);
        let lists = match engine {
            DbBackend::Postgres => "string_agg(l.facets, ''), string_agg(l.price_min::text, ',')",
            _ => "group_concat(l.facets, ''), group_concat(l.price_min, ',')",
        };
        let text = format!(
            "SELECT {parent}, {lists}, count(*), count(*) FILTER (WHERE l.available) FROM {} WHERE {} {grouped}",
            query.from(),
            query.conditions()
        );
        let rows = sql::all(self.db, &text, query.into_values()).await?;
        let pair = |row: &QueryResult| Ok((row.try_get_by_index(0)?, Tally::read(row)?));
        Ok(rows.iter().map(pair).collect::<std::result::Result<_, DbErr>>()?)
    }
}

impl Tally {
    fn read(row: &QueryResult) -> std::result::Result<Self, DbErr> {
        let (facets, prices): (Option<String>, Option<String>) =
            (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let (hits, available): (i64, i64) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
        let mut counts = HashMap::new();
        for facet in numbers(facets.as_deref().unwrap_or_default()) {
            *counts.entry(facet).or_insert(0) += 1;
        }
        Ok(Self {
            facets: counts,
            prices: numbers(prices.as_deref().unwrap_or_default()).filter(|price| *price >= 0).collect(),
            availability: (available, hits - available),
        })
    }
}

fn numbers(list: &str) -> impl Iterator<Item = i64> {
    list.split(',').filter_map(|number| number.parse().ok())
}
