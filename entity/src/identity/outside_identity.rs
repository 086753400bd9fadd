//! Whom an outside issuer calls what: found by a keyed hash of both, so that nothing of it can be read here.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, SessionId};
use crate::time::Timestamp;

/// Whom an outside issuer calls what.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outside_identity")]
pub struct Model {
    /// Stands for the device in everything that is about devices: the issuer's tokens name none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Of the issuer and its name for the person.
    pub hash: String,
    /// Absent where the person was erased: what is left refuses the tokens that were made by then.
    pub account_id: Option<AccountId>,
    pub created_at: Timestamp,
    /// Tokens that were made by then count no more.
    pub signed_out_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
