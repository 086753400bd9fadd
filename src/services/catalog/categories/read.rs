//! Reading categories.

use std::collections::HashMap;

use entity::id::{CategoryId, ProductId};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::services::Result;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Page, Window};
use crate::services::sql::{self, Sql, texts, uuids};

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
    columns: "c.id AS category_id, c.parent_id, c.handle, coalesce(t1.title, t2.title, c.title), \
        coalesce(t1.description, t2.description, c.description), c.position, c.seo_title, \
        c.seo_description, c.version",
    from: "category c",
    with: "LEFT JOIN category_translation t1 ON t1.category_id = c.id AND t1.language = $2 \
        LEFT JOIN category_translation t2 ON t2.category_id = c.id AND t2.language = $3",
    id: Some("c.id"),
    parent: "c.parent_id",
    condition: "true",
    keyset: SIBLINGS,
};

/// The categories right below others, as many of each as a window shows.
pub async fn children(
    db: &impl ConnectionTrait,
    locale: &Locale,
    parents: impl IntoIterator<Item = CategoryId>,
    window: &Window<Key>,
) -> Result<HashMap<CategoryId, Page<Category>>> {
    let parents = parents.into_iter().map(|id| id.0);
    let languages = locale.chain.clone().map(Value::from);
    let rows = CHILDREN.load(db, parents, window, languages).await?;
    let mut found: HashMap<CategoryId, Vec<Category>> = HashMap::new();
    for row in &rows {
        found.entry(row.try_get_by_index(0)?).or_default().push(read(row, 1)?);
    }
    Ok(found.into_iter().map(|(id, rows)| (id, Page::of(rows, window))).collect())
}

/// The categories at the top of the tree.
pub async fn roots(
    db: &impl ConnectionTrait,
    locale: &Locale,
    window: &Window<Key>,
) -> Result<Page<Category>> {
    let [first, second] = locale.chain.clone();
    let mut values: Vec<Value> = vec![first.into(), second.into(), window.fetch().into()];
    let bounds = SIBLINGS.bounds(window, &mut values);
    let order = SIBLINGS.order(window);
    let text = format!(
        "{SELECT} FROM category c {TRANSLATED} WHERE c.parent_id IS NULL{bounds} ORDER BY {order} LIMIT $3"
    );
    let rows = sql::all(db, &text, values).await?;
    let rows = rows.iter().map(|row| read(row, 0)).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(Page::of(rows, window))
}

/// How many categories are right below others; those that have none are left out.
pub async fn count_children(
    db: &impl ConnectionTrait,
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
pub async fn count_roots(db: &impl ConnectionTrait) -> Result<i64> {
    static COUNT: Sql = Sql::new("SELECT count(*) FROM category WHERE parent_id IS NULL");
    let row = COUNT.one(db, []).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

const SELECT: &str = "SELECT c.id, c.parent_id, c.handle, coalesce(t1.title, t2.title, c.title), \
    coalesce(t1.description, t2.description, c.description), c.position, c.seo_title, c.seo_description, \
    c.version";

const TRANSLATED: &str = "LEFT JOIN category_translation t1 ON t1.category_id = c.id AND t1.language = $1 \
    LEFT JOIN category_translation t2 ON t2.category_id = c.id AND t2.language = $2";

/// Categories by their ids.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    locale: &Locale,
    ids: impl IntoIterator<Item = CategoryId>,
) -> Result<HashMap<CategoryId, Category>> {
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let [first, second] = locale.chain.clone();
    let text = format!("{SELECT} FROM {{uuids $3}} k JOIN category c ON c.id = k.id {TRANSLATED}");
    let rows = sql::all(db, &text, vec![first.into(), second.into(), ids]).await?;
    let found = rows.iter().map(|row| read(row, 0).map(|category| (category.id, category)));
    Ok(found.collect::<std::result::Result<_, DbErr>>()?)
}

/// The ids of categories by their handles, current or former.
pub async fn by_handles(
    db: &impl ConnectionTrait,
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
    db: &impl ConnectionTrait,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<Category>>> {
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let [first, second] = locale.chain.clone();
    let text = format!(
        "{SELECT}, k.id FROM {{uuids $3}} k JOIN product_category pc ON pc.product_id = k.id \
         JOIN category c ON c.id = pc.category_id {TRANSLATED} ORDER BY k.id, pc.position, c.id"
    );
    let rows = sql::all(db, &text, vec![first.into(), second.into(), ids]).await?;
    grouped(&rows)
}

/// The categories above others, the top of the tree first, each with itself last.
pub async fn ancestors(
    db: &impl ConnectionTrait,
    locale: &Locale,
    categories: impl IntoIterator<Item = CategoryId>,
) -> Result<HashMap<CategoryId, Vec<Category>>> {
    let ids = uuids(db.get_database_backend(), categories.into_iter().map(|id| id.0));
    let [first, second] = locale.chain.clone();
    let text = format!(
        "{SELECT}, k.id FROM {{uuids $3}} k JOIN category_closure cc ON cc.descendant_id = k.id \
         JOIN category c ON c.id = cc.ancestor_id {TRANSLATED} ORDER BY k.id, cc.depth DESC"
    );
    let rows = sql::all(db, &text, vec![first.into(), second.into(), ids]).await?;
    grouped(&rows)
}

/// The last column says whose each row is.
fn grouped<K: Eq + std::hash::Hash + sea_orm::TryGetable>(
    rows: &[QueryResult],
) -> Result<HashMap<K, Vec<Category>>> {
    let mut groups: HashMap<K, Vec<Category>> = HashMap::new();
    for row in rows {
        groups.entry(row.try_get_by_index(9)?).or_default().push(read(row, 0)?);
    }
    Ok(groups)
}

fn read(row: &QueryResult, at: usize) -> std::result::Result<Category, DbErr> {
    Ok(Category {
        id: row.try_get_by_index(at)?,
        parent_id: row.try_get_by_index(at + 1)?,
        handle: row.try_get_by_index(at + 2)?,
        title: row.try_get_by_index(at + 3)?,
        description: row.try_get_by_index(at + 4)?,
        position: row.try_get_by_index(at + 5)?,
        seo_title: row.try_get_by_index(at + 6)?,
        seo_description: row.try_get_by_index(at + 7)?,
        version: row.try_get_by_index(at + 8)?,
    })
}
