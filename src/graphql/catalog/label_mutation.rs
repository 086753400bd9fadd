//! Changing names that many products share: tags, vendors, product types.

use async_graphql::{Context, InputObject, Object};

use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::payload::{change, payload};
use crate::services::catalog::labels::{self, Label};
use crate::services::{Permission, Result};

/// Changing names that many products share.
#[derive(Default)]
pub struct LabelMutation;

/// A name that is to be another one, on all products that have it.
#[derive(InputObject)]
pub struct LabelRenameInput {
    /// The name as it is.
    name: String,
    /// The name as it is to be: 1 to 255 characters.
    new_name: String,
    /// Where the new name is there already: whether the two become one.
    #[graphql(default)]
    merge: bool,
}

/// A name that is to be taken off all products that have it.
#[derive(InputObject)]
pub struct LabelDeleteInput {
    /// The name.
    name: String,
}

payload! {
    /// What became of renaming a tag, a vendor or a product type.
    LabelRenamePayload {
        /// The name now.
        name: String,
        /// How many products it is about. More than 250 are brought up to date within seconds, fewer at once.
        product_count: i32,
    }

    /// What became of deleting a tag, a vendor or a product type.
    LabelDeletePayload {
        /// How many products had it. More than 250 are brought up to date within seconds, fewer at once.
        product_count: i32,
    }
}

#[Object]
impl LabelMutation {
    /// Renames a tag.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn tag_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how.")] input: LabelRenameInput,
    ) -> Nullable<LabelRenamePayload> {
        change(ctx, rename(ctx, Label::Tag, input)).await
    }

    /// Deletes a tag.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn tag_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: LabelDeleteInput,
    ) -> Nullable<LabelDeletePayload> {
        change(ctx, delete(ctx, Label::Tag, input)).await
    }

    /// Renames a vendor.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn vendor_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how.")] input: LabelRenameInput,
    ) -> Nullable<LabelRenamePayload> {
        change(ctx, rename(ctx, Label::Vendor, input)).await
    }

    /// Deletes a vendor.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn vendor_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: LabelDeleteInput,
    ) -> Nullable<LabelDeletePayload> {
        change(ctx, delete(ctx, Label::Vendor, input)).await
    }

    /// Renames a product type.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_type_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how.")] input: LabelRenameInput,
    ) -> Nullable<LabelRenamePayload> {
        change(ctx, rename(ctx, Label::ProductType, input)).await
    }

    /// Deletes a product type.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_type_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: LabelDeleteInput,
    ) -> Nullable<LabelDeletePayload> {
        change(ctx, delete(ctx, Label::ProductType, input)).await
    }
}

async fn rename(ctx: &Context<'_>, label: Label, input: LabelRenameInput) -> Result<LabelRenamePayload> {
    let LabelRenameInput { name, new_name, merge } = input;
    let count = labels::rename(ctx.app(), ctx.viewer(), label, &name, &new_name, merge).await?;
    let name = Some(new_name.trim().to_owned());
    Ok(LabelRenamePayload { name, product_count: Some(counted(count)), ..Default::default() })
}

async fn delete(ctx: &Context<'_>, label: Label, input: LabelDeleteInput) -> Result<LabelDeletePayload> {
    let count = labels::delete(ctx.app(), ctx.viewer(), label, &input.name).await?;
    Ok(LabelDeletePayload { product_count: Some(counted(count)), ..Default::default() })
}

fn counted(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
