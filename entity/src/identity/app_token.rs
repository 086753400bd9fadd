//! A token by which a program signs in.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, AppTokenId};
use crate::time::Timestamp;

/// A token by which a program signs in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppTokenId,
    /// Of the token itself, which is kept nowhere.
    pub hash: String,
    pub name: String,
    /// Its last four letters, to tell tokens apart.
    pub hint: String,
    /// Rights as words, with spaces between them.
    pub scopes: String,
    pub created_by: Option<AccountId>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
