//! Client apps and the documents that are registered for them, for staff.

mod mutation;
mod query;
mod types;

pub use mutation::ClientMutation;
pub use query::ClientQuery;
