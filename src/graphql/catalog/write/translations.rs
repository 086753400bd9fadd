//! What products say in other languages.

use async_graphql::{Context, ID, InputObject, Object};

use super::{part, tell_product, wanted};
use crate::graphql::access::Needs;
use crate::graphql::catalog::Product;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::payload::payload;
use crate::services::Permission;
use crate::services::catalog::write::translations::{self, Texts};
use crate::services::catalog::write::{Part, not_found};

/// Translating products.
#[derive(Default)]
pub struct TranslationMutation;

/// A product's texts in another language, in place of those that were there. What is absent or null is told in the next
/// language of the market that has it, at last in the base language. Tell at least one.
#[derive(InputObject)]
pub struct ProductTranslationSetInput {
    /// The product.
    product_id: ID,
    /// The language, one that a market speaks: a BCP 47 tag such as `de`.
    language: String,
    /// Its title: at most 255 characters.
    title: Option<String>,
    /// Its description as HTML, at most 512 KiB. Scripts, styles, frames and forms are removed; of
    /// more than 5,000 tags only the words stay.
    description_html: Option<String>,
    /// Title for search engines: at most 255 characters.
    seo_title: Option<String>,
    /// Description for search engines: at most 1,000 characters.
    seo_description: Option<String>,
}

/// What a part of a product is called in another language.
#[derive(InputObject)]
pub struct ProductPartTranslationSetInput {
    /// An option (`optionId`), an option value (`valueId`) or an image.
    id: ID,
    /// The language, one that a market speaks: a BCP 47 tag such as `de`.
    language: String,
    /// The option's name, the value, or what the image shows: 1 to 255 characters.
    text: String,
}

/// A translation that is to go.
#[derive(InputObject)]
pub struct ProductTranslationDeleteInput {
    /// The product, or one of its options, option values or images.
    id: ID,
    /// The language: a BCP 47 tag such as `de`.
    language: String,
}

payload! {
    /// What became of a product's translation.
    ProductTranslationSetPayload {
        /// The product, in the language of the request.
        product: Product,
    }
    /// What became of the translation of a part of a product.
    ProductPartTranslationSetPayload {
        /// The product, in the language of the request.
        product: Product,
    }
    /// What became of a translation that was to go.
    ProductTranslationDeletePayload {
        /// The product, in the language of the request.
        product: Product,
    }
}

#[Object]
impl TranslationMutation {
    /// Says what a product's texts are in another language.
    #[graphql(directive = Needs::apply(Permission::TranslationsWrite))]
    async fn product_translation_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The texts.")] input: ProductTranslationSetInput,
    ) -> Nullable<ProductTranslationSetPayload> {
        tell_product!(ctx, ProductTranslationSetPayload, None, {
            let id = wanted(&input.product_id, &[&"productId"])?;
            let texts = Texts {
                name: input.title,
                description_html: input.description_html,
                seo_title: input.seo_title,
                seo_description: input.seo_description,
            };
            translations::set(ctx.app(), ctx.viewer(), Part::Product(id), &input.language, &texts).await?
        })
    }

    /// Says what an option, one of its values, or an image is called in another language.
    #[graphql(directive = Needs::apply(Permission::TranslationsWrite))]
    async fn product_part_translation_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text.")] input: ProductPartTranslationSetInput,
    ) -> Nullable<ProductPartTranslationSetPayload> {
        tell_product!(ctx, ProductPartTranslationSetPayload, None, {
            let part = part(&input.id, "id")?;
            if matches!(part, Part::Product(_) | Part::Variant(_)) {
                return Err(not_found(&[&"id"]));
            }
            let texts = Texts { name: Some(input.text), ..Texts::default() };
            translations::set(ctx.app(), ctx.viewer(), part, &input.language, &texts).await?
        })
    }

    /// Takes back what a product or a part of it is called in another language. What is not there is no problem.
    #[graphql(directive = Needs::apply(Permission::TranslationsWrite))]
    async fn product_translation_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The translation.")] input: ProductTranslationDeleteInput,
    ) -> Nullable<ProductTranslationDeletePayload> {
        tell_product!(ctx, ProductTranslationDeletePayload, None, {
            let part = part(&input.id, "id")?;
            translations::delete(ctx.app(), ctx.viewer(), part, &input.language).await?
        })
    }
}
