//! One operation's use of the database: counted, and ended with its deadline.

pub use crate::infrastructure::database::operation::{Operation, within};
