//! A consent that was given or taken back: the newest for each purpose counts.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, ConsentChangeId};
use crate::time::Timestamp;

/// What a customer may consent to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum ConsentPurpose {
    /// Advertising by e-mail.
    #[sea_orm(num_value = 0)]
    EmailMarketing,
    /// Advertising by text message.
    #[sea_orm(num_value = 1)]
    SmsMarketing,
    /// Measuring what they do in the shop.
    #[sea_orm(num_value = 2)]
    Analytics,
}

/// A consent that was given or taken back.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentChangeId,
    pub account_id: AccountId,
    pub purpose: ConsentPurpose,
    pub is_given: bool,
    /// Where it was asked, as the frontend calls it: sealed under the customer's key.
    pub source: String,
    /// Whether staff wrote it down for the customer.
    pub by_staff: bool,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
