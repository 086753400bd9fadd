//! A facet of a listing.

use sea_orm::entity::prelude::*;

/// A facet of a listing.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing_facet")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub facet_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub listing_id: i64,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
