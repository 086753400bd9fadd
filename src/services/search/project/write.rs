//! Writing the difference between the listings that are there and those that should be.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use entity::id::ProductId;
use entity::search::product_listing::Model;
use sea_orm::{DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use super::derive::Wanted;
use super::{facets, terms};
use crate::services::bulk::{Kind, Rows, Together, key};
use crate::services::sql::{self, Sql, ints};
use crate::services::{Change, Result};

const LISTING: Rows = Rows {
    table: "product_listing",
    columns: &[
        ("locale_id", Kind::Int),
        ("product_id", Kind::Uuid),
        ("handle", Kind::Text),
        ("title", Kind::Text),
        ("title_key", Kind::Text),
        ("vendor", Kind::Text),
        ("product_type", Kind::Text),
        ("category_id", Kind::Uuid),
        ("branch_id", Kind::Uuid),
        ("gift_card", Kind::Bool),
        ("published_at", Kind::Int),
        ("created_at", Kind::Int),
        ("updated_at", Kind::Int),
        ("price_min", Kind::Int),
        ("price_max", Kind::Int),
        ("compare_at_min", Kind::Int),
        ("compare_at_max", Kind::Int),
        ("available", Kind::Bool),
        ("rating_count", Kind::Int),
        ("rating_sum", Kind::Int),
        ("rating_key", Kind::Int),
        ("facets", Kind::Text),
        ("document_hash", Kind::Int),
    ],
    key: 2,
    keep: &[],
};

const LISTING_FACET: Rows = Rows {
    table: "listing_facet",
    columns: &[("facet_id", Kind::Int), ("listing_id", Kind::Int)],
    key: 2,
    keep: &[],
};

type Place = (i64, ProductId);

/// Writes listings that are new or different, with their facets and texts, and removes those that should not be.
pub async fn difference(change: &Change<'_>, known: Vec<Model>, wanted: Vec<Wanted<'_>>) -> Result<()> {
    let numbers = facets::numbers(change, &wanted).await?;
    let mut known: HashMap<Place, Model> =
        known.into_iter().map(|row| ((row.locale_id, row.product_id), row)).collect();

    let mut rows = Vec::new();
    let mut changed = Vec::new();
    for listing in &wanted {
        let before = known.remove(&(listing.locale, listing.product));
        let after = row(listing, &numbers);
        if before.as_ref() != Some(&Model { id: before.as_ref().map_or(0, |row| row.id), ..after.clone() }) {
            rows.push(json(&after));
            changed.push((listing, before, after));
        }
    }
    let ids = LISTING.upsert_returning(&change.tx, rows, "locale_id, product_id, id").await?;
    let ids: HashMap<Place, i64> = ids.iter().map(place).collect::<std::result::Result<_, DbErr>>()?;
    let mut writes = Writes::default();
    facets::label(&mut writes.together, &wanted, &numbers);
    for (listing, before, after) in &changed {
        if let Some(id) = ids.get(&(listing.locale, listing.product)) {
            writes.listing(*id, listing, before.as_ref(), after);
        }
    }
    for gone in known.values() {
        writes.remove(gone);
    }
    Ok(writes.flush(change).await?)
}

fn row(listing: &Wanted<'_>, numbers: &facets::Numbers) -> Model {
    let number = |(kind, name, value): &(i16, &str, &str)| {
        numbers.get(&(*kind, (*name).to_owned(), (*value).to_owned()))
    };
    let numbers: BTreeSet<i64> = listing.facets.iter().filter_map(number).copied().collect();
    let source = listing.source;
    Model {
        id: 0,
        locale_id: listing.locale,
        product_id: listing.product,
        handle: source.handle.clone(),
        title: listing.text.title.to_owned(),
        title_key: listing.title_key.clone(),
        vendor: source.vendor.clone(),
        product_type: source.product_type.clone(),
        category_id: source.main_category,
        branch_id: source.branch,
        gift_card: source.gift_card,
        published_at: listing.published_at,
        created_at: source.created_at,
        updated_at: source.updated_at,
        price_min: listing.offer.price.0,
        price_max: listing.offer.price.1,
        compare_at_min: listing.offer.compare_at.0,
        compare_at_max: listing.offer.compare_at.1,
        available: listing.offer.available,
        rating_count: source.rating.count,
        rating_sum: source.rating.sum,
        rating_key: source.rating.sort_key(),
        facets: list(&numbers),
        document_hash: listing.text_hash,
    }
}

fn json(row: &Model) -> Json {
    json!([
        row.locale_id,
        key(row.product_id.0),
        row.handle,
        row.title,
        row.title_key,
        row.vendor,
        row.product_type,
        row.category_id.map(|id| key(id.0)),
        row.branch_id.map(|id| key(id.0)),
        row.gift_card,
        row.published_at.0,
        row.created_at.0,
        row.updated_at.0,
        row.price_min,
        row.price_max,
        row.compare_at_min,
        row.compare_at_max,
        row.available,
        row.rating_count,
        row.rating_sum,
        row.rating_key,
        row.facets,
        row.document_hash,
    ])
}

fn place(row: &QueryResult) -> std::result::Result<(Place, i64), DbErr> {
    Ok(((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?))
}

#[derive(Default)]
struct Writes {
    together: Together,
    facets: Vec<Json>,
    gone_facets: Vec<Json>,
    documents: Vec<Json>,
    gone: Vec<i64>,
    words: BTreeMap<String, BTreeSet<String>>,
}

impl Writes {
    fn listing(&mut self, id: i64, listing: &Wanted<'_>, before: Option<&Model>, after: &Model) {
        let old = numbers(before.map_or("", |row| &row.facets));
        let new = numbers(&after.facets);
        self.facets.extend(new.difference(&old).map(|facet| json!([facet, id])));
        self.gone_facets.extend(old.difference(&new).map(|facet| json!([facet, id])));
        if before.is_none_or(|row| row.document_hash != after.document_hash) {
            let document = listing.text.document(&listing.language);
            self.documents.push(json!([id, document.fts5_columns(), document.tsvector()]));
            let words = self.words.entry(listing.language.clone()).or_default();
            words.extend(document.spelling_terms().into_iter().map(ToOwned::to_owned));
        }
    }

    fn remove(&mut self, row: &Model) {
        let facets = numbers(&row.facets);
        self.gone_facets.extend(facets.iter().map(|facet| json!([facet, row.id])));
        self.gone.push(row.id);
    }

    async fn flush(mut self, change: &Change<'_>) -> std::result::Result<(), DbErr> {
        static INDEX: Sql = Sql::new(
            "{lateral}INSERT INTO search_document (listing_id, terms) \
             SELECT (r.value->>0)::bigint, (r.value->>2)::tsvector FROM jsonb_array_elements($1::jsonb) r \
             ON CONFLICT (listing_id) DO UPDATE SET terms = excluded.terms\
             {window}INSERT OR REPLACE INTO search_document (rowid, title, vendor, tags, sku, body) \
             SELECT r.value->>'$[0]', r.value->>'$[1][0]', r.value->>'$[1][1]', r.value->>'$[1][2]', \
               r.value->>'$[1][3]', r.value->>'$[1][4]' FROM json_each($1) r{end}",
        );
        static UNINDEX: Sql = Sql::new(
            "DELETE FROM search_document WHERE {lateral}listing_id{window}rowid{end} IN \
             (SELECT id FROM {ints $1} k)",
        );
        static REMOVE: Sql = Sql::new("DELETE FROM product_listing WHERE id IN (SELECT id FROM {ints $1} k)");
        let writes = &mut self.together;
        writes.delete(LISTING_FACET, self.gone_facets);
        writes.upsert(LISTING_FACET, self.facets);
        if !self.documents.is_empty() {
            writes.run(&INDEX, [sql::rows(self.documents)]);
        }
        if !self.gone.is_empty() {
            let gone: Value = ints(change.engine(), self.gone);
            writes.run(&UNINDEX, [gone.clone()]);
            writes.run(&REMOVE, [gone]);
        }
        change.at_last(self.together).await?;
        terms::add(change, self.words).await
    }
}

/// Each number followed by a comma, so that lists can be strung together.
fn list(numbers: &BTreeSet<i64>) -> String {
    let mut list = String::with_capacity(numbers.len() * 6);
    for number in numbers {
        let _ = write!(list, "{number},");
    }
    list
}

fn numbers(list: &str) -> BTreeSet<i64> {
    list.split(',').filter_map(|number| number.parse().ok()).collect()
}
