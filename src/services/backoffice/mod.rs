//! Changes that go through several modules: whole products with their prices and stock, and taking products away.

mod apply;
mod beside;
pub mod bulk;
pub mod delete;
pub mod pace;
pub mod set;
pub mod statistics;
mod tell;
mod variant;
