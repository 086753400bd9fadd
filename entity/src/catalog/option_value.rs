//! One of the values of an option.

use sea_orm::entity::prelude::*;

use crate::id::{OptionValueId, ProductOptionId};

/// One of the values of an option.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "option_value")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OptionValueId,
    pub product_option_id: ProductOptionId,
    /// From 1.
    pub position: i32,
    pub value: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
