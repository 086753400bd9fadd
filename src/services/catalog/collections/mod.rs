//! Collections: products gathered and put in order by hand.

pub mod members;
pub mod write;

use std::collections::HashMap;

use entity::catalog::{collection, collection_product};
use entity::id::{CollectionId, ProductId};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, Set, Value};
use serde_json::json;

use super::html;
use super::spoken::Spoken;
use crate::infrastructure::database::RowSource;
use crate::services::bulk::{Kind, Rows, key};
use crate::services::events::{self, Event};
use crate::services::keyset::{Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Page, Window};
use crate::services::sql::{self, Columns, Sql, texts, uuids};
use crate::services::{Change, Result};

/// A collection in the language of the request.
#[derive(Clone, Debug)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// Its slug.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Sanitised HTML.
    pub description_html: String,
    /// The same without markup.
    pub description_text: String,
    /// Its place among the collections.
    pub position: i32,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Grows with each change.
    pub version: i32,
}

impl Collection {
    /// Its place among the collections.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.position.into())], id: self.id.0 }
    }
}

const ORDER: Keyset = Keyset { columns: &["c.position", "c.id"], descending: false };

fn spoken(locale: &Locale) -> Spoken<'_> {
    Spoken { locale, table: "collection", alias: "c" }
}

/// What [`read`] reads.
fn columns(locale: &Locale) -> String {
    let [title, html, text, seo_title, seo_description] =
        ["title", "description_html", "description_text", "seo_title", "seo_description"]
            .map(|column| spoken(locale).text(column));
    format!("c.id, c.handle, {title}, {html}, {text}, c.position, {seo_title}, {seo_description}, c.version")
}

/// Collections in their order.
pub async fn list(db: &impl RowSource, locale: &Locale, window: &Window<Key>) -> Result<Page<Collection>> {
    let mut values: Vec<Value> = vec![window.fetch().into()];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let bounds = ORDER.bounds(window, &mut values);
    let order = ORDER.order(window);
    let text =
        format!("SELECT {columns} FROM collection c{joins} WHERE true{bounds} ORDER BY {order} LIMIT $1");
    let rows = sql::fetch(db, &text, values).await?;
    Ok(Page::of(sql::each(&rows, read)?, window))
}

/// How many collections there are.
pub async fn count(db: &impl RowSource) -> Result<i64> {
    static COUNT: Sql = Sql::new("SELECT count(*) FROM collection");
    let row = COUNT.one(db, []).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// Collections by their ids.
pub async fn by_ids(
    db: &impl RowSource,
    locale: &Locale,
    ids: impl IntoIterator<Item = CollectionId>,
) -> Result<HashMap<CollectionId, Collection>> {
    let mut values = vec![uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0))];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let text = format!("SELECT {columns} FROM {{uuids $1}} k JOIN collection c ON c.id = k.id{joins}");
    let rows = sql::fetch(db, &text, values).await?;
    Ok(sql::each(&rows, read)?.into_iter().map(|collection| (collection.id, collection)).collect())
}

/// The ids of collections by their handles, current or former.
pub async fn by_handles(
    db: &impl RowSource,
    handles: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, CollectionId>> {
    static BY_HANDLE: Sql = Sql::new(
        "SELECT k.id, coalesce(c.id, r.target_id) FROM {texts $1} k \
         LEFT JOIN collection c ON c.handle = k.id \
         LEFT JOIN handle_redirect r ON r.kind = 2 AND r.handle = k.id \
         WHERE coalesce(c.id, r.target_id) IS NOT NULL",
    );
    let rows = BY_HANDLE.all(db, [texts(db.get_database_backend(), handles)]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}

/// The collections that products are in, in the collections' order.
pub async fn of_products(
    db: &impl RowSource,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<Collection>>> {
    let mut values = vec![uuids(db.get_database_backend(), products.into_iter().map(|id| id.0))];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let text = format!(
        "SELECT k.id, {columns} FROM {{uuids $1}} k JOIN collection_product cp ON cp.product_id = k.id \
         JOIN collection c ON c.id = cp.collection_id{joins} ORDER BY k.id, c.position, c.id"
    );
    let rows = sql::fetch(db, &text, values).await?;
    Ok(sql::of_owners(&rows, read)?)
}

fn read(row: &mut Columns<'_>) -> std::result::Result<Collection, DbErr> {
    Ok(Collection {
        id: row.id()?,
        handle: row.get()?,
        title: row.get()?,
        description_html: row.get()?,
        description_text: row.get()?,
        position: row.get()?,
        seo_title: row.maybe()?,
        seo_description: row.maybe()?,
        version: row.get()?,
    })
}

/// Adds a collection as the last one.
pub async fn add(
    change: &Change<'_>,
    handle: &str,
    title: &str,
    description_html: &str,
) -> Result<CollectionId> {
    let id = CollectionId::generate();
    let others = collection::Entity::find().count(&change.tx).await?;
    let description_html = html::sanitise(description_html);
    let row = collection::ActiveModel {
        id: Set(id),
        handle: Set(handle.to_owned()),
        title: Set(title.to_owned()),
        description_text: Set(html::to_text(&description_html)),
        description_html: Set(description_html),
        position: Set(i32::try_from(others).unwrap_or(i32::MAX)),
        seo_title: Set(None),
        seo_description: Set(None),
        version: Set(1),
        created_at: Set(change.now),
        updated_at: Set(change.now),
    };
    row.insert(&change.tx).await?;
    events::publish(change, Event::CollectionChanged, [id.0]).await?;
    Ok(id)
}

const MEMBERS: Rows = Rows {
    table: "collection_product",
    columns: &[("collection_id", Kind::Uuid), ("product_id", Kind::Uuid), ("position", Kind::Int)],
    key: 2,
    keep: &[],
};

/// Makes these the products of a collection, in this order.
pub async fn set_products(change: &Change<'_>, id: CollectionId, products: &[ProductId]) -> Result<()> {
    let of_it = collection_product::Column::CollectionId.eq(id);
    let before = collection_product::Entity::find().filter(of_it.clone()).all(&change.tx).await?;
    collection_product::Entity::delete_many().filter(of_it).exec(&change.tx).await?;
    let rows = products.iter().zip(1..);
    let rows = rows.map(|(product, position): (_, i32)| json!([key(id.0), key(product.0), position]));
    MEMBERS.upsert(&change.tx, rows.collect()).await?;
    change.touch(before.into_iter().map(|row| row.product_id));
    change.touch(products.iter().copied());
    events::publish(change, Event::CollectionChanged, [id.0]).await
}
