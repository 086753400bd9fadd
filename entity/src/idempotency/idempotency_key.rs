//! A change that was made under a key, so that it is not made again.

use sea_orm::entity::prelude::*;

use crate::time::Timestamp;

/// A change that was made under a key, so that it is not made again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Whose key it is: keys of different viewers do not meet.
    #[sea_orm(primary_key, auto_increment = false)]
    pub viewer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Which change it was.
    pub change: String,
    /// SHA-256 of its input, in hexadecimal digits.
    pub input_hash: String,
    /// What came of it, as JSON; written in the same transaction.
    pub outcome: Option<String>,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
