//! Stock as clients see it.

use async_graphql::SimpleObject;

use super::shop::Location;

/// How many of a variant there are at a location.
#[derive(SimpleObject)]
pub struct StockLevel {
    /// Where.
    pub location: Location,
    /// How many can be sold there, capped like `quantityAvailable`.
    pub available: i32,
}
