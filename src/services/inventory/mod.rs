//! How much there is, and where.

pub mod levels;
