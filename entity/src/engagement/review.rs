//! What somebody thinks of a product.

use sea_orm::entity::prelude::*;

use crate::id::{ProductId, ReviewId, ReviewerId};
use crate::time::Timestamp;

/// Whether a review is shown.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum ReviewStatus {
    /// It waits for somebody of the staff.
    #[sea_orm(num_value = 0)]
    Pending,
    /// Everybody sees it, and it counts.
    #[sea_orm(num_value = 1)]
    Published,
    /// Nobody sees it.
    #[sea_orm(num_value = 2)]
    Rejected,
}

/// What somebody thinks of a product.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewId,
    pub product_id: ProductId,
    pub reviewer_id: ReviewerId,
    /// From 1 to 5.
    pub rating: i16,
    /// Empty where it is sealed, as are the body and the note.
    pub title: String,
    pub body: String,
    pub status: ReviewStatus,
    /// What its author is told by who moderated it; empty where nothing was said.
    pub note: String,
    /// Title, body and note under the author's key, as long as it is not published; absent where its author has no account.
    pub sealed: Option<String>,
    /// Grows with each change, so that nobody publishes a text that they have not read.
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
