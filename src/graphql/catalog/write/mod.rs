//! Changing products: what a back office does.

mod custom_data;
mod inputs;
mod media;
mod options;
mod products;
mod publishing;
mod set;
mod translations;
mod variants;

use std::fmt::Display;

use async_graphql::{Context, ID, MergedObject};
use entity::id::{Id, MediaId, ProductId, ProductOptionId, VariantId};

use self::custom_data::CustomDataMutation;
pub use self::inputs::ProductStatus;
use self::media::MediaMutation;
use self::options::OptionMutation;
use self::products::ProductMutation;
use self::publishing::PublishingMutation;
use self::set::ProductSetMutation;
use self::translations::TranslationMutation;
use self::variants::VariantMutation;
use super::{Media, Product, Variant};
use crate::graphql::connection::Listed as _;
use crate::graphql::context::ContextExt;
use crate::graphql::id;
use crate::graphql::loaders::{MediaById, ProductById, VariantById};
use crate::services::Result;
use crate::services::catalog::write::{Part, not_found};

/// Makes a change and tells the product as it is then; where the version that was told is not the current one, as it is
/// now.
macro_rules! tell_product {
    ($ctx:ident, $payload:ident, $named:expr, $work:expr) => {{
        let named = $named;
        let work = async {
            let id = $work;
            Ok($payload {
                product: $crate::graphql::catalog::write::product($ctx, Some(id)).await?,
                ..Default::default()
            })
        };
        let current = async {
            let product = $crate::graphql::catalog::write::product_with($ctx, named).await?;
            Ok($payload { product, ..Default::default() })
        };
        $crate::graphql::payload::change_version($ctx, work, current).await
    }};
}

use tell_product;

/// Changing products.
#[derive(MergedObject, Default)]
pub struct CatalogMutation(
    ProductMutation,
    PublishingMutation,
    OptionMutation,
    VariantMutation,
    MediaMutation,
    CustomDataMutation,
    TranslationMutation,
    ProductSetMutation,
);

/// The id that an input names in a field; one of another kind names nothing.
fn wanted<I: Id>(id: &ID, path: &[&dyn Display]) -> Result<I> {
    id::read(id).ok_or_else(|| not_found(path))
}

/// The ids that an input lists in a field.
fn all_wanted<I: Id>(ids: &[ID], field: &str) -> Result<Vec<I>> {
    ids.iter().enumerate().map(|(index, id)| wanted(id, &[&field, &index])).collect()
}

/// The part of a product that an id names.
fn part(id: &ID, field: &str) -> Result<Part> {
    let read = |kinds: &[fn(&ID) -> Option<Part>]| kinds.iter().find_map(|read| read(id));
    let known = read(&[
        |id| id::read::<ProductId>(id).map(Part::Product),
        |id| id::read::<ProductOptionId>(id).map(Part::Option),
        |id| id::read::<entity::id::OptionValueId>(id).map(Part::Value),
        |id| id::read::<VariantId>(id).map(Part::Variant),
        |id| id::read::<MediaId>(id).map(Part::Media),
    ]);
    known.ok_or_else(|| not_found(&[&field]))
}

/// A product as it is now, where the viewer may see it.
async fn product(ctx: &Context<'_>, id: Option<ProductId>) -> Result<Option<Product>> {
    let Some(id) = id else { return Ok(None) };
    Ok(ctx.load(ProductById(id)).await?.map(Product::of))
}

async fn variant(ctx: &Context<'_>, id: Option<VariantId>) -> Result<Option<Variant>> {
    let Some(id) = id else { return Ok(None) };
    Variant::visible(ctx, ctx.load(VariantById(id)).await?).await
}

async fn image(ctx: &Context<'_>, id: Option<MediaId>) -> Result<Option<Media>> {
    let Some(id) = id else { return Ok(None) };
    Media::visible(ctx, ctx.load(MediaById(id)).await?).await
}

/// The product that something belongs to, as it is now.
async fn product_with(ctx: &Context<'_>, of: Option<Part>) -> Result<Option<Product>> {
    let owner = match of {
        Some(part) => part.product(ctx.app()).await?,
        None => None,
    };
    product(ctx, owner).await
}
