//! A product, in the shop's base language.

use sea_orm::entity::prelude::*;

use crate::id::{ProductId, ProductTypeId, VendorId};
use crate::time::Timestamp;

/// Whether a product is on offer at all; publication decides in which markets.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Status {
    /// On offer wherever it is published.
    #[sea_orm(num_value = 0)]
    Active,
    /// Being prepared; no shopper sees it.
    #[sea_orm(num_value = 1)]
    Draft,
    /// Taken off the shelves for good, kept for the orders that refer to it.
    #[sea_orm(num_value = 2)]
    Archived,
}

/// A product, in the shop's base language.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    /// Its slug in addresses.
    pub handle: String,
    pub status: Status,
    pub title: String,
    /// Sanitised.
    pub description_html: String,
    /// The same without markup.
    pub description_text: String,
    pub vendor_id: Option<VendorId>,
    pub product_type_id: Option<ProductTypeId>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub gift_card: bool,
    /// Number of published reviews.
    pub rating_count: i32,
    /// Sum of their ratings.
    pub rating_sum: i32,
    /// Grows by one with each change.
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
