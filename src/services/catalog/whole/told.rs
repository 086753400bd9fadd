//! What auditors are told of a change of a product.

use std::collections::HashMap;

use entity::catalog::product::Status;
use entity::catalog::variant;
use entity::id::VariantId;
use serde_json::Value as Json;

use super::{Edit, Whole};
use crate::services::Change;
use crate::services::record::Fields;

/// Products of one change that are told one by one.
const PRODUCTS: usize = 25;

/// Variants of one product that are told one by one; of more it is told how many there were.
const VARIANTS: usize = 20;

impl Whole {
    /// A product as auditors are told of it.
    pub fn told(&self) -> Fields {
        let list = |texts: &mut dyn Iterator<Item = String>| Json::from(texts.collect::<Vec<_>>());
        let status = match self.product.status {
            Status::Active => "active",
            Status::Draft => "draft",
            Status::Archived => "archived",
        };
        let option = |choice: &super::Choice| {
            let values = choice.values.iter().map(|row| row.value.as_str()).collect::<Vec<_>>().join(", ");
            format!("{}: {values}", choice.option.name)
        };
        let metafield = |row: &entity::catalog::metafield::Model| {
            let of =
                if row.owner_id == self.product.id.0 { String::new() } else { format!("{}/", row.owner_id) };
            format!("{of}{}.{}: {}", row.namespace, row.key, row.value)
        };
        let publication = |row: &entity::catalog::publication::Model| {
            format!("{} from {}", row.market_id.0, row.published_at)
        };
        let untold =
            ["id", "vendorId", "productTypeId", "descriptionText", "ratingCount", "ratingSum", "updatedAt"];
        Fields::of(&self.product)
            .without(&untold)
            .with("status", status)
            .with("vendor", self.vendor.as_deref())
            .with("productType", self.product_type.as_deref())
            .with("options", list(&mut self.options.iter().map(option)))
            .with("media", list(&mut self.media.iter().map(|row| format!("{} {}", row.url, row.alt))))
            .with("metafields", list(&mut self.metafields.iter().map(metafield)))
            .with("publications", list(&mut self.publications.iter().map(publication)))
            .with("tags", list(&mut self.tags.iter().map(|tag| tag.1.clone())))
            .with("categories", list(&mut self.categories.iter().map(|shelf| shelf.1.clone())))
    }
}

/// Tells of products one by one, where they are few; of more, as imports change them, their ids are known from what
/// events are about.
pub fn tell(change: &Change<'_>, edits: &[&Edit]) {
    if !change.is_audited() {
        return;
    }
    if edits.len() > PRODUCTS {
        let new = edits.iter().filter(|edit| edit.before.is_none()).count();
        let told = Fields::default().with("new", new).with("changed", edits.len() - new);
        change.told("products", "", None, Some(&told));
        return;
    }
    for edit in edits {
        tell_one(change, edit);
    }
}

/// Tells of a product, and of its variants one by one where they are few.
fn tell_one(change: &Change<'_>, edit: &Edit) {
    let nothing = Vec::new();
    let variants = edit.before.as_ref().map_or(&nothing, |before| &before.variants);
    let mut known: HashMap<VariantId, &variant::Model> = variants.iter().map(|row| (row.id, row)).collect();
    let mut pairs = Vec::new();
    for row in &edit.after.variants {
        let before = known.remove(&row.id);
        if before != Some(row) {
            pairs.push((row.id, before, Some(row)));
        }
    }
    pairs.extend(known.into_values().map(|row| (row.id, Some(row), None)));
    let mut after = edit.after.told();
    if pairs.len() > VARIANTS {
        after = after.with("variantsChanged", pairs.len());
    } else {
        for (id, before, now) in pairs {
            match (before.map(told), now.map(told)) {
                (Some(before), Some(now)) => change.changed(id, &before, &now),
                (None, Some(now)) => change.made(id, &now),
                (Some(before), None) => change.removed(id, &before),
                (None, None) => {}
            }
        }
    }
    match &edit.before {
        Some(before) => change.changed(edit.after.id(), &before.told(), &after),
        None => change.made(edit.after.id(), &after),
    }
}

fn told(row: &variant::Model) -> Fields {
    let untold =
        ["id", "productId", "optionValue1Id", "optionValue2Id", "optionValue3Id", "createdAt", "updatedAt"];
    Fields::of(row).without(&untold)
}
