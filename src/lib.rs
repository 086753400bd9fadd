//! Vitrine: a GraphQL backend-for-frontend for shops.
//!
//! Each module may use those below it, never one above: the order of these lines is the architecture, and
//! `tests/architecture.rs` reads it here.

pub mod cli;
pub mod app;
pub mod http;
pub mod workers;
pub mod graphql;
pub mod services;
pub mod infrastructure;
pub mod monitoring;
pub mod config;
