//! Reading products with everything that belongs to them: four statements, however many there are.

use std::collections::HashMap;
use std::hash::Hash;

use entity::catalog::{media, metafield, option_value, product, product_option, publication, variant};
use entity::id::{MarketId, MediaId, ProductId, ProductOptionId};
use entity::time::Timestamp;
use sea_orm::{DbErr, FromQueryResult, QueryResult, Value};
use uuid::Uuid;

use super::{Choice, Whole};
use crate::infrastructure::database::RowSource;
use crate::services::sql::{Sql, texts, uuids};

/// Whether the products are read to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nobody else changes them before this change ends.
    Change,
    /// They are only looked at.
    None,
}

macro_rules! products {
    ($condition:literal, $lock:literal) => {
        Sql::new(concat!(
            "SELECT p.*, v.name AS vendor_name, y.name AS type_name FROM product p \
             LEFT JOIN vendor v ON v.id = p.vendor_id LEFT JOIN product_type y ON y.id = p.product_type_id WHERE ",
            $condition,
            " ORDER BY p.id",
            $lock
        ))
    };
}

/// Products by their handles.
pub async fn by_handles(
    db: &impl RowSource,
    handles: impl IntoIterator<Item = &str>,
    lock: Lock,
) -> Result<HashMap<String, Whole>, DbErr> {
    static LOCKED: Sql = products!(
        "p.handle IN (SELECT id FROM {texts $1} k)",
        " {lateral}FOR NO KEY UPDATE OF p{window}{end}"
    );
    static READ: Sql = products!("p.handle IN (SELECT id FROM {texts $1} k)", "");
    let keys = texts(db.get_database_backend(), handles);
    let found = load(db, if lock == Lock::Change { &LOCKED } else { &READ }, keys).await?;
    Ok(found.into_iter().map(|whole| (whole.product.handle.clone(), whole)).collect())
}

/// Products by their ids.
pub async fn by_ids(
    db: &impl RowSource,
    ids: impl IntoIterator<Item = ProductId>,
    lock: Lock,
) -> Result<HashMap<ProductId, Whole>, DbErr> {
    static LOCKED: Sql =
        products!("p.id IN (SELECT id FROM {uuids $1} k)", " {lateral}FOR NO KEY UPDATE OF p{window}{end}");
    static READ: Sql = products!("p.id IN (SELECT id FROM {uuids $1} k)", "");
    let keys = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let found = load(db, if lock == Lock::Change { &LOCKED } else { &READ }, keys).await?;
    Ok(found.into_iter().map(|whole| (whole.product.id, whole)).collect())
}

async fn load(db: &impl RowSource, products: &Sql, keys: Value) -> Result<Vec<Whole>, DbErr> {
    let rows = products.all(db, [keys]).await?;
    let mut wholes = rows.iter().map(own_row).collect::<Result<Vec<_>, _>>()?;
    if wholes.is_empty() {
        return Ok(wholes);
    }
    let keys = uuids(db.get_database_backend(), wholes.iter().map(|whole| whole.product.id.0));
    let mut choices = choices(db, keys.clone()).await?;
    let mut variants = variants(db, keys.clone()).await?;
    for whole in &mut wholes {
        whole.options = choices.remove(&whole.product.id).unwrap_or_default();
        whole.variants = variants.remove(&whole.product.id).unwrap_or_default();
    }
    parts(db, keys, &mut wholes).await?;
    Ok(wholes)
}

fn own_row(row: &QueryResult) -> Result<Whole, DbErr> {
    let product = product::Model::from_query_result(row, "")?;
    let whole = Whole::new("", "", product.created_at);
    Ok(Whole {
        vendor: row.try_get("", "vendor_name")?,
        product_type: row.try_get("", "type_name")?,
        product,
        ..whole
    })
}

async fn choices(db: &impl RowSource, products: Value) -> Result<HashMap<ProductId, Vec<Choice>>, DbErr> {
    static CHOICES: Sql = Sql::new(
        "SELECT o.product_id, o.id, o.position, o.name, v.id, v.position, v.value \
         FROM product_option o JOIN {uuids $1} k ON k.id = o.product_id \
         LEFT JOIN option_value v ON v.product_option_id = o.id \
         ORDER BY o.product_id, o.position, v.position, v.id",
    );
    let mut choices: HashMap<ProductId, Vec<Choice>> = HashMap::new();
    for row in CHOICES.all(db, [products]).await? {
        let (product_id, id): (ProductId, ProductOptionId) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let of_product = choices.entry(product_id).or_default();
        if of_product.last().is_none_or(|choice| choice.option.id != id) {
            let (position, name) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
            let option = product_option::Model { id, product_id, position, name };
            of_product.push(Choice { option, values: Vec::new() });
        }
        let value: Option<entity::id::OptionValueId> = row.try_get_by_index(4)?;
        if let (Some(choice), Some(value)) = (of_product.last_mut(), value) {
            choice.values.push(option_value::Model {
                id: value,
                product_option_id: id,
                position: row.try_get_by_index(5)?,
                value: row.try_get_by_index(6)?,
            });
        }
    }
    Ok(choices)
}

async fn variants(
    db: &impl RowSource,
    products: Value,
) -> Result<HashMap<ProductId, Vec<variant::Model>>, DbErr> {
    static VARIANTS: Sql = Sql::new(
        "SELECT v.* FROM variant v JOIN {uuids $1} k ON k.id = v.product_id \
         ORDER BY v.product_id, v.position, v.id",
    );
    let rows = VARIANTS.all(db, [products]).await?;
    grouped(rows.iter().map(|row| variant::Model::from_query_result(row, "")), |row| row.product_id)
}

fn grouped<K: Eq + Hash, M>(
    rows: impl Iterator<Item = Result<M, DbErr>>,
    parent: impl Fn(&M) -> K,
) -> Result<HashMap<K, Vec<M>>, DbErr> {
    let mut groups: HashMap<K, Vec<M>> = HashMap::new();
    for row in rows {
        let row = row?;
        groups.entry(parent(&row)).or_default().push(row);
    }
    Ok(groups)
}

const MEDIA: i32 = 1;
const TAG: i32 = 2;
const CATEGORY: i32 = 3;
const PUBLICATION: i32 = 4;

/// Reads everything that is a plain list; each row says what it is.
async fn parts(db: &impl RowSource, products: Value, wholes: &mut [Whole]) -> Result<(), DbErr> {
    static PARTS: Sql = Sql::new(
        "SELECT 1 AS kind, m.product_id AS owner, m.id AS other, CAST(m.position AS bigint) AS place, \
           m.created_at AS moment, m.width, m.height, m.url AS text1, m.alt AS text2, m.mime_type AS text3, \
           CAST(NULL AS text) AS text4, m.product_id AS product \
         FROM {uuids $1} k JOIN media m ON m.product_id = k.id \
         UNION ALL SELECT 2, t.product_id, t.tag_id, t.position, NULL, NULL, NULL, n.name, NULL, NULL, NULL, \
           t.product_id \
         FROM {uuids $1} k JOIN product_tag t ON t.product_id = k.id JOIN tag n ON n.id = t.tag_id \
         UNION ALL SELECT 3, c.product_id, c.category_id, c.position, NULL, NULL, NULL, n.handle, NULL, NULL, \
           NULL, c.product_id \
         FROM {uuids $1} k JOIN product_category c ON c.product_id = k.id \
         JOIN category n ON n.id = c.category_id \
         UNION ALL SELECT 4, p.product_id, p.market_id, 0, p.published_at, NULL, NULL, NULL, NULL, NULL, NULL, \
           p.product_id \
         FROM {uuids $1} k JOIN publication p ON p.product_id = k.id \
         UNION ALL SELECT 5, f.owner_id, NULL, 0, NULL, NULL, NULL, f.namespace, f.key, f.value_type, f.value, \
           k.id \
         FROM {uuids $1} k JOIN metafield f ON f.owner_id = k.id \
         UNION ALL SELECT 6, f.owner_id, NULL, 0, NULL, NULL, NULL, f.namespace, f.key, f.value_type, f.value, \
           k.id \
         FROM {uuids $1} k JOIN variant v ON v.product_id = k.id JOIN metafield f ON f.owner_id = v.id \
         ORDER BY 1, 2, 4, 3",
    );
    let places = wholes.iter().enumerate().map(|(index, whole)| (whole.product.id, index));
    let places: HashMap<ProductId, usize> = places.collect();
    for row in PARTS.all(db, [products]).await? {
        let place = places.get(&row.try_get("", "product")?);
        if let Some(whole) = place.and_then(|index| wholes.get_mut(*index)) {
            part(whole, &row)?;
        }
    }
    Ok(())
}

fn part(whole: &mut Whole, row: &QueryResult) -> Result<(), DbErr> {
    let product_id = whole.product.id;
    let text = |name| row.try_get::<String>("", name);
    match row.try_get("", "kind")? {
        MEDIA => whole.media.push(media::Model {
            id: MediaId(row.try_get("", "other")?),
            product_id,
            position: i32::try_from(row.try_get::<i64>("", "place")?).unwrap_or(i32::MAX),
            url: text("text1")?,
            alt: text("text2")?,
            width: row.try_get("", "width")?,
            height: row.try_get("", "height")?,
            mime_type: row.try_get("", "text3")?,
            created_at: row.try_get("", "moment")?,
        }),
        TAG => whole.tags.push((row.try_get("", "other")?, text("text1")?)),
        CATEGORY => whole.categories.push((row.try_get("", "other")?, text("text1")?)),
        PUBLICATION => whole.publications.push(publication::Model {
            product_id,
            market_id: MarketId(row.try_get("", "other")?),
            published_at: row.try_get::<Timestamp>("", "moment")?,
        }),
        _ => whole.metafields.push(metafield::Model {
            owner_id: row.try_get::<Uuid>("", "owner")?,
            namespace: text("text1")?,
            key: text("text2")?,
            value_type: text("text3")?,
            value: text("text4")?,
        }),
    }
    Ok(())
}
