//! Stock as clients see it.

mod mutation;
mod query;
mod types;

pub use mutation::InventoryMutation;
pub use query::InventoryQuery;
pub use types::{StockLevel, StockQuantity};
