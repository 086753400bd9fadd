//! The shop and where it sells.

pub mod shop;
pub mod market;
pub mod market_country;
pub mod market_language;
