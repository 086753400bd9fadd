//! A choice that a product offers: size, colour.

use sea_orm::entity::prelude::*;

use crate::id::{ProductId, ProductOptionId};

/// A choice that a product offers: size, colour.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_option")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductOptionId,
    pub product_id: ProductId,
    /// From 1 to 3.
    pub position: i32,
    pub name: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
