//! How a facet of an option reads in another language.

use sea_orm::entity::prelude::*;

/// How a facet of an option reads in another language.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "facet_label")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub facet_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    pub name: String,
    pub value: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
