//! The shop, its markets and locations.

mod mutation;
mod query;
mod types;

pub use mutation::ShopMutation;
pub use query::ShopQuery;
pub use types::{Location, Market};
