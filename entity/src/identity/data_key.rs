//! The key that an account's personal data is sealed under; without it they are gone.

use sea_orm::entity::prelude::*;

use crate::id::AccountId;

/// The key that an account's personal data is sealed under; without it they are gone.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Sealed by the operator's keys.
    pub sealed: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
