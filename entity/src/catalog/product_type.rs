//! What kind of thing a product is, in the shop's own words.

use sea_orm::entity::prelude::*;

use crate::id::ProductTypeId;

/// What kind of thing a product is, in the shop's own words.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_type")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductTypeId,
    pub name: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
