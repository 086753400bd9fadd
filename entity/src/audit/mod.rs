//! What staff, apps and operators did and read.

pub mod audit_entry;
pub mod audit_head;
pub mod audit_subject;
