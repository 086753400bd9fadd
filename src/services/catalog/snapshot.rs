//! Products as drafts that would make them: what an export writes.

use std::collections::{HashMap, HashSet};

use entity::catalog::variant;
use entity::id::{CategoryId, MarketId, VariantId};
use sea_orm::DbErr;

use super::draft::{MediaDraft, MetafieldDraft, ProductDraft, VariantDraft};
use super::whole::{self, Lock, Whole, selection_of};
use crate::infrastructure::database::RowSource;
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
pub async fn page(db: &impl RowSource, market: MarketId, after: &str, size: u32) -> Result<Vec<Snapshot>> {
    static HANDLES: Sql = Sql::new("SELECT handle FROM product WHERE handle > $1 ORDER BY handle LIMIT $2");
    let rows = HANDLES.all(db, [after.into(), i64::from(size).into()]).await?;
    let handles = rows.iter().map(|row| row.try_get_by_index::<String>(0));
    let handles = handles.collect::<std::result::Result<Vec<_>, _>>()?;
    let found = whole::by_handles(db, handles.iter().map(String::as_str), Lock::None).await?;
    let paths = paths(db, &found).await?;
    let of = |handle: &String| Some(snapshot(found.get(handle)?, market, &paths));
    Ok(handles.iter().filter_map(of).collect())
}

type Paths = HashMap<CategoryId, Vec<String>>;

/// The titles of categories and of those above them, from the root.
async fn paths(db: &impl RowSource, found: &HashMap<String, Whole>) -> Result<Paths> {
    static PATHS: Sql = Sql::new(
        "SELECT k.id, c.title FROM {uuids $1} k JOIN category_closure cc ON cc.descendant_id = k.id \
         JOIN category c ON c.id = cc.ancestor_id ORDER BY k.id, cc.depth DESC",
    );
    let categories: HashSet<_> =
        found.values().flat_map(|whole| &whole.categories).map(|(id, _)| id.0).collect();
    let keys = uuids(db.get_database_backend(), categories);
    let mut paths: Paths = HashMap::new();
    for row in PATHS.all(db, [keys]).await? {
        paths.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
    }
    Ok(paths)
}

fn snapshot(whole: &Whole, market: MarketId, paths: &Paths) -> Snapshot {
    let row = &whole.product;
    let draft = ProductDraft {
        handle: row.handle.clone(),
        title: Some(row.title.clone()),
        description_html: Some(row.description_html.clone()),
        vendor: Some(whole.vendor.clone().unwrap_or_default()),
        product_type: Some(whole.product_type.clone().unwrap_or_default()),
        tags: Some(whole.tags.iter().map(|(_, name)| name.clone()).collect()),
        status: Some(row.status),
        status_if_new: None,
        published: Some(whole.publications.iter().any(|row| row.market_id == market)),
        published_if_new: None,
        categories: Some(whole.categories.iter().filter_map(|(id, _)| paths.get(id).cloned()).collect()),
        seo_title: Some(row.seo_title.clone().unwrap_or_default()),
        seo_description: Some(row.seo_description.clone().unwrap_or_default()),
        gift_card: Some(row.gift_card),
        options: Some(whole.options.iter().map(|choice| choice.option.name.clone()).collect()),
        variants: whole.variants.iter().map(|variant| variant_draft(variant, whole)).collect(),
        media: whole
            .media
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
        metafields: metafields(row.id.0, whole),
    };
    Snapshot { draft, variants: whole.variants.iter().map(|variant| variant.id).collect() }
}

fn variant_draft(row: &variant::Model, whole: &Whole) -> VariantDraft {
    let selected = selection_of(row).into_iter().flatten().filter_map(|id| whole.value(id));
    let image = row.media_id.and_then(|id| whole.image(id));
    VariantDraft {
        option_values: selected.map(ToOwned::to_owned).collect(),
        sku: Some(row.sku.clone().unwrap_or_default()),
        barcode: Some(row.barcode.clone().unwrap_or_default()),
        weight_grams: Some(row.weight_grams),
        weight_unit: Some(row.weight_unit),
        inventory_tracker: Some(row.inventory_tracker.clone()),
        inventory_policy: Some(row.inventory_policy),
        requires_shipping: Some(row.requires_shipping),
        taxable: Some(row.taxable),
        image_url: Some(image.map(|media| media.url.clone()).unwrap_or_default()),
        metafields: metafields(row.id.0, whole),
        ..VariantDraft::default()
    }
}

fn metafields(owner: uuid::Uuid, whole: &Whole) -> Vec<MetafieldDraft> {
    let rows = whole.metafields.iter().filter(|row| row.owner_id == owner);
    rows.map(|row| MetafieldDraft {
        namespace: row.namespace.clone(),
        key: row.key.clone(),
        value_type: row.value_type.clone(),
        value: row.value.clone(),
    })
    .collect()
}

/// Which custom data occurs: whether on variants, namespace and key, sorted.
pub async fn metafield_names(db: &impl RowSource) -> Result<Vec<(bool, String, String)>> {
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
