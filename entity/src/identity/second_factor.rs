//! The second factor of somebody who works in the shop: a secret that an app makes codes of.

use sea_orm::entity::prelude::*;

use crate::id::AccountId;
use crate::time::Timestamp;

/// The second factor of somebody who works in the shop: a secret that an app makes codes of.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// Sealed under the data key of the account.
    pub secret: String,
    /// The last step of 30 seconds whose code was used: earlier ones are good for nothing.
    pub last_step: i64,
    /// Wrong codes in a row.
    pub failures: i64,
    pub failed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Absent until a first code has shown that the app has the secret.
    pub confirmed_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
