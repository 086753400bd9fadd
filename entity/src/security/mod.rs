//! What was seen of attacks.

pub mod event;
