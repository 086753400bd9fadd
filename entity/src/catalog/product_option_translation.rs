//! An option's name in another language.

use sea_orm::entity::prelude::*;

use crate::id::ProductOptionId;

/// An option's name in another language.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_option_translation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_option_id: ProductOptionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    pub name: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
