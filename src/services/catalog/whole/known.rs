//! What products refer to by name: vendors, types, tags, categories, SKUs.

use std::collections::{BTreeSet, HashMap};

use entity::id::{CategoryId, ProductId, ProductTypeId, TagId, VariantId, VendorId};
use sea_orm::{DbErr, Value};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::Whole;
use crate::services::Change;
use crate::services::bulk::{Kind, Rows, Together, key};
use crate::services::sql::{Sql, texts};

/// The names that a change is about.
#[derive(Clone, Debug, Default)]
pub struct Names<'a> {
    vendors: BTreeSet<&'a str>,
    types: BTreeSet<&'a str>,
    tags: BTreeSet<&'a str>,
    categories: BTreeSet<&'a str>,
    skus: BTreeSet<&'a str>,
    handles: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Adds the handle of a product that was not there when products were read.
    pub fn new_handle(&mut self, handle: &'a str) {
        self.handles.insert(handle);
    }

    /// Adds a vendor that the product does not have yet.
    pub fn vendor(&mut self, name: &'a str, of: Option<&Whole>) {
        if !name.is_empty() && of.is_none_or(|whole| whole.vendor.as_deref() != Some(name)) {
            self.vendors.insert(name);
        }
    }

    /// Adds a product type that the product does not have yet.
    pub fn product_type(&mut self, name: &'a str, of: Option<&Whole>) {
        if !name.is_empty() && of.is_none_or(|whole| whole.product_type.as_deref() != Some(name)) {
            self.types.insert(name);
        }
    }

    /// Adds a tag that the product does not have yet.
    pub fn tag(&mut self, name: &'a str, of: Option<&Whole>) {
        if !name.is_empty() && of.is_none_or(|whole| whole.tags.iter().all(|(_, known)| known != name)) {
            self.tags.insert(name);
        }
    }

    /// Adds the handle of a category that the product does not have yet.
    pub fn category(&mut self, handle: &'a str, of: Option<&Whole>) {
        if of.is_none_or(|whole| whole.categories.iter().all(|(_, known)| known != handle)) {
            self.categories.insert(handle);
        }
    }

    /// Adds a SKU that no variant of the product has yet.
    pub fn sku(&mut self, sku: &'a str, of: Option<&Whole>) {
        let known = |whole: &Whole| whole.variants.iter().any(|row| row.sku.as_deref() == Some(sku));
        if !sku.is_empty() && !of.is_some_and(known) {
            self.skus.insert(sku);
        }
    }

    fn is_empty(&self) -> bool {
        self.all().iter().all(|names| names.is_empty())
    }

    fn all(&self) -> [&BTreeSet<&'a str>; 6] {
        [&self.vendors, &self.types, &self.tags, &self.categories, &self.skus, &self.handles]
    }
}

/// What is behind names.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Vendors by name.
    pub vendors: HashMap<String, VendorId>,
    /// Product types by name.
    pub types: HashMap<String, ProductTypeId>,
    /// Tags by name.
    pub tags: HashMap<String, TagId>,
    /// Categories by handle.
    pub categories: HashMap<String, CategoryId>,
    /// Whose SKUs are.
    pub skus: HashMap<String, (VariantId, ProductId)>,
    /// Products by handle that another change made in the meantime.
    pub made: HashMap<String, ProductId>,
}

const COLUMNS: &[(&str, Kind)] = &[("id", Kind::Uuid), ("name", Kind::Text)];
const VENDOR: Rows = Rows { table: "vendor", columns: COLUMNS, key: 1, keep: &["name"] };
const TYPE: Rows = Rows { table: "product_type", columns: COLUMNS, key: 1, keep: &["name"] };
const TAG: Rows = Rows { table: "tag", columns: COLUMNS, key: 1, keep: &["name"] };

impl Known {
    /// Looks names up: one statement, none where there is no name. Vendors, types and tags that are new are added.
    pub async fn resolve(change: &Change<'_>, names: &Names<'_>) -> Result<Self, DbErr> {
        let mut known = Self::default();
        if names.is_empty() {
            return Ok(known);
        }
        known.look_up(change, names).await?;
        let mut new = Together::default();
        new.upsert(VENDOR, missing(&names.vendors, &known.vendors));
        new.upsert(TYPE, missing(&names.types, &known.types));
        new.upsert(TAG, missing(&names.tags, &known.tags));
        if !new.is_empty() {
            new.send(&change.tx).await?;
            known.look_up(change, names).await?;
        }
        Ok(known)
    }

    async fn look_up(&mut self, change: &Change<'_>, names: &Names<'_>) -> Result<(), DbErr> {
        static NAMES: Sql = Sql::new(
            "SELECT 1, n.name, n.id, n.id FROM {texts $1} k JOIN vendor n ON n.name = k.id \
             UNION ALL SELECT 2, n.name, n.id, n.id FROM {texts $2} k JOIN product_type n ON n.name = k.id \
             UNION ALL SELECT 3, n.name, n.id, n.id FROM {texts $3} k JOIN tag n ON n.name = k.id \
             UNION ALL SELECT 4, n.handle, n.id, n.id FROM {texts $4} k JOIN category n ON n.handle = k.id \
             UNION ALL SELECT 5, n.sku, n.id, n.product_id FROM {texts $5} k JOIN variant n ON n.sku = k.id \
             UNION ALL SELECT 6, n.handle, n.id, n.id FROM {texts $6} k JOIN product n ON n.handle = k.id",
        );
        let values = names.all().map(|names| -> Value { texts(change.engine(), names.iter().copied()) });
        for row in NAMES.all(&change.tx, values).await? {
            let name: String = row.try_get_by_index(1)?;
            let id: Uuid = row.try_get_by_index(2)?;
            match row.try_get_by_index::<i32>(0)? {
                1 => drop(self.vendors.insert(name, VendorId(id))),
                2 => drop(self.types.insert(name, ProductTypeId(id))),
                3 => drop(self.tags.insert(name, TagId(id))),
                4 => drop(self.categories.insert(name, CategoryId(id))),
                5 => drop(self.skus.insert(name, (VariantId(id), row.try_get_by_index(3)?))),
                _ => drop(self.made.insert(name, ProductId(id))),
            }
        }
        Ok(())
    }

    /// Gives the product a vendor; an empty name takes it.
    pub fn set_vendor(&self, whole: &mut Whole, name: &str) {
        if whole.vendor.as_deref() != Some(name) {
            whole.product.vendor_id = self.vendors.get(name).copied();
            whole.vendor = super::present(name);
        }
    }

    /// Gives the product a type; an empty name takes it.
    pub fn set_product_type(&self, whole: &mut Whole, name: &str) {
        if whole.product_type.as_deref() != Some(name) {
            whole.product.product_type_id = self.types.get(name).copied();
            whole.product_type = super::present(name);
        }
    }

    /// Gives the product these tags and no others.
    pub fn set_tags(&self, whole: &mut Whole, names: &[String]) {
        let had: HashMap<&String, TagId> = whole.tags.iter().map(|(id, name)| (name, *id)).collect();
        let id = |name: &String| had.get(name).or_else(|| self.tags.get(name)).copied();
        let tags = names.iter().filter_map(|name| Some((id(name)?, name.clone())));
        whole.tags = tags.fold(Vec::new(), |mut all, tag| {
            if !all.contains(&tag) {
                all.push(tag);
            }
            all
        });
    }
}

fn missing<I>(names: &BTreeSet<&str>, known: &HashMap<String, I>) -> Vec<Json> {
    let new = names.iter().filter(|name| !known.contains_key(**name));
    new.map(|name| json!([key(Uuid::now_v7()), name])).collect()
}
