//! A product or a variant on a wishlist. It outlives both, so that its owner is told what is gone.

use sea_orm::entity::prelude::*;

use crate::id::{ProductId, VariantId, WishlistId, WishlistItemId};
use crate::time::Timestamp;

/// A product or a variant on a wishlist.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "wishlist_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WishlistItemId,
    pub wishlist_id: WishlistId,
    /// Its place in the list, in the order in which items were added.
    pub position: i32,
    pub product_id: ProductId,
    pub variant_id: Option<VariantId>,
    /// The product's title when it was added, for when the product is gone.
    pub title: String,
    pub added_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
