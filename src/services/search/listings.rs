//! Products as lists show them, in one locale.

use std::collections::HashMap;

use entity::id::{CategoryId, CollectionId, ProductId};
use entity::time::{NEVER, Timestamp};
use sea_orm::{DbErr, Value};

use super::filter::Filter;
use super::parents::{self, Parent};
use super::query::Query;
use super::sort::Sort;
use super::text;
use crate::infrastructure::database::{Row, RowSource};
use crate::services::Result;
use crate::services::catalog::ratings::Rating;
use crate::services::keyset::{Children, Key, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Page, Window};
use crate::services::sql::{self, Columns};

/// A product as lists show it: published in the market, in the language of the request.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The number of the row in the projection.
    pub id: i64,
    /// The product.
    pub product_id: ProductId,
    /// Its slug.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What kind of thing it is.
    pub product_type: Option<String>,
    /// The category that it belongs to first.
    pub category_id: Option<CategoryId>,
    /// The category above that.
    pub branch_id: Option<CategoryId>,
    /// Whether it is a gift card.
    pub gift_card: bool,
    /// From when on it is on offer in the market; `NEVER` where it is not to be.
    pub published_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The folded title by which lists sort.
    pub title_key: String,
    /// The lowest and the highest price of its variants, in minor units; both [`NO_PRICE`] where there is none.
    pub price: (i64, i64),
    /// The lowest and the highest price before a reduction, in minor units, where there is any.
    pub compare_at: Option<(i64, i64)>,
    /// Whether any variant can be bought.
    pub available: bool,
    /// Its rating.
    pub rating: Rating,
    /// Its place in the collection that the list is about.
    pub place: Option<i32>,
}

/// What a listing has in place of a price where no variant has one in the market.
pub const NO_PRICE: i64 = -1;

impl Listing {
    /// From when on it is on offer in the market; `None` where it is not to be.
    pub fn offered_from(&self) -> Option<Timestamp> {
        (self.published_at != NEVER).then_some(self.published_at)
    }

    /// The lowest and the highest price of its variants, in minor units; `None` where none has a price in the market.
    pub fn price_range(&self) -> Option<(i64, i64)> {
        (self.price.0 != NO_PRICE).then_some(self.price)
    }

    /// Its place in a list sorted so.
    pub fn key(&self, sort: Sort) -> Key {
        let value = match sort {
            Sort::Title => SortValue::Text(self.title_key.clone()),
            Sort::Price => SortValue::Int(self.price.0),
            Sort::Newest => SortValue::Int(self.published_at.0),
            Sort::Rating => SortValue::Int(self.rating.sort_key()),
            Sort::Manual => SortValue::Int(self.place.unwrap_or_default().into()),
        };
        Key { sort: vec![value], id: self.product_id.0 }
    }
}

/// What lists of products are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// What narrows the list.
    pub filter: Filter,
    /// How it is sorted.
    pub sort: Sort,
    /// Whether it is read from its end.
    pub reverse: bool,
}

/// Columns of a listing, for rows `l` of the projection.
pub(super) const COLUMNS: &str = "l.id AS listing, l.product_id, l.handle, l.title, l.vendor, l.product_type, \
    l.category_id, l.branch_id, l.gift_card, l.published_at, l.created_at, l.updated_at, l.title_key, l.price_min, \
    l.price_max, l.compare_at_min, l.compare_at_max, l.available, l.rating_count, l.rating_sum";

/// Products by their ids; those that are not on offer in the locale are left out.
pub async fn by_ids(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    ids: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Listing>> {
    let ids = sql::uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let text = format!(
        "SELECT {COLUMNS} FROM {{uuids $1}} k \
         JOIN product_listing l ON l.product_id = k.id AND l.locale_id = $2 AND l.published_at <= $3"
    );
    let rows = sql::fetch(db, &text, vec![ids, locale.id.into(), now.0.into()]).await?;
    Ok(sql::each(&rows, read)?.into_iter().map(|listing| (listing.product_id, listing)).collect())
}

/// Products by their handles, current or former; those that are not on offer in the locale are left out.
///
/// One statement; another one where something is not on offer under a handle of its own.
pub async fn by_handles(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    mut handles: Vec<String>,
) -> Result<HashMap<String, Listing>> {
    let mut found = called(db, locale, now, CURRENT, handles.clone()).await?;
    handles.retain(|handle| !found.contains_key(handle));
    if !handles.is_empty() {
        found.extend(called(db, locale, now, FORMER, handles).await?);
    }
    Ok(found)
}

/// What leads from handles `k.id` to products `f.id`.
const CURRENT: &str = "(SELECT id, handle FROM product) f ON f.handle = k.id";
const FORMER: &str =
    "(SELECT target_id AS id, handle FROM handle_redirect WHERE kind = 0) f ON f.handle = k.id";

async fn called(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    products: &str,
    handles: Vec<String>,
) -> Result<HashMap<String, Listing>> {
    let handles = sql::texts(db.get_database_backend(), handles);
    let text = format!(
        "SELECT k.id, {COLUMNS} FROM {{texts $1}} k JOIN {products} \
         JOIN product_listing l ON l.product_id = f.id AND l.locale_id = $2 AND l.published_at <= $3"
    );
    let rows = sql::fetch(db, &text, vec![handles, locale.id.into(), now.0.into()]).await?;
    Ok(sql::each(&rows, |row| Ok((row.get()?, read(row)?)))?.into_iter().collect())
}

/// A page of the shop's products, or of those whose texts contain what is wanted.
pub async fn page(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    request: &Request,
    wanted: Option<&text::Query>,
    window: &Window<Key>,
) -> Result<Page<Listing>> {
    let filter = request.filter.resolve(db).await?;
    let sort = request.sort.outside_collections();
    let by_date = sort == Sort::Newest && !window.is_bounded();
    let mut query = Query::new(db.get_database_backend(), locale, now, by_date, Vec::new());
    if let Some(wanted) = wanted
        && !query.matching(wanted)
    {
        return Ok(Page::default());
    }
    query.narrow(&filter, None);
    let keyset = sort.keyset(request.reverse);
    let bounds = keyset.bounds(window, query.values());
    let limit = window.fetch();
    let order = keyset.order(window);
    let text = format!(
        "SELECT {COLUMNS} FROM {} WHERE {}{bounds} ORDER BY {order} LIMIT {limit}",
        query.from(),
        query.conditions(),
    );
    let rows = if wanted.is_some() {
        sql::apart(db, &text, query.into_values()).await?
    } else {
        sql::fetch(db, &text, query.into_values()).await?
    };
    Ok(Page::of(sql::each(&rows, read)?, window))
}

/// The products of several categories, as many of each as a window shows.
pub async fn of_categories(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    handles: &[String],
    request: &Request,
    window: &Window<Key>,
) -> Result<HashMap<String, Page<Listing>>> {
    let categories: Vec<Parent> = handles.iter().cloned().map(Parent::Category).collect();
    let numbers = parents::numbers(db, &categories).await?;
    let sort = request.sort.outside_collections();
    let parents = Parents {
        kind: "ints",
        keys: sql::ints(db.get_database_backend(), numbers.keys().copied()),
        column: "lf.facet_id",
        from: parents::FROM,
    };
    let rows = parents.load(db, locale, now, request, sort, window).await?;
    let mut found: HashMap<String, Vec<Listing>> = HashMap::new();
    for (number, listing) in sql::each(&rows, |row| Ok((row.get()?, read(row)?)))? {
        if let Some(Parent::Category(handle)) = numbers.get(&number) {
            found.entry(handle.clone()).or_default().push(listing);
        }
    }
    Ok(found.into_iter().map(|(handle, rows)| (handle, Page::of(rows, window))).collect())
}

/// The products of several collections, as many of each as a window shows.
pub async fn of_collections(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    collections: &[CollectionId],
    request: &Request,
    window: &Window<Key>,
) -> Result<HashMap<CollectionId, Page<Listing>>> {
    let keys = sql::uuids(db.get_database_backend(), collections.iter().map(|id| id.0));
    let from = "collection_product cp {lateral}JOIN{window}CROSS JOIN{end} product_listing l ON l.product_id = cp.product_id";
    let parents = Parents { kind: "uuids", keys, column: "cp.collection_id", from };
    let rows = parents.load(db, locale, now, request, request.sort, window).await?;
    let placed = |row: &mut Columns<'_>| Ok(Listing { place: row.maybe()?, ..read(row)? });
    let found = sql::of_owners(&rows, placed)?;
    Ok(found.into_iter().map(|(id, rows)| (id, Page::of(rows, window))).collect())
}

/// What lists of products hang on.
struct Parents {
    kind: &'static str,
    keys: Value,
    column: &'static str,
    from: &'static str,
}

impl Parents {
    async fn load(
        self,
        db: &impl RowSource,
        locale: &Locale,
        now: Timestamp,
        request: &Request,
        sort: Sort,
        window: &Window<Key>,
    ) -> Result<Vec<Row>> {
        let filter = request.filter.resolve(db).await?;
        let mut query =
            Query::new(db.get_database_backend(), locale, now, sort == Sort::Newest, vec![self.keys]);
        query.begin_at(self.from);
        query.narrow(&filter, None);
        let place = if self.kind == "uuids" { "cp.position AS place, " } else { "" };
        let children = Children {
            keys: self.kind,
            columns: &format!("{place}{COLUMNS}"),
            from: self.from,
            with: "",
            id: None,
            parent: self.column,
            condition: &query.conditions(),
            keyset: sort.keyset(request.reverse),
        };
        children.load_with(db, window, query.into_values()).await
    }
}

/// How many products a list has.
pub async fn count(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    filter: &Filter,
    wanted: Option<&text::Query>,
) -> Result<i64> {
    let filter = filter.resolve(db).await?;
    let mut query = Query::new(db.get_database_backend(), locale, now, true, Vec::new());
    if let Some(wanted) = wanted
        && !query.matching(wanted)
    {
        return Ok(0);
    }
    query.narrow(&filter, None);
    let text = format!("SELECT count(*) FROM {} WHERE {}", query.from(), query.conditions());
    let rows = sql::all(db, &text, query.into_values()).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// Reads [`COLUMNS`].
pub(super) fn read(row: &mut Columns<'_>) -> std::result::Result<Listing, DbErr> {
    Ok(Listing {
        id: row.get()?,
        product_id: row.id()?,
        handle: row.get()?,
        title: row.get()?,
        vendor: row.maybe()?,
        product_type: row.maybe()?,
        category_id: row.some_id()?,
        branch_id: row.some_id()?,
        gift_card: row.get()?,
        published_at: Timestamp(row.get()?),
        created_at: Timestamp(row.get()?),
        updated_at: Timestamp(row.get()?),
        title_key: row.get()?,
        price: (row.get()?, row.get()?),
        compare_at: row.maybe()?.zip(row.maybe()?),
        available: row.get()?,
        rating: Rating { count: row.get()?, sum: row.get()? },
        place: None,
    })
}
