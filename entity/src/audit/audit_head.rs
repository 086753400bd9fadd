//! Where the chain of entries begins and ends: one row, sealed itself.

use sea_orm::entity::prelude::*;

use crate::time::Timestamp;

/// Where the chain of entries begins and ends.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// The last entry that was deleted for its age; 0 where none was.
    pub first_number: i64,
    /// The seal that it had; empty where none was.
    pub first_seal: String,
    /// The newest sealed entry; 0 where there is none.
    pub last_number: i64,
    /// Its seal; empty where there is none.
    pub last_seal: String,
    pub sealed_at: Timestamp,
    /// By which key this row is sealed.
    pub key_name: String,
    /// Over this row.
    pub seal: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
