//! What is bought: a product with one value chosen for each option.

use sea_orm::entity::prelude::*;

use crate::id::{MediaId, OptionValueId, ProductId, VariantId};
use crate::time::Timestamp;

/// What happens to an order for more than there is in stock.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum InventoryPolicy {
    /// It is refused.
    #[sea_orm(num_value = 0)]
    Deny,
    /// It is taken; the shop delivers later.
    #[sea_orm(num_value = 1)]
    Continue,
}

/// The unit in which staff entered and see a weight; it is kept in grams.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum WeightUnit {
    /// Grams.
    #[sea_orm(num_value = 0)]
    Gram,
    /// Kilograms.
    #[sea_orm(num_value = 1)]
    Kilogram,
    /// Ounces (28.349523125 g).
    #[sea_orm(num_value = 2)]
    Ounce,
    /// Pounds (453.59237 g).
    #[sea_orm(num_value = 3)]
    Pound,
}

/// What is bought: a product with one value chosen for each option.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "variant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VariantId,
    pub product_id: ProductId,
    /// From 1.
    pub position: i32,
    pub option_value1_id: OptionValueId,
    pub option_value2_id: Option<OptionValueId>,
    pub option_value3_id: Option<OptionValueId>,
    /// Its option values in the base language, joined; brought up to date when a change is committed.
    pub title: String,
    /// Stock keeping unit, unique where there is one.
    pub sku: Option<String>,
    pub barcode: Option<String>,
    pub weight_grams: f64,
    /// The unit in which staff see the weight.
    pub weight_unit: WeightUnit,
    /// Who counts its stock: `shopify`, an app, or empty for nobody.
    pub inventory_tracker: String,
    pub inventory_policy: InventoryPolicy,
    pub requires_shipping: bool,
    pub taxable: bool,
    /// Its own image.
    pub media_id: Option<MediaId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
