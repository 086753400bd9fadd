//! What somebody would like to have: of a customer, or of a visitor who keeps its token.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, WishlistId};
use crate::time::Timestamp;

/// What somebody would like to have.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "wishlist")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WishlistId,
    /// Whose it is; absent for visitors.
    pub account_id: Option<AccountId>,
    /// SHA-256 of the token by which a visitor finds it; absent for customers.
    pub token_hash: Option<String>,
    /// Sealed under the customer's key; empty where nobody named it.
    pub name: String,
    /// Whether it is the one that is meant where none is named.
    pub is_default: bool,
    /// The account that took over what was in it: from then on the token is good for taking over the rest, and by that
    /// account alone.
    pub merged_by: Option<AccountId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
