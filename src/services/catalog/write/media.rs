//! Images of a product.

use entity::catalog::media;
use entity::id::{MediaId, ProductId};

use super::options::places;
use super::{Editing, fields};
use crate::services::catalog::bounds::{ALT, IMAGES};
use crate::services::catalog::whole::next;
use crate::services::problem::{Problems, Reason};
use crate::services::{AppContext, Result, Viewer, text};

/// Adds an image after the others, by its address. Answers the product and the image.
pub async fn create(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    url: &str,
    alt: &str,
) -> Result<(ProductId, MediaId)> {
    let mut problems = Problems::default();
    fields::address(&mut problems, &[&"url"], url);
    let alt = text::line(&mut problems, &[&"alt"], alt, 0..=ALT).unwrap_or_default();
    problems.none()?;
    let mut editing = Editing::open(app, product, version, "productId").await?;
    let now = editing.change.now;
    let (whole, problems) = editing.parts();
    if whole.media.len() >= IMAGES {
        problems.add(Reason::Invalid, &[], format!("a product has at most {IMAGES} images"));
    }
    if whole.media.iter().any(|row| row.url == url) {
        problems.add(Reason::Taken, &[&"url"], "the product shows this image already");
    }
    let row = media::Model {
        id: MediaId::generate(),
        product_id: product,
        position: next(whole.media.iter().map(|row| row.position)),
        url: url.to_owned(),
        alt,
        width: None,
        height: None,
        mime_type: None,
        created_at: now,
    };
    let id = row.id;
    whole.media.push(row);
    Ok((editing.save().await?, id))
}

/// Changes what an image is said to show; an empty text says nothing.
pub async fn update(
    app: &AppContext,
    _viewer: &Viewer,
    id: MediaId,
    version: Option<i32>,
    alt: &str,
) -> Result<ProductId> {
    let mut problems = Problems::default();
    let alt = text::line(&mut problems, &[&"alt"], alt, 0..=ALT).unwrap_or_default();
    problems.none()?;
    let mut editing = Editing::open_part(app, id, version, "id").await?;
    if let Some(row) = editing.whole().media.iter_mut().find(|row| row.id == id) {
        row.alt = alt;
    }
    editing.save().await
}

/// Removes an image; variants that showed it show none of their own.
pub async fn delete(
    app: &AppContext,
    _viewer: &Viewer,
    id: MediaId,
    version: Option<i32>,
) -> Result<ProductId> {
    let mut editing = Editing::open_part(app, id, version, "id").await?;
    editing.whole().remove_media(|row| row.id != id);
    editing.save().await
}

/// Puts all images of a product into another order.
pub async fn reorder(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    ids: &[MediaId],
) -> Result<ProductId> {
    let mut editing = Editing::open(app, product, version, "productId").await?;
    let (whole, problems) = editing.parts();
    if let Some(order) = places(problems, "mediaIds", ids, whole.media.iter().map(|row| row.id)) {
        whole.media = order.iter().map(|from| whole.media[*from].clone()).collect();
        for (row, position) in whole.media.iter_mut().zip(1..) {
            row.position = position;
        }
    }
    editing.save().await
}
