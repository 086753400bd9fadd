//! A set of rights that staff may have.

use sea_orm::entity::prelude::*;

use crate::id::RoleId;
use crate::time::Timestamp;

/// A set of rights that staff may have.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    pub handle: String,
    pub name: String,
    /// Words, with spaces between them.
    pub permissions: String,
    /// Whether it has every right that there is or will be.
    pub is_owner: bool,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
