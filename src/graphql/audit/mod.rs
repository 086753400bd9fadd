//! The audit log, for those who may read it.

mod query;
mod types;

pub use query::AuditQuery;
