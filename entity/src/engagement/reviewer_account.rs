//! Which account writes under which public face: the only link between the two, which goes with the account.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, ReviewerId};

/// Which account writes under which public face.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reviewer_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    pub reviewer_id: ReviewerId,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
