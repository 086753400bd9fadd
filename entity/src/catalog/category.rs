//! A branch or leaf of the category tree.

use sea_orm::entity::prelude::*;

use crate::id::CategoryId;
use crate::time::Timestamp;

/// A branch or leaf of the category tree.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CategoryId,
    pub parent_id: Option<CategoryId>,
    pub handle: String,
    pub title: String,
    pub description: String,
    /// Its place among its siblings.
    pub position: i32,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    /// Grows by one with each change.
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
