//! The shop, its markets and locations.

mod market_mutation;
mod mutation;
mod query;
mod types;

pub use market_mutation::MarketMutation;
pub use mutation::ShopMutation;
pub use query::ShopQuery;
pub use types::{Location, Market};
