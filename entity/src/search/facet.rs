//! A value that lists can be narrowed by.

use sea_orm::entity::prelude::*;

/// What a facet is about.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum FacetKind {
    /// Who makes it.
    #[sea_orm(num_value = 0)]
    Vendor,
    /// What kind of thing it is.
    #[sea_orm(num_value = 1)]
    ProductType,
    /// A tag.
    #[sea_orm(num_value = 2)]
    Tag,
    /// A category with all below it.
    #[sea_orm(num_value = 3)]
    Category,
    /// A collection.
    #[sea_orm(num_value = 4)]
    Collection,
    /// A value of an option.
    #[sea_orm(num_value = 5)]
    Option,
}

/// A value that lists can be narrowed by.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "facet")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: FacetKind,
    /// The option's name for options, else empty.
    pub name: String,
    /// The value in the base language; an id for categories and collections.
    pub value: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
