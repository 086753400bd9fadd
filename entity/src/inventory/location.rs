//! A place where stock lies.

use sea_orm::entity::prelude::*;

use crate::id::LocationId;
use crate::time::Timestamp;

/// A place where stock lies.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "location")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LocationId,
    pub handle: String,
    pub name: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    pub position: i32,
    /// Given up: only the ledger still names it.
    pub closed: bool,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
