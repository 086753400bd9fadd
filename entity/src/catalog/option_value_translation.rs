//! An option value in another language.

use sea_orm::entity::prelude::*;

use crate::id::OptionValueId;

/// An option value in another language.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "option_value_translation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub option_value_id: OptionValueId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    pub value: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
