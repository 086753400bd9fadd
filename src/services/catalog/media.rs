//! Images of products.

use std::collections::HashMap;

use entity::id::{MediaId, ProductId};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::services::Result;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Page, Window};
use crate::services::sql::{Sql, uuids};

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

const COLUMNS: &str =
    "m.id, m.product_id, m.position, m.url, coalesce(t1.alt, t2.alt, m.alt), m.width, m.height, m.mime_type";

const OF_PRODUCT: Children<'static> = Children {
    keys: "uuids",
    columns: COLUMNS,
    from: "media m",
    with: "LEFT JOIN media_translation t1 ON t1.media_id = m.id AND t1.language = $2 \
        LEFT JOIN media_translation t2 ON t2.media_id = m.id AND t2.language = $3",
    id: Some("m.id"),
    parent: "m.product_id",
    condition: "true",
    keyset: Keyset { columns: &["m.position", "m.id"], descending: false },
};

/// The same without translations, for answers in the base language.
const OF_PRODUCT_IN_BASE: Children<'static> = Children {
    keys: "uuids",
    columns: "m.id, m.product_id, m.position, m.url, m.alt, m.width, m.height, m.mime_type",
    with: "",
    ..OF_PRODUCT
};

/// Images of products, as many of each as a window shows.
pub async fn of_products(
    db: &impl ConnectionTrait,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
    window: &Window<Key>,
) -> Result<HashMap<ProductId, Page<Media>>> {
    let parents = products.into_iter().map(|id| id.0);
    let rows = if locale.is_base() {
        OF_PRODUCT_IN_BASE.load(db, parents, window, []).await?
    } else {
        let languages = locale.chain.clone().map(Value::from);
        OF_PRODUCT.load(db, parents, window, languages).await?
    };
    let mut media: HashMap<ProductId, Vec<Media>> = HashMap::new();
    for row in &rows {
        media.entry(row.try_get_by_index(0)?).or_default().push(read(row, 1)?);
    }
    Ok(media.into_iter().map(|(id, rows)| (id, Page::of(rows, window))).collect())
}

/// Images by their ids.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    locale: &Locale,
    ids: impl IntoIterator<Item = MediaId>,
) -> Result<HashMap<MediaId, Media>> {
    static BY_ID: Sql = Sql::new(
        "SELECT m.id, m.product_id, m.position, m.url, coalesce(t1.alt, t2.alt, m.alt), m.width, m.height, m.mime_type \
         FROM {uuids $1} k JOIN media m ON m.id = k.id \
         LEFT JOIN media_translation t1 ON t1.media_id = m.id AND t1.language = $2 \
         LEFT JOIN media_translation t2 ON t2.media_id = m.id AND t2.language = $3",
    );
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let [first, second] = locale.chain.clone();
    let rows = BY_ID.all(db, [ids, first.into(), second.into()]).await?;
    let media = rows.iter().map(|row| read(row, 0).map(|media| (media.id, media)));
    Ok(media.collect::<std::result::Result<_, DbErr>>()?)
}

/// How many images products have.
pub async fn count(
    db: &impl ConnectionTrait,
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

fn read(row: &QueryResult, at: usize) -> std::result::Result<Media, DbErr> {
    Ok(Media {
        id: row.try_get_by_index(at)?,
        product_id: row.try_get_by_index(at + 1)?,
        position: row.try_get_by_index(at + 2)?,
        url: row.try_get_by_index(at + 3)?,
        alt: row.try_get_by_index(at + 4)?,
        width: row.try_get_by_index(at + 5)?,
        height: row.try_get_by_index(at + 6)?,
        mime_type: row.try_get_by_index(at + 7)?,
    })
}
