//! A product as lists see it in one locale; there while it may be on offer there.

use sea_orm::entity::prelude::*;

use crate::id::{CategoryId, ProductId};
use crate::time::Timestamp;

/// A product as lists see it in one locale; there while it may be on offer there.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_listing")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub locale_id: i64,
    pub product_id: ProductId,
    /// The product's slug.
    pub handle: String,
    /// In the language of the locale, or the first after it that has one.
    pub title: String,
    /// The folded title, by which lists sort.
    pub title_key: String,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What kind of thing it is.
    pub product_type: Option<String>,
    /// Its main category.
    pub category_id: Option<CategoryId>,
    /// The category above that.
    pub branch_id: Option<CategoryId>,
    /// Whether it is a gift card.
    pub gift_card: bool,
    /// May lie in the future.
    pub published_at: Timestamp,
    /// When the product was made.
    pub created_at: Timestamp,
    /// When the product was last changed.
    pub updated_at: Timestamp,
    /// Minor units.
    pub price_min: i64,
    /// Minor units.
    pub price_max: i64,
    /// Minor units.
    pub compare_at_min: Option<i64>,
    /// Minor units.
    pub compare_at_max: Option<i64>,
    /// Whether any variant can be bought.
    pub available: bool,
    /// How many published reviews it has.
    pub rating_count: i32,
    /// The sum of their ratings.
    pub rating_sum: i32,
    /// Average in hundredths, times a million, plus the number of reviews.
    pub rating_key: i64,
    /// The numbers of its facets, each followed by a comma.
    pub facets: String,
    /// Tells whether the indexed text is still the right one.
    pub document_hash: i64,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
