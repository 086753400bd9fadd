//! Images of products.

use std::collections::HashMap;

use entity::id::{MediaId, ProductId};
use sea_orm::DbErr;

use super::spoken::Spoken;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Page, Window};
use crate::services::sql::{self, Columns, Sql, uuids};

/// An image as it is read.
#[derive(Clone, Debug)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// Whose it is.
    pub product_id: ProductId,
    /// Its place, from 1.
    pub position: i32,
    /// Where it is: an address, or a path on this server.
    pub url: String,
    /// What it shows, in the language of the request.
    pub alt: String,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    /// Media type.
    pub mime_type: Option<String>,
}

impl Media {
    /// Its place among its product's images.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.position.into())], id: self.id.0 }
    }
}

const OF_PRODUCT: Children<'static> = Children {
    keys: "uuids",
    columns: "",
    from: "media m",
    with: "",
    id: Some("m.id"),
    parent: "m.product_id",
    condition: "true",
    keyset: Keyset { columns: &["m.position", "m.id"], descending: false },
};

fn spoken(locale: &Locale) -> Spoken<'_> {
    Spoken { locale, table: "media", alias: "m" }
}

/// What [`read`] reads.
fn columns(locale: &Locale) -> String {
    let alt = spoken(locale).text("alt");
    format!("m.id, m.product_id, m.position, m.url, {alt}, m.width, m.height, m.mime_type")
}

/// Images of products, as many of each as a window shows.
pub async fn of_products(
    db: &impl RowSource,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
    window: &Window<Key>,
) -> Result<HashMap<ProductId, Page<Media>>> {
    let mut values = vec![uuids(db.get_database_backend(), products.into_iter().map(|id| id.0))];
    let (columns, with) = (&columns(locale), &spoken(locale).joins(&mut values));
    let rows = Children { columns, with, ..OF_PRODUCT }.load_with(db, window, values).await?;
    let media = sql::of_owners(&rows, read)?;
    Ok(media.into_iter().map(|(id, rows)| (id, Page::of(rows, window))).collect())
}

/// Images by their ids.
pub async fn by_ids(
    db: &impl RowSource,
    locale: &Locale,
    ids: impl IntoIterator<Item = MediaId>,
) -> Result<HashMap<MediaId, Media>> {
    let mut values = vec![uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0))];
    let (columns, joins) = (columns(locale), spoken(locale).joins(&mut values));
    let text = format!("SELECT {columns} FROM {{uuids $1}} k JOIN media m ON m.id = k.id{joins}");
    let rows = sql::fetch(db, &text, values).await?;
    Ok(sql::each(&rows, read)?.into_iter().map(|media| (media.id, media)).collect())
}

/// How many images products have.
pub async fn count(
    db: &impl RowSource,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, i64>> {
    static COUNT: Sql = Sql::new(
        "SELECT m.product_id, count(*) FROM media m JOIN {uuids $1} k ON k.id = m.product_id \
         GROUP BY m.product_id",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let rows = COUNT.all(db, [ids]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}

fn read(row: &mut Columns<'_>) -> std::result::Result<Media, DbErr> {
    Ok(Media {
        id: row.id()?,
        product_id: row.id()?,
        position: row.get()?,
        url: row.get()?,
        alt: row.get()?,
        width: row.maybe()?,
        height: row.maybe()?,
        mime_type: row.maybe()?,
    })
}
