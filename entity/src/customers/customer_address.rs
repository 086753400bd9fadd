//! An address in a customer's address book.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, AddressId};
use crate::time::Timestamp;

/// An address in a customer's address book.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_address")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AddressId,
    pub account_id: AccountId,
    /// All of it as JSON, sealed under the account's data key.
    pub sealed: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
