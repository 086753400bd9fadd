//! The sample shop: what a frontend developer sees first.

mod art;
mod drafts;
mod files;
mod products;
mod shelves;
#[cfg(test)]
mod tests;
mod texts;

use std::path::Path;

use self::files::Sample;
use super::empty;
use crate::services::{AppContext, Result};

/// What the sample shop has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Products, those that nobody sees included.
    pub products: u64,
    /// Their variants.
    pub variants: u64,
    /// Their images, each a file.
    pub images: u64,
    /// Categories.
    pub categories: u64,
    /// Collections.
    pub collections: u64,
    /// Reviews, pending ones included.
    pub reviews: u64,
}

/// Fills an empty shop with the sample shop, and the folder `media` with its images: all of it or nothing.
///
/// Dates are days before and after now, so that the shop is always fresh.
///
/// # Errors
/// `BadRequest` where the shop is not empty.
pub async fn sample(app: &AppContext, media: &Path) -> Result<Summary> {
    let Sample { shop, categories, collections, reviewers, products } = Sample::read()?;
    let change = app.begin().await?;
    empty::of_everything(&change.tx).await?;
    art::draw(&products, media).await?;

    let counters = shelves::open(&change, &shop).await?;
    let number_of_categories = shelves::add_categories(&change, &categories).await?;
    let ids = products::add(&change, &products, &counters, &drafts::paths(&categories)).await?;
    texts::translate(&change, &shop, &products, &ids).await?;
    let by_handle = products.iter().map(|product| product.handle.as_str()).zip(ids.iter().copied());
    shelves::add_collections(&change, &collections, &by_handle.collect()).await?;
    let people = shelves::add_reviewers(&change, &reviewers).await?;
    let number_of_reviews = products::add_reviews(&change, &products, &ids, &people).await?;
    change.commit().await?;
    app.refresh_markets().await?;
    Ok(Summary {
        products: products.len() as u64,
        variants: products.iter().map(|product| product.variants.len() as u64).sum(),
        images: products.iter().map(|product| product.media.len() as u64).sum(),
        categories: number_of_categories,
        collections: collections.len() as u64,
        reviews: number_of_reviews,
    })
}
