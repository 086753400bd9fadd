//! What was noticed of attacks.

mod query;
mod types;

pub use query::SecurityQuery;
