//! An image of a product.

use sea_orm::entity::prelude::*;

use crate::id::{MediaId, ProductId};
use crate::time::Timestamp;

/// An image of a product.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MediaId,
    pub product_id: ProductId,
    /// From 1.
    pub position: i32,
    /// An address elsewhere, or a path below `/media/` here.
    pub url: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    pub mime_type: Option<String>,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
