//! How much there is, and where.

pub mod availability;
pub mod levels;
pub mod movements;
pub mod moves;
