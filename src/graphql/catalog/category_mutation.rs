//! Changing the category tree.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::id::CategoryId;

use super::category::Category;
use crate::graphql::access::Needs;
use crate::graphql::connection::Listed as _;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::loaders::CategoryById;
use crate::graphql::payload::{change, change_version, or_empty, or_none, payload, place as place_of};
use crate::services::catalog::categories::{delete, place, write};
use crate::services::catalog::shelf::{ShelfInput, ShelfTexts};
use crate::services::{Permission, Result};

/// Changing the category tree.
#[derive(Default)]
pub struct CategoryMutation;

/// A category that is to be.
#[derive(InputObject)]
pub struct CategoryCreateInput {
    /// The category that it is to be below; without one it is at the top of the tree. The tree is at most 10 deep.
    parent_id: Option<ID>,
    /// Its title: 1 to 255 characters.
    title: String,
    /// Its slug; without one it is made of the title.
    handle: Option<String>,
    /// Its description, without markup: at most 65,536 characters.
    description: Option<String>,
    /// Its title for search engines: at most 500 characters.
    seo_title: Option<String>,
    /// Its description for search engines: at most 500 characters.
    seo_description: Option<String>,
    /// Its place among its siblings, from 0; without one it is the last.
    position: Option<i32>,
}

/// What a category is to be. What is absent stays as it is.
#[derive(InputObject)]
pub struct CategoryUpdateInput {
    /// The category.
    id: ID,
    /// The version that you changed. With it, a category that somebody else changed meanwhile is not overwritten.
    version: Option<i32>,
    /// Its title: 1 to 255 characters.
    title: Option<String>,
    /// Its slug; the former one still leads to the category.
    handle: Option<String>,
    /// Its description, without markup: at most 65,536 characters; null for nothing.
    description: MaybeUndefined<String>,
    /// Its title for search engines: at most 500 characters; null for none.
    seo_title: MaybeUndefined<String>,
    /// Its description for search engines: at most 500 characters; null for none.
    seo_description: MaybeUndefined<String>,
    /// Its place among its siblings, from 0.
    position: Option<i32>,
}

/// Where a category is to go, with everything below it.
#[derive(InputObject)]
pub struct CategoryMoveInput {
    /// The category.
    id: ID,
    /// The version that you changed.
    version: Option<i32>,
    /// The category that it is to be below; null puts it at the top of the tree.
    parent_id: Option<ID>,
    /// Its place among its new siblings, from 0; without one it is the last.
    position: Option<i32>,
}

/// An order of siblings.
#[derive(InputObject)]
pub struct CategoriesReorderInput {
    /// The category that they are right below; null for those at the top of the tree.
    parent_id: Option<ID>,
    /// The categories in their order. Siblings that are not named follow as they were.
    ids: Vec<ID>,
}

/// A category that is to go.
#[derive(InputObject)]
pub struct CategoryDeleteInput {
    /// The category.
    id: ID,
    /// The version that you looked at.
    version: Option<i32>,
    /// Whether all categories below it go with it; else one that has others below it is not deleted.
    #[graphql(default)]
    with_descendants: bool,
}

/// A category's texts in another language, in place of those that were there. What is absent or null is taken from
/// the next language of the market.
#[derive(InputObject)]
pub struct CategoryTranslationSetInput {
    /// The category.
    id: ID,
    /// The language as a BCP 47 tag; not the shop's base language.
    language: String,
    /// Its title there: 1 to 255 characters.
    title: Option<String>,
    /// Its description there, without markup: at most 65,536 characters.
    description: Option<String>,
    /// Its title for search engines there: at most 500 characters.
    seo_title: Option<String>,
    /// Its description for search engines there: at most 500 characters.
    seo_description: Option<String>,
}

payload! {
    /// What became of a new category.
    CategoryCreatePayload {
        /// The category.
        category: Category,
    }

    /// What became of a change to a category.
    CategoryUpdatePayload {
        /// The category as it is now, also where it was in conflict.
        category: Category,
    }

    /// What became of moving a category.
    CategoryMovePayload {
        /// The category as it is now, also where it was in conflict.
        category: Category,
    }

    /// What became of ordering categories.
    CategoriesReorderPayload {
        /// The category that they are below; null at the top of the tree.
        parent: Category,
    }

    /// What became of deleting a category.
    CategoryDeletePayload {
        /// The id of the category that is gone.
        deleted_id: ID,
        /// The category as it is now, where it was in conflict.
        category: Category,
    }

    /// What became of translating a category.
    CategoryTranslationSetPayload {
        /// The category.
        category: Category,
    }
}

#[Object]
impl CategoryMutation {
    /// Adds a category.
    #[graphql(directive = Needs::apply(Permission::CategoriesWrite))]
    async fn category_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: CategoryCreateInput,
    ) -> Nullable<CategoryCreatePayload> {
        change(ctx, async {
            let parent = parent(input.parent_id.as_ref())?;
            let wish = ShelfInput {
                handle: input.handle,
                title: Some(input.title),
                description: input.description,
                seo_title: Some(input.seo_title),
                seo_description: Some(input.seo_description),
                position: place_of(input.position, &[&"position"])?,
            };
            let id = write::create(ctx.app(), ctx.viewer(), parent, wish).await?;
            Ok(CategoryCreatePayload { category: read(ctx, id).await?, ..Default::default() })
        })
        .await
    }

    /// Changes a category.
    #[graphql(directive = Needs::apply(Permission::CategoriesWrite))]
    async fn category_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: CategoryUpdateInput,
    ) -> Nullable<CategoryUpdatePayload> {
        let id = id::named(&input.id, &[&"id"]);
        let told =
            async |id| Ok(CategoryUpdatePayload { category: read(ctx, id).await?, ..Default::default() });
        let work = async {
            let id = id.clone()?;
            let wish = ShelfInput {
                handle: input.handle,
                title: input.title,
                description: or_empty(input.description),
                seo_title: or_none(input.seo_title),
                seo_description: or_none(input.seo_description),
                position: place_of(input.position, &[&"position"])?,
            };
            write::update(ctx.app(), ctx.viewer(), id, input.version, wish).await?;
            told(id).await
        };
        change_version(ctx, work, async { told(id.clone()?).await }).await
    }

    /// Moves a category with everything below it. Products are found in their new place in the next read where there
    /// are no more than 250 in the branch, else within seconds.
    #[graphql(directive = Needs::apply(Permission::CategoriesWrite))]
    async fn category_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to go where.")] input: CategoryMoveInput,
    ) -> Nullable<CategoryMovePayload> {
        let id = id::named(&input.id, &[&"id"]);
        let told =
            async |id| Ok(CategoryMovePayload { category: read(ctx, id).await?, ..Default::default() });
        let work = async {
            let id = id.clone()?;
            let parent = parent(input.parent_id.as_ref())?;
            let position = place_of(input.position, &[&"position"])?;
            place::relocate(ctx.app(), ctx.viewer(), id, input.version, parent, position).await?;
            told(id).await
        };
        change_version(ctx, work, async { told(id.clone()?).await }).await
    }

    /// Puts sibling categories in order.
    #[graphql(directive = Needs::apply(Permission::CategoriesWrite))]
    async fn categories_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and in which order.")] input: CategoriesReorderInput,
    ) -> Nullable<CategoriesReorderPayload> {
        change(ctx, async {
            let parent = parent(input.parent_id.as_ref())?;
            let ids = id::all_named(&input.ids, "ids")?;
            place::reorder(ctx.app(), ctx.viewer(), parent, &ids).await?;
            let parent = match parent {
                Some(parent) => read(ctx, parent).await?,
                None => None,
            };
            Ok(CategoriesReorderPayload { parent, ..Default::default() })
        })
        .await
    }

    /// Deletes a category. Products that were in it stay.
    #[graphql(directive = Needs::apply(Permission::CategoriesWrite))]
    async fn category_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to go.")] input: CategoryDeleteInput,
    ) -> Nullable<CategoryDeletePayload> {
        let id = id::named(&input.id, &[&"id"]);
        let work = async {
            let id = id.clone()?;
            delete::delete(ctx.app(), ctx.viewer(), id, input.version, input.with_descendants).await?;
            Ok(CategoryDeletePayload { deleted_id: Some(id::show(id)), ..Default::default() })
        };
        let current = async {
            Ok(CategoryDeletePayload { category: read(ctx, id.clone()?).await?, ..Default::default() })
        };
        change_version(ctx, work, current).await
    }

    /// Translates a category; without any text its translation is removed.
    #[graphql(directive = Needs::apply(Permission::TranslationsWrite))]
    async fn category_translation_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Into which language, and how.")] input: CategoryTranslationSetInput,
    ) -> Nullable<CategoryTranslationSetPayload> {
        change(ctx, async {
            let id = id::named(&input.id, &[&"id"])?;
            let texts = ShelfTexts {
                title: input.title,
                description: input.description,
                seo_title: input.seo_title,
                seo_description: input.seo_description,
            };
            write::translate(ctx.app(), ctx.viewer(), id, &input.language, texts).await?;
            Ok(CategoryTranslationSetPayload { category: read(ctx, id).await?, ..Default::default() })
        })
        .await
    }
}

fn parent(id: Option<&ID>) -> Result<Option<CategoryId>> {
    id.map(|id| id::named(id, &[&"parentId"])).transpose()
}

async fn read(ctx: &Context<'_>, id: CategoryId) -> Result<Option<Category>> {
    Ok(ctx.load(CategoryById(id)).await?.map(Category::of))
}
