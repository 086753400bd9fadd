//! What things cost.

pub mod manage;
pub mod prices;
