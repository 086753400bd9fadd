//! Products as drafts that would make them: what an export writes.

use std::collections::{HashMap, HashSet};

use entity::catalog::{option_value, product, product_type, variant, vendor};
use entity::id::{CategoryId, MarketId, OptionValueId, ProductId, VariantId};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use super::draft::{MediaDraft, MetafieldDraft, ProductDraft, VariantDraft};
use super::upsert::existing::Existing;
use crate::services::Result;
use crate::services::sql::{Sql, uuids};

/// A product as a draft, with the ids of its variants in the draft's order.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The draft; prices and stock are not told.
    pub draft: ProductDraft,
    /// The variants.
    pub variants: Vec<VariantId>,
}

/// The next products in the order of their handles, after the one with handle `after`.
pub async fn page(
    db: &impl ConnectionTrait,
    market: MarketId,
    after: &str,
    size: u32,
) -> Result<Vec<Snapshot>> {
    static HANDLES: Sql = Sql::new("SELECT handle FROM product WHERE handle > $1 ORDER BY handle LIMIT $2");
    let rows = HANDLES.all(db, [after.into(), i64::from(size).into()]).await?;
    let handles = rows.iter().map(|row| row.try_get_by_index::<String>(0));
    let handles = handles.collect::<std::result::Result<Vec<_>, _>>()?;
    let found = Existing::load(db, handles.iter().map(String::as_str), Some(market)).await?;
    let labels = Labels::load(db, &found).await?;
    let of = |handle: &String| Some(snapshot(found.products.get(handle)?, &found, &labels));
    Ok(handles.iter().filter_map(of).collect())
}

/// The names behind the ids of some products.
struct Labels {
    vendors: HashMap<entity::id::VendorId, String>,
    types: HashMap<entity::id::ProductTypeId, String>,
    tags: HashMap<ProductId, Vec<String>>,
    paths: HashMap<CategoryId, Vec<String>>,
}

impl Labels {
    async fn load(db: &impl ConnectionTrait, found: &Existing) -> Result<Self> {
        static PATHS: Sql = Sql::new(
            "SELECT k.id, c.title FROM {uuids $1} k JOIN category_closure cc ON cc.descendant_id = k.id \
             JOIN category c ON c.id = cc.ancestor_id ORDER BY k.id, cc.depth DESC",
        );
        let categories: HashSet<_> = found.categories.values().flatten().map(|id| id.0).collect();
        let keys = uuids(db.get_database_backend(), categories);
        let mut paths: HashMap<CategoryId, Vec<String>> = HashMap::new();
        for row in PATHS.all(db, [keys]).await? {
            paths.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
        }
        let products = found.products.values().map(|product| product.id);
        Ok(Self {
            vendors: names(vendor::Entity::find().all(db).await?, |row| (row.id, row.name)),
            types: names(product_type::Entity::find().all(db).await?, |row| (row.id, row.name)),
            tags: super::products::tags(db, products).await?,
            paths,
        })
    }
}

fn names<M, I: Eq + std::hash::Hash>(rows: Vec<M>, pair: impl Fn(M) -> (I, String)) -> HashMap<I, String> {
    rows.into_iter().map(pair).collect()
}

fn snapshot(row: &product::Model, found: &Existing, labels: &Labels) -> Snapshot {
    let options = found.options.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    let values = options.iter().flat_map(|option| found.values.get(&option.id).into_iter().flatten());
    let values: HashMap<OptionValueId, &option_value::Model> =
        values.map(|value| (value.id, value)).collect();
    let variants = found.variants.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    let media = found.media.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    let categories = found.categories.get(&row.id).into_iter().flatten();
    let draft = ProductDraft {
        handle: row.handle.clone(),
        title: Some(row.title.clone()),
        description_html: Some(row.description_html.clone()),
        vendor: Some(row.vendor_id.and_then(|id| labels.vendors.get(&id).cloned()).unwrap_or_default()),
        product_type: Some(
            row.product_type_id.and_then(|id| labels.types.get(&id).cloned()).unwrap_or_default(),
        ),
        tags: Some(labels.tags.get(&row.id).cloned().unwrap_or_default()),
        status: Some(row.status),
        published: Some(found.publications.contains_key(&row.id)),
        categories: Some(categories.filter_map(|id| labels.paths.get(id).cloned()).collect()),
        seo_title: Some(row.seo_title.clone().unwrap_or_default()),
        seo_description: Some(row.seo_description.clone().unwrap_or_default()),
        gift_card: Some(row.gift_card),
        options: Some(options.iter().map(|option| option.name.clone()).collect()),
        variants: variants.iter().map(|variant| variant_draft(variant, &values, found)).collect(),
        media: media
            .iter()
            .map(|media| MediaDraft {
                url: media.url.clone(),
                position: Some(media.position),
                alt: Some(media.alt.clone()),
                width: media.width,
                height: media.height,
                mime_type: media.mime_type.clone(),
            })
            .collect(),
        metafields: metafields(row.id.0, found),
    };
    Snapshot { draft, variants: variants.iter().map(|variant| variant.id).collect() }
}

fn variant_draft(
    row: &variant::Model,
    values: &HashMap<OptionValueId, &option_value::Model>,
    found: &Existing,
) -> VariantDraft {
    let selected = [Some(row.option_value1_id), row.option_value2_id, row.option_value3_id];
    let selected = selected.into_iter().flatten().filter_map(|id| values.get(&id));
    let media = found.media.get(&row.product_id).into_iter().flatten();
    let image = media.into_iter().find(|media| Some(media.id) == row.media_id);
    VariantDraft {
        option_values: selected.map(|value| value.value.clone()).collect(),
        sku: Some(row.sku.clone().unwrap_or_default()),
        barcode: Some(row.barcode.clone().unwrap_or_default()),
        weight_grams: Some(row.weight_grams),
        weight_unit: Some(row.weight_unit),
        inventory_tracker: Some(row.inventory_tracker.clone()),
        inventory_policy: Some(row.inventory_policy),
        requires_shipping: Some(row.requires_shipping),
        taxable: Some(row.taxable),
        image_url: Some(image.map(|media| media.url.clone()).unwrap_or_default()),
        metafields: metafields(row.id.0, found),
        ..VariantDraft::default()
    }
}

fn metafields(owner: uuid::Uuid, found: &Existing) -> Vec<MetafieldDraft> {
    let rows = found.metafields.get(&owner).into_iter().flatten();
    rows.map(|row| MetafieldDraft {
        namespace: row.namespace.clone(),
        key: row.key.clone(),
        value_type: row.value_type.clone(),
        value: row.value.clone(),
    })
    .collect()
}

/// Which custom data occurs: whether on variants, namespace and key, sorted.
pub async fn metafield_names(db: &impl ConnectionTrait) -> Result<Vec<(bool, String, String)>> {
    static NAMES: Sql = Sql::new(
        "SELECT DISTINCT CASE WHEN v.id IS NULL THEN 0 ELSE 1 END, m.namespace, m.key \
         FROM metafield m LEFT JOIN variant v ON v.id = m.owner_id ORDER BY 1, 2, 3",
    );
    let rows = NAMES.all(db, []).await?;
    let name = |row: &sea_orm::QueryResult| {
        let on_variant: i32 = row.try_get_by_index(0)?;
        Ok((on_variant == 1, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
    };
    Ok(rows.iter().map(name).collect::<std::result::Result<_, DbErr>>()?)
}
