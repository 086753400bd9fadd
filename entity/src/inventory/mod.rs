//! What is there.

pub mod location;
pub mod stock_level;
pub mod stock_movement;
