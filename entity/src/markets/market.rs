//! Where the shop sells: a currency, languages, and what is published there.

use sea_orm::entity::prelude::*;

use crate::id::MarketId;
use crate::time::Timestamp;

/// Where the shop sells: a currency, languages, and what is published there.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "market")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MarketId,
    pub handle: String,
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Whether prices include tax.
    pub tax_inclusive: bool,
    /// Whether requests that name no market get this one.
    pub is_default: bool,
    pub position: i32,
    /// Nobody is served in it any more; its rows are being removed.
    pub closing: bool,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
