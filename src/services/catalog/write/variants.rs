//! Variants of a product.

use std::collections::HashSet;

use entity::id::{ProductId, VariantId};

use super::fields::{self, VariantFields, below, rows, value_name};
use super::options::{VALUES, places, select};
use super::{Editing, NOT_HERE, unraced};
use crate::services::catalog::bounds::VARIANTS;
use crate::services::catalog::draft::MetafieldDraft;
use crate::services::catalog::whole::{Known, Names, Selection, Whole, new_variant, selection_of};
use crate::services::problem::{Problems, Reason};
use crate::services::{AppContext, Result, Viewer};

/// What is told of a variant.
#[derive(Clone, Debug, Default)]
pub struct VariantInput {
    /// Its own fields.
    pub fields: VariantFields,
    /// Its value for each of the product's options, in their order; those that are new are added.
    pub option_values: Option<Vec<String>>,
    /// Custom data to set.
    pub metafields: Vec<MetafieldDraft>,
}

/// What is told, once it has been looked at.
struct Told {
    fields: VariantFields,
    values: Option<Vec<String>>,
}

impl VariantInput {
    fn checked(&self) -> Result<Told> {
        let mut problems = Problems::default();
        let fields = self.fields.checked(&mut problems, &[]);
        fields::metafield(&mut problems, &[&"metafields"], &self.metafields);
        let values = self.option_values.as_ref().map(|values| {
            rows(&mut problems, &[&"optionValues"], values.len(), 1, 3);
            texts(&mut problems, &[&"optionValues"], values)
        });
        problems.none()?;
        Ok(Told { fields, values })
    }
}

/// The texts of option values, without the blanks around them.
pub fn texts(problems: &mut Problems, at: fields::Path<'_>, typed: &[String]) -> Vec<String> {
    let text = |(index, typed): (usize, &String)| value_name(problems, &below(at, &[&index]), typed);
    typed.iter().take(3).enumerate().map(text).collect()
}

/// Adds a variant after the others; it has no price yet, so it is not sold. Answers the product and the variant.
pub async fn create(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    input: &VariantInput,
) -> Result<(ProductId, VariantId)> {
    unraced(move || {
        Box::pin(async move {
            let told = input.checked()?;
            let mut editing = Editing::open(app, product, version, "productId").await?;
            let now = editing.change.now;
            let (whole, problems) = editing.parts();
            if whole.variants.len() >= VARIANTS {
                problems.add(Reason::Invalid, &[], "a product has at most 2,048 variants");
            }
            let Some(selection) = chosen(whole, problems, told.values.as_deref().unwrap_or_default(), None)
            else {
                return Err(std::mem::take(problems).none().err().unwrap_or_else(|| super::not_found(&[])));
            };
            let row = new_variant(whole, selection, now);
            let id = row.id;
            whole.variants.push(row);
            Ok((finish(editing, id, &told, input).await?, id))
        })
    })
    .await
}

/// Changes a variant.
pub async fn update(
    app: &AppContext,
    _viewer: &Viewer,
    id: VariantId,
    version: Option<i32>,
    input: &VariantInput,
) -> Result<ProductId> {
    unraced(move || {
        Box::pin(async move {
            let told = input.checked()?;
            let mut editing = Editing::open_part(app, id, version, "id").await?;
            let (whole, problems) = editing.parts();
            if let Some(values) = &told.values {
                let selection = chosen(whole, problems, values, Some(id));
                let row = whole.variants.iter_mut().find(|row| row.id == id);
                if let (Some(selection), Some(row)) = (selection, row) {
                    select(row, selection);
                }
            }
            finish(editing, id, &told, input).await
        })
    })
    .await
}

/// The option values with these texts, where no other variant has the same.
fn chosen(
    whole: &mut Whole,
    problems: &mut Problems,
    values: &[String],
    own: Option<VariantId>,
) -> Option<Selection> {
    if values.len() != whole.options.len() {
        let message = format!("the product has {} options: name a value for each", whole.options.len());
        problems.add(Reason::Invalid, &[&"optionValues"], message);
        return None;
    }
    let selection = whole.select(values);
    if whole.options.iter().any(|choice| choice.values.len() > VALUES) {
        problems.add(Reason::Invalid, &[&"optionValues"], "an option has at most 100 values");
    }
    let others = whole.variants.iter().filter(|row| Some(row.id) != own);
    if others.into_iter().any(|row| selection_of(row) == selection) {
        problems.add(Reason::Taken, &[&"optionValues"], "another variant has these values");
    }
    problems.is_empty().then_some(selection)
}

async fn finish(
    mut editing: Editing<'_>,
    id: VariantId,
    told: &Told,
    input: &VariantInput,
) -> Result<ProductId> {
    let mut names = Names::default();
    if let Some(sku) = &told.fields.sku {
        names.sku(sku, None);
    }
    let known = Known::resolve(&editing.change, &names).await?;
    let (whole, problems) = editing.parts();
    let owner = told.fields.sku.as_ref().and_then(|sku| known.skus.get(sku));
    if owner.is_some_and(|(owner, _)| *owner != id) {
        problems.add(Reason::Taken, &[&"sku"], "another variant has this SKU");
    }
    let image = told.fields.media;
    if image.flatten().is_some_and(|image| whole.image(image).is_none()) {
        problems.add(Reason::NotFound, &[&"mediaId"], NOT_HERE);
    }
    fields::link_of(whole, id.0, &input.metafields, false);
    if let Some(row) = whole.variants.iter_mut().find(|row| row.id == id) {
        told.fields.tell(row);
        row.media_id = image.unwrap_or(row.media_id);
    }
    editing.save().await
}

/// Removes a variant with its prices, its stock and its custom data, and the option values that no other one has. The
/// last one stays.
pub async fn delete(
    app: &AppContext,
    _viewer: &Viewer,
    id: VariantId,
    version: Option<i32>,
) -> Result<ProductId> {
    let mut editing = Editing::open_part(app, id, version, "id").await?;
    let (whole, problems) = editing.parts();
    let gone = whole.variant(id).map(selection_of);
    whole.remove_variants(|row| row.id != id);
    if whole.variants.is_empty() {
        problems.add(
            Reason::InUse,
            &[&"id"],
            "a product keeps at least one variant: delete the product instead",
        );
    }
    let (gone, used) = (gone.unwrap_or_default(), whole.used_values());
    let gone: HashSet<_> = gone.into_iter().flatten().filter(|value| !used.contains(value)).collect();
    for choice in &mut whole.options {
        choice.values.retain(|value| !gone.contains(&value.id));
    }
    editing.save().await
}

/// Puts all variants of a product into another order.
pub async fn reorder(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    ids: &[VariantId],
) -> Result<ProductId> {
    let mut editing = Editing::open(app, product, version, "productId").await?;
    let (whole, problems) = editing.parts();
    if let Some(order) = places(problems, "variantIds", ids, whole.variants.iter().map(|row| row.id)) {
        whole.variants = order.iter().map(|from| whole.variants[*from].clone()).collect();
        for (row, position) in whole.variants.iter_mut().zip(1..) {
            row.position = position;
        }
    }
    editing.save().await
}
