//! Somebody who signs in: a customer, or one of the staff.

use sea_orm::entity::prelude::*;

use crate::id::AccountId;
use crate::time::Timestamp;

/// What kind of account it is; one address may have one of each.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum AccountKind {
    /// Somebody who shops.
    #[sea_orm(num_value = 0)]
    Customer,
    /// Somebody who works in the shop.
    #[sea_orm(num_value = 1)]
    Staff,
}

/// Somebody who signs in: a customer, or one of the staff.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub kind: AccountKind,
    /// Sealed under the account's data key.
    pub email: String,
    /// Finds the account; unique for each kind.
    pub email_hash: String,
    /// Sealed under the account's data key.
    pub name: String,
    /// The language of mails, a BCP 47 tag.
    pub language: String,
    /// In the PHC format; absent until an invitation is accepted.
    pub password_hash: Option<String>,
    pub verified_at: Option<Timestamp>,
    pub deactivated_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
