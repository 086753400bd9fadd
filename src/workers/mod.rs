//! API, the clock's way in: what happens without anybody asking.

pub mod audit;
pub mod backlog;
pub mod refresh;
pub mod identity;
pub mod clients;
pub mod security;
pub mod sweep;
pub mod issuer;
