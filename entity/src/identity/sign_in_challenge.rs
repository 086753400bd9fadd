//! A sign-in whose password was right, and whose second factor is still to come.

use sea_orm::entity::prelude::*;

use crate::id::AccountId;
use crate::time::Timestamp;

/// A sign-in whose password was right, and whose second factor is still to come.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_challenge")]
pub struct Model {
    /// Of the token itself, which is kept nowhere.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub account_id: AccountId,
    /// As it was then: another password makes the challenge good for nothing.
    pub password_hash: String,
    /// What the device calls itself, sealed.
    pub device: String,
    /// Codes that were tried.
    pub tries: i64,
    pub expires_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
