//! What the shop already has of the products that an upsert is about.

use std::collections::HashMap;

use entity::catalog::{media, metafield, option_value, product, product_option, publication, variant};
use entity::id::{CategoryId, MarketId, ProductId, ProductOptionId, TagId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::services::sql::{Sql, texts, uuids};

/// Products by their handles, with everything that belongs to them.
#[derive(Debug, Default)]
pub struct Existing {
    pub products: HashMap<String, product::Model>,
    pub options: HashMap<ProductId, Vec<product_option::Model>>,
    pub values: HashMap<ProductOptionId, Vec<option_value::Model>>,
    pub variants: HashMap<ProductId, Vec<variant::Model>>,
    pub media: HashMap<ProductId, Vec<media::Model>>,
    pub metafields: HashMap<Uuid, Vec<metafield::Model>>,
    pub publications: HashMap<ProductId, Vec<publication::Model>>,
    pub tags: HashMap<ProductId, Vec<TagId>>,
    pub categories: HashMap<ProductId, Vec<CategoryId>>,
}

impl Existing {
    /// Reads them: one statement where none is there, nine where any is.
    pub async fn load(
        db: &impl ConnectionTrait,
        handles: impl Iterator<Item = &str>,
        market: Option<MarketId>,
    ) -> Result<Self, DbErr> {
        static PRODUCTS: Sql =
            Sql::new("SELECT * FROM product WHERE handle IN (SELECT id FROM {texts $1} k)");
        let engine = db.get_database_backend();
        let rows = PRODUCTS.all(db, [texts(engine, handles)]).await?;
        let mut found = Self::default();
        for product in models::<product::Model>(&rows)? {
            found.products.insert(product.handle.clone(), product);
        }
        if !found.products.is_empty() {
            found.load_parts(db, market).await?;
        }
        Ok(found)
    }

    async fn load_parts(&mut self, db: &impl ConnectionTrait, market: Option<MarketId>) -> Result<(), DbErr> {
        static OPTIONS: Sql = Sql::new(
            "SELECT o.* FROM product_option o JOIN {uuids $1} k ON k.id = o.product_id \
             ORDER BY o.product_id, o.position",
        );
        static VALUES: Sql = Sql::new(
            "SELECT v.* FROM product_option o JOIN {uuids $1} k ON k.id = o.product_id \
             JOIN option_value v ON v.product_option_id = o.id ORDER BY v.product_option_id, v.position",
        );
        static VARIANTS: Sql = Sql::new(
            "SELECT v.* FROM variant v JOIN {uuids $1} k ON k.id = v.product_id \
             ORDER BY v.product_id, v.position",
        );
        static MEDIA: Sql = Sql::new(
            "SELECT m.* FROM media m JOIN {uuids $1} k ON k.id = m.product_id \
             ORDER BY m.product_id, m.position, m.id",
        );
        static METAFIELDS: Sql =
            Sql::new("SELECT m.* FROM metafield m JOIN {uuids $1} k ON k.id = m.owner_id");
        static PUBLICATIONS: Sql = Sql::new(
            "SELECT p.* FROM publication p JOIN {uuids $1} k ON k.id = p.product_id \
             WHERE p.market_id = $2",
        );
        static TAGS: Sql = Sql::new(
            "SELECT t.product_id, t.tag_id FROM product_tag t JOIN {uuids $1} k ON k.id = t.product_id \
             ORDER BY t.product_id, t.position",
        );
        static CATEGORIES: Sql = Sql::new(
            "SELECT c.product_id, c.category_id FROM product_category c \
             JOIN {uuids $1} k ON k.id = c.product_id ORDER BY c.product_id, c.position",
        );
        let engine = db.get_database_backend();
        let products: Vec<Uuid> = self.products.values().map(|product| product.id.0).collect();
        let ids = uuids(engine, products.iter().copied());

        self.options =
            grouped(&OPTIONS.all(db, [ids.clone()]).await?, |row: &product_option::Model| row.product_id)?;
        self.values = grouped(&VALUES.all(db, [ids.clone()]).await?, |row: &option_value::Model| {
            row.product_option_id
        })?;
        self.variants =
            grouped(&VARIANTS.all(db, [ids.clone()]).await?, |row: &variant::Model| row.product_id)?;
        self.media = grouped(&MEDIA.all(db, [ids.clone()]).await?, |row: &media::Model| row.product_id)?;
        self.tags = pairs(&TAGS.all(db, [ids.clone()]).await?)?;
        self.categories = pairs(&CATEGORIES.all(db, [ids.clone()]).await?)?;
        let variants = self.variants.values().flatten().map(|variant| variant.id.0);
        let owners = uuids(engine, products.into_iter().chain(variants));
        self.metafields =
            grouped(&METAFIELDS.all(db, [owners]).await?, |row: &metafield::Model| row.owner_id)?;
        if let Some(market) = market {
            let rows = PUBLICATIONS.all(db, [ids, market.0.into()]).await?;
            self.publications = grouped(&rows, |row: &publication::Model| row.product_id)?;
        }
        Ok(())
    }
}

fn models<M: FromQueryResult>(rows: &[QueryResult]) -> Result<Vec<M>, DbErr> {
    rows.iter().map(|row| M::from_query_result(row, "")).collect()
}

fn grouped<K: Eq + std::hash::Hash, M: FromQueryResult>(
    rows: &[QueryResult],
    parent: impl Fn(&M) -> K,
) -> Result<HashMap<K, Vec<M>>, DbErr> {
    let mut groups: HashMap<K, Vec<M>> = HashMap::new();
    for model in models::<M>(rows)? {
        groups.entry(parent(&model)).or_default().push(model);
    }
    Ok(groups)
}

fn pairs<A, B>(rows: &[QueryResult]) -> Result<HashMap<A, Vec<B>>, DbErr>
where
    A: Eq + std::hash::Hash + sea_orm::TryGetable,
    B: sea_orm::TryGetable,
{
    let mut groups: HashMap<A, Vec<B>> = HashMap::new();
    for row in rows {
        groups.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
    }
    Ok(groups)
}
