//! Rows that are nothing but a name: vendors, product types, tags.

use std::collections::{BTreeSet, HashMap};

use entity::id::{Id, ProductTypeId, TagId, VendorId};
use sea_orm::DbErr;
use serde_json::json;
use uuid::Uuid;

use crate::services::Change;
use crate::services::bulk::{Kind, Rows, key};
use crate::services::catalog::draft::ProductDraft;
use crate::services::sql::{Sql, texts};

const COLUMNS: &[(&str, Kind)] = &[("id", Kind::Uuid), ("name", Kind::Text)];
const VENDOR: Rows = Rows { table: "vendor", columns: COLUMNS, key: 1, keep: &["name"] };
const TYPE: Rows = Rows { table: "product_type", columns: COLUMNS, key: 1, keep: &["name"] };
const TAG: Rows = Rows { table: "tag", columns: COLUMNS, key: 1, keep: &["name"] };

static VENDORS: Sql = Sql::new("SELECT id, name FROM vendor WHERE name IN (SELECT id FROM {texts $1} k)");
static TYPES: Sql = Sql::new("SELECT id, name FROM product_type WHERE name IN (SELECT id FROM {texts $1} k)");
static TAGS: Sql = Sql::new("SELECT id, name FROM tag WHERE name IN (SELECT id FROM {texts $1} k)");

/// The ids behind the names in some drafts.
#[derive(Debug, Default)]
pub struct Names {
    pub vendors: HashMap<String, VendorId>,
    pub types: HashMap<String, ProductTypeId>,
    pub tags: HashMap<String, TagId>,
}

impl Names {
    /// Looks the names up and adds those that are new.
    pub async fn resolve(change: &Change<'_>, drafts: &[ProductDraft]) -> Result<Self, DbErr> {
        let vendors = drafts.iter().filter_map(|draft| draft.vendor.as_deref());
        let types = drafts.iter().filter_map(|draft| draft.product_type.as_deref());
        let tags = drafts.iter().flat_map(|draft| draft.tags.iter().flatten().map(String::as_str));
        Ok(Self {
            vendors: ids(change, &VENDORS, VENDOR, vendors.collect()).await?,
            types: ids(change, &TYPES, TYPE, types.collect()).await?,
            tags: ids(change, &TAGS, TAG, tags.collect()).await?,
        })
    }
}

async fn ids<I: Id>(
    change: &Change<'_>,
    look_up: &Sql,
    rows: Rows,
    mut names: BTreeSet<&str>,
) -> Result<HashMap<String, I>, DbErr> {
    names.remove("");
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let found = known(change, look_up, &names).await?;
    let new: Vec<_> = names
        .iter()
        .filter(|name| !found.contains_key(**name))
        .map(|name| json!([key(Uuid::now_v7()), name]))
        .collect();
    if new.is_empty() {
        return Ok(found);
    }
    rows.upsert(&change.tx, new).await?;
    known(change, look_up, &names).await
}

async fn known<I: Id>(
    change: &Change<'_>,
    look_up: &Sql,
    names: &BTreeSet<&str>,
) -> Result<HashMap<String, I>, DbErr> {
    let names = texts(change.engine(), names.iter().copied());
    let rows = look_up.all(&change.tx, [names]).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(1)?, I::from_uuid(row.try_get_by_index(0)?)))).collect()
}
