//! That an account was erased, so that who asks again gets the same answer: an id that leads nowhere, and a time.

use sea_orm::entity::prelude::*;

use crate::id::AccountId;
use crate::time::Timestamp;

/// That an account was erased.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    pub erased_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
