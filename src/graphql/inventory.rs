//! Stock as clients see it.

use async_graphql::SimpleObject;

use super::quick::{Ask, Plain};
use super::shop::Location;

/// How many of a variant there are at a location.
#[derive(SimpleObject)]
pub struct StockLevel {
    /// Where.
    pub location: Location,
    /// How many can be sold there, capped like `quantityAvailable`.
    pub available: i32,
}

impl Plain for StockLevel {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "location" => ask.object(&self.location),
            "available" => ask.write(&self.available),
            _ => None,
        }
    }
}
