//! Files that staff send.

pub mod upload;
