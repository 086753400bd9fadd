//! Custom data on products and variants.

use entity::id::{ProductId, VariantId};
use uuid::Uuid;

use super::{Editing, Part, fields};
use crate::services::catalog::draft::MetafieldDraft;
use crate::services::problem::{Problems, Reason};
use crate::services::{AppContext, Result, Viewer};

/// Whose custom data it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A product's.
    Product(ProductId),
    /// A variant's.
    Variant(VariantId),
}

impl Owner {
    fn part(self) -> (Part, Uuid) {
        match self {
            Self::Product(id) => (id.into(), id.0),
            Self::Variant(id) => (id.into(), id.0),
        }
    }
}

/// The most pieces of custom data that a product has, those of its variants included.
const MOST: usize = 10_000;

/// Sets custom data: adds what is new and overwrites what is there.
pub async fn set(
    app: &AppContext,
    _viewer: &Viewer,
    owner: Owner,
    version: Option<i32>,
    drafts: &[MetafieldDraft],
) -> Result<ProductId> {
    let mut problems = Problems::default();
    fields::rows(&mut problems, &[&"metafields"], drafts.len(), 1, 250);
    fields::metafield(&mut problems, &[&"metafields"], drafts);
    problems.none()?;
    let (part, id) = owner.part();
    let mut editing = Editing::open_part(app, part, version, "ownerId").await?;
    let (whole, problems) = editing.parts();
    fields::link_of(whole, id, drafts, false);
    if whole.metafields.len() > MOST {
        problems.add(Reason::Invalid, &[&"metafields"], "a product has at most 10,000 pieces of custom data");
    }
    editing.save().await
}

/// Removes custom data, by namespace and key; what is not there is no problem.
pub async fn delete(
    app: &AppContext,
    _viewer: &Viewer,
    owner: Owner,
    version: Option<i32>,
    names: &[(String, String)],
) -> Result<ProductId> {
    let mut problems = Problems::default();
    fields::rows(&mut problems, &[&"metafields"], names.len(), 1, 250);
    problems.none()?;
    let (part, id) = owner.part();
    let mut editing = Editing::open_part(app, part, version, "ownerId").await?;
    let named = |namespace: &str, key: &str| names.iter().any(|name| name.0 == namespace && name.1 == key);
    editing.whole().metafields.retain(|row| row.owner_id != id || !named(&row.namespace, &row.key));
    editing.save().await
}
