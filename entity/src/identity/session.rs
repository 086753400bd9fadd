//! A device that somebody is signed in on.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, SessionId};
use crate::time::Timestamp;

/// A device that somebody is signed in on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub account_id: AccountId,
    /// What the device called itself, sealed under the account's data key.
    pub name: String,
    /// Of the part that all its refresh tokens have in common.
    pub family_hash: String,
    /// Of the refresh token that counts.
    pub refresh_hash: String,
    /// Of the one before it.
    pub previous_hash: Option<String>,
    pub rotated_at: Option<Timestamp>,
    /// The refresh token that counts, sealed, for those who present the one before it again.
    pub successor: Option<String>,
    pub created_at: Timestamp,
    pub used_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
