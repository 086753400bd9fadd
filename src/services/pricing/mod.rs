//! What things cost.

pub mod prices;
