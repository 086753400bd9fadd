//! What a customer told beside name and address of mail; there is a row where they told something.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, AddressId};

/// What a customer told beside name and address of mail.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Sealed under the account's data key.
    pub phone: Option<String>,
    /// Sealed under the account's data key: year, month and day as ISO 8601 writes them.
    pub birthday: Option<String>,
    /// One of the account's addresses: that there is one row keeps it to one default.
    pub default_shipping: Option<AddressId>,
    /// One of the account's addresses.
    pub default_billing: Option<AddressId>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
