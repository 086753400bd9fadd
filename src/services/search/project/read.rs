//! What listings are derived from.

use std::collections::HashMap;

use entity::catalog::product::Status;
use entity::id::{CategoryId, MarketId, ProductId};
use entity::search::product_listing;
use entity::time::Timestamp;
use sea_orm::{ActiveEnum, DbErr, FromQueryResult, QueryResult, TryGetable};

use crate::infrastructure::database::RowSource;
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

/// How an option and its value read in another language; what is not translated is empty.
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

/// Reads products: three statements, however many there are.
pub async fn sources(db: &impl RowSource, products: &[ProductId]) -> Result<Sources, DbErr> {
    let mut sources = own_rows(db, products).await?;
    offers(db, products, &mut sources).await?;
    texts(db, products, &mut sources).await?;
    Ok(sources)
}

/// The listings that are there.
pub async fn listings(
    db: &impl RowSource,
    products: &[ProductId],
) -> Result<Vec<product_listing::Model>, DbErr> {
    static LISTINGS: Sql =
        Sql::new("SELECT l.* FROM {uuids $1} k JOIN product_listing l ON l.product_id = k.id");
    let rows = LISTINGS.all(db, [keys(db, products)]).await?;
    rows.iter().map(|row| product_listing::Model::from_query_result(row, "")).collect()
}

fn keys(db: &impl RowSource, products: &[ProductId]) -> sea_orm::Value {
    uuids(db.get_database_backend(), products.iter().map(|id| id.0))
}

async fn own_rows(db: &impl RowSource, products: &[ProductId]) -> Result<Sources, DbErr> {
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

/// Reads what the products cost in each market, and since when they are published there.
async fn offers(db: &impl RowSource, products: &[ProductId], sources: &mut Sources) -> Result<(), DbErr> {
    static OFFERS: Sql = Sql::new(
        "SELECT v.product_id, p.market_id, CAST(NULL AS bigint), min(p.amount), max(p.amount), \
           min(CASE WHEN p.compare_at > p.amount THEN p.compare_at END), \
           max(CASE WHEN p.compare_at > p.amount THEN p.compare_at END), \
           max(CASE WHEN v.inventory_tracker = '' OR v.inventory_policy = 1 OR \
             (SELECT sum(s.available) FROM stock_level s WHERE s.variant_id = v.id) > 0 THEN 1 ELSE 0 END) \
         FROM {uuids $1} k JOIN variant v ON v.product_id = k.id JOIN price p ON p.variant_id = v.id \
         GROUP BY v.product_id, p.market_id \
         UNION ALL SELECT b.product_id, b.market_id, b.published_at, NULL, NULL, NULL, NULL, NULL \
         FROM {uuids $1} k JOIN publication b ON b.product_id = k.id",
    );
    for row in OFFERS.all(db, [keys(db, products)]).await? {
        let Some(source) = sources.get_mut(&row.try_get_by_index(0)?) else { continue };
        let market = row.try_get_by_index(1)?;
        if let Some(moment) = row.try_get_by_index::<Option<Timestamp>>(2)? {
            source.published.insert(market, moment);
            continue;
        }
        let available = i32::try_get_by_index(&row, 7).map_err(|error| DbErr::Type(format!("{error:?}")))?;
        let offer = Offer {
            price: (row.try_get_by_index(3)?, row.try_get_by_index(4)?),
            compare_at: (row.try_get_by_index(5)?, row.try_get_by_index(6)?),
            available: available == 1,
        };
        source.offers.insert(market, offer);
    }
    Ok(())
}

/// Reads everything that is texts; each row says of what kind it is, and those that have an order come in it.
async fn texts(db: &impl RowSource, products: &[ProductId], sources: &mut Sources) -> Result<(), DbErr> {
    static TEXTS: Sql = Sql::new(
        "SELECT 1 AS kind, t.product_id AS product, 0 AS place, t.language AS text1, t.title AS text2, \
           t.description_text AS text3, CAST(NULL AS text) AS text4, CAST(NULL AS text) AS text5 \
         FROM {uuids $1} k JOIN product_translation t ON t.product_id = k.id \
         UNION ALL SELECT 2, v.product_id, v.position, v.sku, NULL, NULL, NULL, NULL \
         FROM {uuids $1} k JOIN variant v ON v.product_id = k.id WHERE v.sku IS NOT NULL \
         UNION ALL SELECT 3, pt.product_id, pt.position, t.name, NULL, NULL, NULL, NULL \
         FROM {uuids $1} k JOIN product_tag pt ON pt.product_id = k.id JOIN tag t ON t.id = pt.tag_id \
         UNION ALL SELECT DISTINCT 4, pc.product_id, 0, c.handle, NULL, NULL, NULL, NULL \
         FROM {uuids $1} k JOIN product_category pc ON pc.product_id = k.id \
         JOIN category_closure cc ON cc.descendant_id = pc.category_id \
         JOIN category c ON c.id = cc.ancestor_id \
         UNION ALL SELECT 5, cp.product_id, 0, c.handle, NULL, NULL, NULL, NULL \
         FROM {uuids $1} k JOIN collection_product cp ON cp.product_id = k.id \
         JOIN collection c ON c.id = cp.collection_id \
         UNION ALL SELECT 6, o.product_id, 0, o.name, v.value, NULL, NULL, NULL \
         FROM {uuids $1} k JOIN product_option o ON o.product_id = k.id \
         JOIN option_value v ON v.product_option_id = o.id \
         WHERE NOT (o.name = 'Title' AND v.value = 'Default Title') \
         UNION ALL SELECT 7, o.product_id, 0, vt.language, o.name, v.value, coalesce(nt.name, ''), vt.value \
         FROM {uuids $1} k JOIN product_option o ON o.product_id = k.id \
         JOIN option_value v ON v.product_option_id = o.id \
         JOIN option_value_translation vt ON vt.option_value_id = v.id \
         LEFT JOIN product_option_translation nt \
           ON nt.product_option_id = o.id AND nt.language = vt.language \
         UNION ALL SELECT 7, o.product_id, 0, nt.language, o.name, v.value, nt.name, '' \
         FROM {uuids $1} k JOIN product_option o ON o.product_id = k.id \
         JOIN product_option_translation nt ON nt.product_option_id = o.id \
         JOIN option_value v ON v.product_option_id = o.id \
         WHERE NOT EXISTS (SELECT 1 FROM option_value_translation vt \
           WHERE vt.option_value_id = v.id AND vt.language = nt.language) \
         ORDER BY 1, 2, 3",
    );
    for row in TEXTS.all(db, [keys(db, products)]).await? {
        if let Some(source) = sources.get_mut(&row.try_get_by_index(1)?) {
            source.text(&row)?;
        }
    }
    Ok(())
}

const TRANSLATION: i32 = 1;
const SKU: i32 = 2;
const TAG: i32 = 3;
const CATEGORY: i32 = 4;
const COLLECTION: i32 = 5;
const OPTION: i32 = 6;

impl Source {
    fn text(&mut self, row: &QueryResult) -> Result<(), DbErr> {
        let text = |number: usize| row.try_get_by_index::<String>(number + 2);
        match row.try_get_by_index(0)? {
            TRANSLATION => {
                let texts = (row.try_get_by_index(4)?, row.try_get_by_index(5)?);
                self.translations.insert(text(1)?, texts);
            }
            SKU => self.skus.push(text(1)?),
            TAG => self.tags.push(text(1)?),
            CATEGORY => self.categories.push(text(1)?),
            COLLECTION => self.collections.push(text(1)?),
            OPTION => self.options.push((text(1)?, text(2)?)),
            _ => self.option_labels.push(OptionLabel {
                language: text(1)?,
                name: text(2)?,
                value: text(3)?,
                name_label: text(4)?,
                value_label: text(5)?,
            }),
        }
        Ok(())
    }
}
