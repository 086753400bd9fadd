//! Products gathered and put in order by hand.

use sea_orm::entity::prelude::*;

use crate::id::CollectionId;
use crate::time::Timestamp;

/// Products gathered and put in order by hand.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CollectionId,
    pub handle: String,
    pub title: String,
    /// Sanitised.
    pub description_html: String,
    pub description_text: String,
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
