//! Products themselves: made, changed.

use entity::id::{CategoryId, Id as _, ProductId};

use super::fields::{self, Fields};
use super::{Editing, NOT_HERE, unraced};
use crate::services::catalog::draft::MetafieldDraft;
use crate::services::catalog::whole::{Known, NO_CHOICE, Names, Whole, new_variant};
use crate::services::problem::{Problems, Reason};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Error, Permission, Result, Viewer};

/// What is told of a product.
#[derive(Clone, Debug, Default)]
pub struct ProductInput {
    /// Its own fields.
    pub fields: Fields,
    /// Its categories, all of them, the main one first.
    pub categories: Option<Vec<CategoryId>>,
    /// Custom data to set.
    pub metafields: Vec<MetafieldDraft>,
}

impl ProductInput {
    fn checked(&self, problems: &mut Problems) -> Fields {
        if let Some(categories) = &self.categories {
            fields::category_ids(problems, &[&"categoryIds"], categories);
        }
        fields::metafield(problems, &[&"metafields"], &self.metafields);
        self.fields.checked(problems, &[])
    }
}

/// Makes a product with one variant, which has no price yet; it is published nowhere.
pub async fn create(app: &AppContext, _viewer: &Viewer, input: &ProductInput) -> Result<ProductId> {
    unraced(move || {
        Box::pin(async move {
            let mut problems = Problems::default();
            let told = input.checked(&mut problems);
            if told.title.is_none() {
                problems.add(Reason::Invalid, &[&"title"], "a product needs a title");
            }
            if let Some(handle) = &told.handle {
                fields::handle(&mut problems, &[&"handle"], handle, None);
            }
            problems.none()?;
            let title = told.title.clone().unwrap_or_default();
            let mut editing = Editing::new(app, |change| plain(&title, change)).await?;
            let handle = match &told.handle {
                Some(handle) => handle.clone(),
                None => free_handle(&editing.change, &title).await?,
            };
            editing.whole().product.handle = handle;
            finish(editing, &told, input).await
        })
    })
    .await
}

fn plain(title: &str, change: &Change<'_>) -> Whole {
    let mut whole = Whole::new("", title, change.now);
    whole.add_option(NO_CHOICE.0);
    let selection = whole.select(&[NO_CHOICE.1.to_owned()]);
    let variant = new_variant(&whole, selection, change.now);
    whole.variants.push(variant);
    whole
}

/// Changes a product. A former handle leads to it from now on.
pub async fn update(
    app: &AppContext,
    _viewer: &Viewer,
    id: ProductId,
    version: Option<i32>,
    input: &ProductInput,
) -> Result<ProductId> {
    unraced(move || {
        Box::pin(async move {
            let mut problems = Problems::default();
            let told = input.checked(&mut problems);
            problems.none()?;
            let mut editing = Editing::open(app, id, version, "id").await?;
            if let Some(new) = &told.handle {
                let (whole, problems) = editing.parts();
                fields::handle(problems, &[&"handle"], new, Some(&whole.product.handle));
                whole.product.handle.clone_from(new);
            }
            finish(editing, &told, input).await
        })
    })
    .await
}

async fn finish(mut editing: Editing<'_>, told: &Fields, input: &ProductInput) -> Result<ProductId> {
    if !editing.problems.is_empty() {
        return editing.save().await;
    }
    let handle = editing.whole().product.handle.clone();
    let owner = handle_owner(&editing.change, &handle).await?;
    let (whole, problems) = editing.parts();
    if owner.is_some_and(|owner| owner != whole.id()) {
        problems.add(Reason::Taken, &[&"handle"], "another product has this handle");
    }
    let mut names = Names::default();
    fields_names(&mut names, told, Some(whole));
    let known = Known::resolve(&editing.change, &names).await?;
    if let Some(ids) = &input.categories {
        let there = categories(&editing.change, ids).await?;
        let (whole, problems) = editing.parts();
        for (index, id) in ids.iter().enumerate() {
            if !there.iter().any(|(known, _)| known == id) {
                problems.add(Reason::NotFound, &[&"categoryIds", &index], NOT_HERE);
            }
        }
        let of = |id: &CategoryId| there.iter().find(|(known, _)| known == id).cloned();
        whole.categories = ids.iter().filter_map(of).collect();
    }
    let whole = editing.whole();
    told.tell(whole, &known);
    fields::link_of(whole, whole.id().uuid(), &input.metafields, false);
    editing.save().await
}

/// Notes the names that fields tell of.
pub fn fields_names<'a>(names: &mut Names<'a>, told: &'a Fields, of: Option<&Whole>) {
    if let Some(vendor) = &told.vendor {
        names.vendor(vendor, of);
    }
    if let Some(product_type) = &told.product_type {
        names.product_type(product_type, of);
    }
    told.tags.iter().flatten().for_each(|tag| names.tag(tag, of));
}

async fn handle_owner(change: &Change<'_>, handle: &str) -> Result<Option<ProductId>> {
    static OWNER: Sql = Sql::new("SELECT id FROM product WHERE handle = $1");
    let row = OWNER.one(&change.tx, [handle.into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

async fn categories(change: &Change<'_>, ids: &[CategoryId]) -> Result<Vec<(CategoryId, String)>> {
    static HANDLES: Sql = Sql::new("SELECT c.id, c.handle FROM {uuids $1} k JOIN category c ON c.id = k.id");
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = HANDLES.all(&change.tx, [uuids(change.engine(), ids.iter().map(|id| id.uuid()))]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, sea_orm::DbErr>>()?)
}

/// The title as a handle that no product has, nor had; a number tells namesakes apart.
async fn free_handle(change: &Change<'_>, title: &str) -> Result<String> {
    static TAKEN: Sql = Sql::new(
        "SELECT handle FROM product WHERE handle >= $1 AND handle < $2 \
         UNION SELECT handle FROM handle_redirect WHERE kind = 0 AND handle >= $1 AND handle < $2",
    );
    let lower = title.to_lowercase();
    let words =
        lower.split(|c: char| !c.is_alphanumeric() || c.is_uppercase()).filter(|word| !word.is_empty());
    let mut wanted = words.collect::<Vec<_>>().join("-");
    // A few bytes stay for a number.
    while wanted.len() > 240 {
        wanted.pop();
    }
    let wanted = wanted.trim_matches('-').to_owned();
    if wanted.is_empty() {
        return Ok(format!("product-{}", ProductId::generate().0.simple()));
    }
    // Everything that begins so sorts before the same followed by `.`, the character after `-`.
    let rows = TAKEN.all(&change.tx, [wanted.clone().into(), format!("{wanted}.").into()]).await?;
    let taken = rows.iter().map(|row| row.try_get_by_index(0));
    let taken = taken.collect::<std::result::Result<std::collections::HashSet<String>, _>>()?;
    let numbered = (2..).map(|number: u32| format!("{wanted}-{number}"));
    let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
    Ok(candidates.find(|handle| !taken.contains(handle)).unwrap_or(wanted))
}

/// Refuses where the viewer lacks the right.
pub fn require(viewer: &Viewer, permission: Permission) -> Result<()> {
    if viewer.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
}
