//! What happened.

pub mod outbox_event;
