//! Changing collections.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::id::CollectionId;

use super::collection::Collection;
use crate::graphql::access::Needs;
use crate::graphql::connection::Listed as _;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::loaders::CollectionById;
use crate::graphql::payload::{Payload, change, change_version, or_empty, or_none, payload, place};
use crate::services::catalog::collections::members::{self, Edit};
use crate::services::catalog::collections::write;
use crate::services::catalog::shelf::{ShelfInput, ShelfTexts};
use crate::services::{Permission, Result};

/// Changing collections.
#[derive(Default)]
pub struct CollectionMutation;

/// A collection that is to be.
#[derive(InputObject)]
pub struct CollectionCreateInput {
    /// Its title: 1 to 255 characters.
    title: String,
    /// Its slug; without one it is made of the title.
    handle: Option<String>,
    /// Its description as HTML, from which scripts, styles, frames and forms are removed: at most 65,536 characters.
    description_html: Option<String>,
    /// Its title for search engines: at most 500 characters.
    seo_title: Option<String>,
    /// Its description for search engines: at most 500 characters.
    seo_description: Option<String>,
    /// Its place among the collections, from 0; without one it is the last.
    position: Option<i32>,
}

/// What a collection is to be. What is absent stays as it is.
#[derive(InputObject)]
pub struct CollectionUpdateInput {
    /// The collection.
    id: ID,
    /// The version that you changed. With it, a collection that somebody else changed meanwhile is not overwritten.
    version: Option<i32>,
    /// Its title: 1 to 255 characters.
    title: Option<String>,
    /// Its slug; the former one still leads to the collection.
    handle: Option<String>,
    /// Its description as HTML: at most 65,536 characters; null for nothing.
    description_html: MaybeUndefined<String>,
    /// Its title for search engines: at most 500 characters; null for none.
    seo_title: MaybeUndefined<String>,
    /// Its description for search engines: at most 500 characters; null for none.
    seo_description: MaybeUndefined<String>,
    /// Its place among the collections, from 0.
    position: Option<i32>,
}

/// A collection that is to go.
#[derive(InputObject)]
pub struct CollectionDeleteInput {
    /// The collection.
    id: ID,
    /// The version that you looked at.
    version: Option<i32>,
}

/// Products that are to join a collection.
#[derive(InputObject)]
pub struct CollectionAddProductsInput {
    /// The collection.
    id: ID,
    /// The version that you changed.
    version: Option<i32>,
    /// The products in their order: 1 to 250. Those that are in the collection already stay where they are.
    product_ids: Vec<ID>,
    /// The place of the first of them, from 0; without one they come last.
    position: Option<i32>,
}

/// Products that are to leave a collection.
#[derive(InputObject)]
pub struct CollectionRemoveProductsInput {
    /// The collection.
    id: ID,
    /// The version that you changed.
    version: Option<i32>,
    /// The products: 1 to 250. Those that are not in the collection are passed over.
    product_ids: Vec<ID>,
}

/// A product's new place in a collection.
#[derive(InputObject)]
pub struct CollectionMoveInput {
    /// The product.
    product_id: ID,
    /// Its place, from 0.
    position: i32,
}

/// Products that are to go to other places in a collection.
#[derive(InputObject)]
pub struct CollectionReorderProductsInput {
    /// The collection.
    id: ID,
    /// The version that you changed.
    version: Option<i32>,
    /// Which product goes where, one after the other: 1 to 250.
    moves: Vec<CollectionMoveInput>,
}

/// A collection's texts in another language, in place of those that were there. What is absent or null is taken from
/// the next language of the market.
#[derive(InputObject)]
pub struct CollectionTranslationSetInput {
    /// The collection.
    id: ID,
    /// The language as a BCP 47 tag; not the shop's base language.
    language: String,
    /// Its title there: 1 to 255 characters.
    title: Option<String>,
    /// Its description there as HTML: at most 65,536 characters.
    description_html: Option<String>,
    /// Its title for search engines there: at most 500 characters.
    seo_title: Option<String>,
    /// Its description for search engines there: at most 500 characters.
    seo_description: Option<String>,
}

payload! {
    /// What became of a new collection.
    CollectionCreatePayload {
        /// The collection.
        collection: Collection,
    }

    /// What became of a change to a collection.
    CollectionUpdatePayload {
        /// The collection as it is now, also where it was in conflict.
        collection: Collection,
    }

    /// What became of deleting a collection.
    CollectionDeletePayload {
        /// The id of the collection that is gone.
        deleted_id: ID,
        /// The collection as it is now, where it was in conflict.
        collection: Collection,
    }

    /// What became of adding products to a collection.
    CollectionAddProductsPayload {
        /// The collection as it is now, also where it was in conflict.
        collection: Collection,
    }

    /// What became of removing products from a collection.
    CollectionRemoveProductsPayload {
        /// The collection as it is now, also where it was in conflict.
        collection: Collection,
    }

    /// What became of moving products within a collection.
    CollectionReorderProductsPayload {
        /// The collection as it is now, also where it was in conflict.
        collection: Collection,
    }

    /// What became of translating a collection.
    CollectionTranslationSetPayload {
        /// The collection.
        collection: Collection,
    }
}

#[Object]
impl CollectionMutation {
    /// Makes a collection, without products yet.
    #[graphql(directive = Needs::apply(Permission::CollectionsWrite))]
    async fn collection_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: CollectionCreateInput,
    ) -> Nullable<CollectionCreatePayload> {
        change(ctx, async {
            let wish = ShelfInput {
                handle: input.handle,
                title: Some(input.title),
                description: input.description_html,
                seo_title: Some(input.seo_title),
                seo_description: Some(input.seo_description),
                position: place(input.position, &[&"position"])?,
            };
            let id = write::create(ctx.app(), ctx.viewer(), wish).await?;
            Ok(CollectionCreatePayload { collection: read(ctx, id).await?, ..Default::default() })
        })
        .await
    }

    /// Changes a collection.
    #[graphql(directive = Needs::apply(Permission::CollectionsWrite))]
    async fn collection_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: CollectionUpdateInput,
    ) -> Nullable<CollectionUpdatePayload> {
        let id = id::named(&input.id, &[&"id"]);
        let work = async {
            let wish = ShelfInput {
                handle: input.handle,
                title: input.title,
                description: or_empty(input.description_html),
                seo_title: or_none(input.seo_title),
                seo_description: or_none(input.seo_description),
                position: place(input.position, &[&"position"])?,
            };
            Box::pin(write::update(ctx.app(), ctx.viewer(), id.clone()?, input.version, wish)).await
        };
        told(ctx, &id, work, |collection| CollectionUpdatePayload { collection, ..Default::default() }).await
    }

    /// Deletes a collection. Its products stay.
    #[graphql(directive = Needs::apply(Permission::CollectionsWrite))]
    async fn collection_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to go.")] input: CollectionDeleteInput,
    ) -> Nullable<CollectionDeletePayload> {
        let id = id::named(&input.id, &[&"id"]);
        let work = async {
            let id = id.clone()?;
            write::delete(ctx.app(), ctx.viewer(), id, input.version).await?;
            Ok(CollectionDeletePayload { deleted_id: Some(id::show(id)), ..Default::default() })
        };
        let current = async {
            Ok(CollectionDeletePayload { collection: read(ctx, id.clone()?).await?, ..Default::default() })
        };
        change_version(ctx, work, current).await
    }

    /// Adds products to a collection.
    #[graphql(directive = Needs::apply(Permission::CollectionsWrite))]
    async fn collection_add_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and where.")] input: CollectionAddProductsInput,
    ) -> Nullable<CollectionAddProductsPayload> {
        let id = id::named(&input.id, &[&"id"]);
        let work = async {
            let products = id::all_named(&input.product_ids, "productIds")?;
            let edit = Edit::Add(products, place(input.position, &[&"position"])?);
            members::edit(ctx.app(), ctx.viewer(), id.clone()?, input.version, edit).await
        };
        told(ctx, &id, work, |collection| CollectionAddProductsPayload { collection, ..Default::default() })
            .await
    }

    /// Removes products from a collection.
    #[graphql(directive = Needs::apply(Permission::CollectionsWrite))]
    async fn collection_remove_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CollectionRemoveProductsInput,
    ) -> Nullable<CollectionRemoveProductsPayload> {
        let id = id::named(&input.id, &[&"id"]);
        let work = async {
            let edit = Edit::Remove(id::all_named(&input.product_ids, "productIds")?);
            members::edit(ctx.app(), ctx.viewer(), id.clone()?, input.version, edit).await
        };
        let payload = |collection| CollectionRemoveProductsPayload { collection, ..Default::default() };
        told(ctx, &id, work, payload).await
    }

    /// Moves products to other places within a collection.
    #[graphql(directive = Needs::apply(Permission::CollectionsWrite))]
    async fn collection_reorder_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and where to.")] input: CollectionReorderProductsInput,
    ) -> Nullable<CollectionReorderProductsPayload> {
        let id = id::named(&input.id, &[&"id"]);
        let work = async {
            let step = |(index, step): (usize, &CollectionMoveInput)| {
                let product = id::named(&step.product_id, &[&"moves", &index, &"productId"])?;
                let to = place(Some(step.position), &[&"moves", &index, &"position"])?;
                Ok((product, to.unwrap_or_default()))
            };
            let edit = Edit::Move(input.moves.iter().enumerate().map(step).collect::<Result<_>>()?);
            members::edit(ctx.app(), ctx.viewer(), id.clone()?, input.version, edit).await
        };
        let payload = |collection| CollectionReorderProductsPayload { collection, ..Default::default() };
        told(ctx, &id, work, payload).await
    }

    /// Translates a collection; without any text its translation is removed.
    #[graphql(directive = Needs::apply(Permission::TranslationsWrite))]
    async fn collection_translation_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Into which language, and how.")] input: CollectionTranslationSetInput,
    ) -> Nullable<CollectionTranslationSetPayload> {
        change(ctx, async {
            let id = id::named(&input.id, &[&"id"])?;
            let texts = ShelfTexts {
                title: input.title,
                description: input.description_html,
                seo_title: input.seo_title,
                seo_description: input.seo_description,
            };
            write::translate(ctx.app(), ctx.viewer(), id, &input.language, texts).await?;
            Ok(CollectionTranslationSetPayload { collection: read(ctx, id).await?, ..Default::default() })
        })
        .await
    }
}

/// Makes a change to a collection and tells what it is then, or what it is where it was in conflict.
async fn told<P: Payload>(
    ctx: &Context<'_>,
    id: &Result<CollectionId>,
    work: impl Future<Output = Result<()>>,
    payload: impl Fn(Option<Collection>) -> P,
) -> Nullable<P> {
    let current = async || Ok(payload(read(ctx, id.clone()?).await?));
    let work = async {
        work.await?;
        current().await
    };
    change_version(ctx, work, current()).await
}

async fn read(ctx: &Context<'_>, id: CollectionId) -> Result<Option<Collection>> {
    Ok(ctx.load(CollectionById(id)).await?.map(Collection::of))
}
