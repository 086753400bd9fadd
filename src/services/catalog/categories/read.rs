//! Reading categories.

use std::collections::HashMap;

use entity::id::{CategoryId, ProductId};
use sea_orm::{DbErr, Value};

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::catalog::spoken::Spoken;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Page, Window};
use crate::services::sql::{self, Columns, Sql, texts, uuids};

/// A category in the language of the request.
#[derive(Clone, Debug)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// The category above it.
    pub parent_id: Option<CategoryId>,
    /// Its slug.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Its description, without markup.
    pub description: String,
    /// Its place among its siblings.
    pub position: i32,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Grows with each change.
    pub version: i32,
}

impl Category {
    /// Its place among its siblings.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.position.into())], id: self.id.0 }
    }
}

const SIBLINGS: Keyset = Keyset { columns: &["c.position", "c.id"], descending: false };

const CHILDREN: Children<'static> = Children {
    keys: "uuids",
    columns: "",
    from: "category c",
    with: "",
    id: Some("c.id"),
    parent: "c.parent_id",
    condition: "true",
    keyset: SIBLINGS,
};

/// The categories right below others, as many of each as a window shows.
pub async fn children(
    db: &impl RowSource,
    locale: &Locale,
    parents: impl IntoIterator<Item = CategoryId>,
    window: &Window<Key>,
) -> Result<HashMap<CategoryId, Page<Category>>> {
    let mut values = vec![uuids(db.get_database_backend(), parents.into_iter().map(|id| id.0))];
    let (columns, with) = (&columns(locale), &spoken(locale).joins(&mut values));
    let rows = Children { columns, with, ..CHILDREN }.load_with(db, window, values).await?;
    let found = sql::of_owners(&rows, read)?;
    Ok(found.into_iter().map(|(id, rows)| (id, Page::of(rows, window))).collect())
}

/// The categories at the top of the tree.
pub async fn roots(db: &impl RowSource, locale: &Locale, window: &Window<Key>) -> Result<Page<Category>> {
    let mut values: Vec<Value> = vec![window.fetch().into()];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let bounds = SIBLINGS.bounds(window, &mut values);
    let order = SIBLINGS.order(window);
    let text = format!(
        "SELECT {columns} FROM category c{joins} WHERE c.parent_id IS NULL{bounds} ORDER BY {order} LIMIT $1"
    );
    let rows = sql::fetch(db, &text, values).await?;
    Ok(Page::of(sql::each(&rows, read)?, window))
}

/// How many categories are right below others; those that have none are left out.
pub async fn count_children(
    db: &impl RowSource,
    parents: impl IntoIterator<Item = CategoryId>,
) -> Result<HashMap<CategoryId, i64>> {
    static COUNT: Sql = Sql::new(
        "SELECT c.parent_id, count(*) FROM {uuids $1} k JOIN category c ON c.parent_id = k.id \
         GROUP BY c.parent_id",
    );
    let ids = uuids(db.get_database_backend(), parents.into_iter().map(|id| id.0));
    let rows = COUNT.all(db, [ids]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}

/// How many categories are at the top of the tree.
pub async fn count_roots(db: &impl RowSource) -> Result<i64> {
    static COUNT: Sql = Sql::new("SELECT count(*) FROM category WHERE parent_id IS NULL");
    let row = COUNT.one(db, []).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

fn spoken(locale: &Locale) -> Spoken<'_> {
    Spoken { locale, table: "category", alias: "c" }
}

/// What [`read`] reads.
fn columns(locale: &Locale) -> String {
    let [title, description, seo_title, seo_description] =
        ["title", "description", "seo_title", "seo_description"].map(|column| spoken(locale).text(column));
    format!(
        "c.id, c.parent_id, c.handle, {title}, {description}, c.position, {seo_title}, {seo_description}, c.version"
    )
}

/// Categories by their ids.
pub async fn by_ids(
    db: &impl RowSource,
    locale: &Locale,
    ids: impl IntoIterator<Item = CategoryId>,
) -> Result<HashMap<CategoryId, Category>> {
    let mut values = vec![uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0))];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let text = format!("SELECT {columns} FROM {{uuids $1}} k JOIN category c ON c.id = k.id{joins}");
    let rows = sql::fetch(db, &text, values).await?;
    Ok(sql::each(&rows, read)?.into_iter().map(|category| (category.id, category)).collect())
}

/// The ids of categories by their handles, current or former.
pub async fn by_handles(
    db: &impl RowSource,
    handles: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, CategoryId>> {
    static BY_HANDLE: Sql = Sql::new(
        "SELECT k.id, coalesce(c.id, r.target_id) FROM {texts $1} k \
         LEFT JOIN category c ON c.handle = k.id \
         LEFT JOIN handle_redirect r ON r.kind = 1 AND r.handle = k.id \
         WHERE coalesce(c.id, r.target_id) IS NOT NULL",
    );
    let rows = BY_HANDLE.all(db, [texts(db.get_database_backend(), handles)]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}

/// The categories that products are in, the main one first.
pub async fn of_products(
    db: &impl RowSource,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<Category>>> {
    let mut values = vec![uuids(db.get_database_backend(), products.into_iter().map(|id| id.0))];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let text = format!(
        "SELECT k.id, {columns} FROM {{uuids $1}} k JOIN product_category pc ON pc.product_id = k.id \
         JOIN category c ON c.id = pc.category_id{joins} ORDER BY k.id, pc.position, c.id"
    );
    let rows = sql::fetch(db, &text, values).await?;
    Ok(sql::of_owners(&rows, read)?)
}

/// The categories above others, the top of the tree first, each with itself last.
pub async fn ancestors(
    db: &impl RowSource,
    locale: &Locale,
    categories: impl IntoIterator<Item = CategoryId>,
) -> Result<HashMap<CategoryId, Vec<Category>>> {
    let mut values = vec![uuids(db.get_database_backend(), categories.into_iter().map(|id| id.0))];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let text = format!(
        "SELECT k.id, {columns} FROM {{uuids $1}} k JOIN category_closure cc ON cc.descendant_id = k.id \
         JOIN category c ON c.id = cc.ancestor_id{joins} ORDER BY k.id, cc.depth DESC"
    );
    let rows = sql::fetch(db, &text, values).await?;
    Ok(sql::of_owners(&rows, read)?)
}

fn read(row: &mut Columns<'_>) -> std::result::Result<Category, DbErr> {
    Ok(Category {
        id: row.id()?,
        parent_id: row.some_id()?,
        handle: row.get()?,
        title: row.get()?,
        description: row.get()?,
        position: row.get()?,
        seo_title: row.maybe()?,
        seo_description: row.maybe()?,
        version: row.get()?,
    })
}
