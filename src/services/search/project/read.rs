//! What listings are derived from.

use std::collections::HashMap;

use entity::catalog::product::Status;
use entity::id::{CategoryId, MarketId, ProductId};
use entity::search::product_listing;
use entity::time::Timestamp;
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr, FromQueryResult, TryGetable};

use crate::services::catalog::ratings::Rating;
use crate::services::search::listings::NO_PRICE;
use crate::services::sql::{Sql, uuids};

/// One product with everything that its listings tell of.
#[derive(Debug, Default)]
pub struct Source {
    pub active: bool,
    pub handle: String,
    pub title: String,
    pub description: String,
    pub vendor: Option<String>,
    pub product_type: Option<String>,
    pub gift_card: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub rating: Rating,
    /// Title and description by language.
    pub translations: HashMap<String, (Option<String>, Option<String>)>,
    pub published: HashMap<MarketId, Timestamp>,
    pub offers: HashMap<MarketId, Offer>,
    pub skus: Vec<String>,
    pub tags: Vec<String>,
    /// The category that it belongs to first.
    pub main_category: Option<CategoryId>,
    /// The category above that.
    pub branch: Option<CategoryId>,
    /// Handles of its categories and all above them.
    pub categories: Vec<String>,
    /// Handles of its collections.
    pub collections: Vec<String>,
    /// Names and values of its options.
    pub options: Vec<(String, String)>,
    /// Language, name and value of an option, and how they read there.
    pub option_labels: Vec<OptionLabel>,
}

/// How an option's value reads in another language.
#[derive(Debug)]
pub struct OptionLabel {
    pub language: String,
    pub name: String,
    pub value: String,
    pub name_label: String,
    pub value_label: String,
}

/// What a product costs in a market, over its variants that have a price there.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub price: (i64, i64),
    pub compare_at: (Option<i64>, Option<i64>),
    pub available: bool,
}

impl Offer {
    /// What a product without a price has.
    pub const NONE: Self = Self { price: (NO_PRICE, NO_PRICE), compare_at: (None, None), available: false };
}

type Sources = HashMap<ProductId, Source>;

/// Reads products: nine statements, however many there are.
pub async fn sources(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<Sources, DbErr> {
    static SKUS: Sql = Sql::new(
        "SELECT v.product_id, v.sku FROM {uuids $1} k JOIN variant v ON v.product_id = k.id \
         WHERE v.sku IS NOT NULL ORDER BY v.product_id, v.position",
    );
    static TAGS: Sql = Sql::new(
        "SELECT pt.product_id, t.name FROM {uuids $1} k JOIN product_tag pt ON pt.product_id = k.id \
         JOIN tag t ON t.id = pt.tag_id ORDER BY pt.product_id, pt.position",
    );
    static CATEGORIES: Sql = Sql::new(
        "SELECT DISTINCT pc.product_id, c.handle FROM {uuids $1} k \
         JOIN product_category pc ON pc.product_id = k.id \
         JOIN category_closure cc ON cc.descendant_id = pc.category_id \
         JOIN category c ON c.id = cc.ancestor_id",
    );
    static COLLECTIONS: Sql = Sql::new(
        "SELECT cp.product_id, c.handle FROM {uuids $1} k \
         JOIN collection_product cp ON cp.product_id = k.id JOIN collection c ON c.id = cp.collection_id",
    );
    let mut sources = own_rows(db, products).await?;
    translations(db, products, &mut sources).await?;
    publications(db, products, &mut sources).await?;
    offers(db, products, &mut sources).await?;
    options(db, products, &mut sources).await?;
    texts(db, &SKUS, products, &mut sources, |source| &mut source.skus).await?;
    texts(db, &TAGS, products, &mut sources, |source| &mut source.tags).await?;
    texts(db, &CATEGORIES, products, &mut sources, |source| &mut source.categories).await?;
    texts(db, &COLLECTIONS, products, &mut sources, |source| &mut source.collections).await?;
    Ok(sources)
}

/// The listings that are there.
pub async fn listings(
    db: &impl ConnectionTrait,
    products: &[ProductId],
) -> Result<Vec<product_listing::Model>, DbErr> {
    static LISTINGS: Sql =
        Sql::new("SELECT l.* FROM {uuids $1} k JOIN product_listing l ON l.product_id = k.id");
    let rows = LISTINGS.all(db, [keys(db, products)]).await?;
    rows.iter().map(|row| product_listing::Model::from_query_result(row, "")).collect()
}

fn keys(db: &impl ConnectionTrait, products: &[ProductId]) -> sea_orm::Value {
    uuids(db.get_database_backend(), products.iter().map(|id| id.0))
}

async fn own_rows(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<Sources, DbErr> {
    static PRODUCTS: Sql = Sql::new(
        "SELECT p.id, p.status, p.title, p.description_text, v.name, y.name, p.rating_count, p.rating_sum, \
           p.handle, p.gift_card, p.created_at, p.updated_at, pc.category_id, c.parent_id \
         FROM {uuids $1} k JOIN product p ON p.id = k.id LEFT JOIN vendor v ON v.id = p.vendor_id \
         LEFT JOIN product_type y ON y.id = p.product_type_id \
         LEFT JOIN product_category pc ON pc.product_id = p.id AND pc.position = 0 \
         LEFT JOIN category c ON c.id = pc.category_id",
    );
    let mut sources = HashMap::with_capacity(products.len());
    for row in PRODUCTS.all(db, [keys(db, products)]).await? {
        let source = Source {
            active: row.try_get_by_index::<i16>(1)? == Status::Active.to_value(),
            title: row.try_get_by_index(2)?,
            description: row.try_get_by_index(3)?,
            vendor: row.try_get_by_index(4)?,
            product_type: row.try_get_by_index(5)?,
            rating: Rating { count: row.try_get_by_index(6)?, sum: row.try_get_by_index(7)? },
            handle: row.try_get_by_index(8)?,
            gift_card: row.try_get_by_index(9)?,
            created_at: row.try_get_by_index(10)?,
            updated_at: row.try_get_by_index(11)?,
            main_category: row.try_get_by_index(12)?,
            branch: row.try_get_by_index(13)?,
            ..Source::default()
        };
        sources.insert(row.try_get_by_index(0)?, source);
    }
    Ok(sources)
}

async fn translations(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    sources: &mut Sources,
) -> Result<(), DbErr> {
    static TRANSLATIONS: Sql = Sql::new(
        "SELECT t.product_id, t.language, t.title, t.description_text FROM {uuids $1} k \
         JOIN product_translation t ON t.product_id = k.id",
    );
    for row in TRANSLATIONS.all(db, [keys(db, products)]).await? {
        let texts = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
        if let Some(source) = sources.get_mut(&row.try_get_by_index(0)?) {
            source.translations.insert(row.try_get_by_index(1)?, texts);
        }
    }
    Ok(())
}

async fn publications(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    sources: &mut Sources,
) -> Result<(), DbErr> {
    static PUBLICATIONS: Sql = Sql::new(
        "SELECT p.product_id, p.market_id, p.published_at FROM {uuids $1} k \
         JOIN publication p ON p.product_id = k.id",
    );
    for row in PUBLICATIONS.all(db, [keys(db, products)]).await? {
        if let Some(source) = sources.get_mut(&row.try_get_by_index(0)?) {
            source.published.insert(row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        }
    }
    Ok(())
}

async fn offers(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    sources: &mut Sources,
) -> Result<(), DbErr> {
    static OFFERS: Sql = Sql::new(
        "SELECT v.product_id, p.market_id, min(p.amount), max(p.amount), \
           min(CASE WHEN p.compare_at > p.amount THEN p.compare_at END), \
           max(CASE WHEN p.compare_at > p.amount THEN p.compare_at END), \
           max(CASE WHEN v.inventory_tracker = '' OR v.inventory_policy = 1 OR \
             (SELECT sum(s.available) FROM stock_level s WHERE s.variant_id = v.id) > 0 THEN 1 ELSE 0 END) \
         FROM {uuids $1} k JOIN variant v ON v.product_id = k.id JOIN price p ON p.variant_id = v.id \
         GROUP BY v.product_id, p.market_id",
    );
    for row in OFFERS.all(db, [keys(db, products)]).await? {
        let available = i32::try_get_by_index(&row, 6).map_err(|error| DbErr::Type(format!("{error:?}")))?;
        let offer = Offer {
            price: (row.try_get_by_index(2)?, row.try_get_by_index(3)?),
            compare_at: (row.try_get_by_index(4)?, row.try_get_by_index(5)?),
            available: available == 1,
        };
        if let Some(source) = sources.get_mut(&row.try_get_by_index(0)?) {
            source.offers.insert(row.try_get_by_index(1)?, offer);
        }
    }
    Ok(())
}

async fn options(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    sources: &mut Sources,
) -> Result<(), DbErr> {
    static OPTIONS: Sql = Sql::new(
        "SELECT o.product_id, o.name, v.value FROM {uuids $1} k \
         JOIN product_option o ON o.product_id = k.id JOIN option_value v ON v.product_option_id = o.id \
         WHERE NOT (o.name = 'Title' AND v.value = 'Default Title')",
    );
    static LABELS: Sql = Sql::new(
        "SELECT o.product_id, vt.language, o.name, v.value, coalesce(nt.name, o.name), vt.value \
         FROM {uuids $1} k JOIN product_option o ON o.product_id = k.id \
         JOIN option_value v ON v.product_option_id = o.id \
         JOIN option_value_translation vt ON vt.option_value_id = v.id \
         LEFT JOIN product_option_translation nt ON nt.product_option_id = o.id AND nt.language = vt.language",
    );
    for row in OPTIONS.all(db, [keys(db, products)]).await? {
        if let Some(source) = sources.get_mut(&row.try_get_by_index(0)?) {
            source.options.push((row.try_get_by_index(1)?, row.try_get_by_index(2)?));
        }
    }
    for row in LABELS.all(db, [keys(db, products)]).await? {
        if let Some(source) = sources.get_mut(&row.try_get_by_index(0)?) {
            source.option_labels.push(OptionLabel {
                language: row.try_get_by_index(1)?,
                name: row.try_get_by_index(2)?,
                value: row.try_get_by_index(3)?,
                name_label: row.try_get_by_index(4)?,
                value_label: row.try_get_by_index(5)?,
            });
        }
    }
    Ok(())
}

async fn texts(
    db: &impl ConnectionTrait,
    statement: &Sql,
    products: &[ProductId],
    sources: &mut Sources,
    list: impl Fn(&mut Source) -> &mut Vec<String>,
) -> Result<(), DbErr> {
    for row in statement.all(db, [keys(db, products)]).await? {
        if let Some(source) = sources.get_mut(&row.try_get_by_index(0)?) {
            list(source).push(row.try_get_by_index(1)?);
        }
    }
    Ok(())
}
