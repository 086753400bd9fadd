//! A collection's texts in another language.

use sea_orm::entity::prelude::*;

use crate::id::CollectionId;

/// A collection's texts in another language.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collection_translation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub collection_id: CollectionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    pub title: Option<String>,
    pub description_html: Option<String>,
    pub description_text: Option<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
