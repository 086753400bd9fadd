//! What must not happen twice.

pub mod idempotency_key;
