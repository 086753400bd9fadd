//! A product's texts in another language; what is absent falls back.

use sea_orm::entity::prelude::*;

use crate::id::ProductId;

/// A product's texts in another language; what is absent falls back.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_translation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// BCP 47 tag.
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
