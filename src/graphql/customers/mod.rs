//! Customers: their account pages, and what staff see of them.

mod input;
mod mutation;
mod office;
mod query;
mod types;

pub use mutation::CustomerMutation;
pub use office::CustomerOfficeMutation;
pub use query::CustomerQuery;
