//! What things cost.

pub mod price;
