//! The shop, its markets and locations.

mod query;
mod types;

pub use query::ShopQuery;
pub use types::{Location, Market};
