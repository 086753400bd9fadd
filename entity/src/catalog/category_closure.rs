//! Every pair of a category and one above it, and each with itself.

use sea_orm::entity::prelude::*;

use crate::id::CategoryId;

/// Every pair of a category and one above it, and each with itself.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category_closure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub descendant_id: CategoryId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ancestor_id: CategoryId,
    /// Steps between them; 0 with itself.
    pub depth: i32,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
