//! A handle that something had before.

use sea_orm::entity::prelude::*;

/// What a handle names.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum HandleKind {
    /// A product.
    #[sea_orm(num_value = 0)]
    Product,
    /// A category.
    #[sea_orm(num_value = 1)]
    Category,
    /// A collection.
    #[sea_orm(num_value = 2)]
    Collection,
}

/// A handle that something had before.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "handle_redirect")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: HandleKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub handle: String,
    pub target_id: Uuid,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
