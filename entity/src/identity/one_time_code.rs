//! A code that a mail brings, good for one thing, once.

use sea_orm::entity::prelude::*;

use crate::id::AccountId;
use crate::time::Timestamp;

/// What a code is good for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum CodePurpose {
    /// Confirms the address of a new account.
    #[sea_orm(num_value = 0)]
    Verify,
    /// Sets a new password.
    #[sea_orm(num_value = 1)]
    Reset,
    /// Confirms another address.
    #[sea_orm(num_value = 2)]
    EmailChange,
    /// Accepts an invitation to the staff.
    #[sea_orm(num_value = 3)]
    Invite,
}

/// A code that a mail brings, good for one thing, once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_code")]
pub struct Model {
    /// Of the code itself, which is kept nowhere.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub purpose: CodePurpose,
    /// Absent as long as there is no account.
    pub account_id: Option<AccountId>,
    /// Of the address that it was sent to.
    pub email_hash: String,
    /// What is done with it, sealed; empty where there is nothing to add.
    pub payload: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
