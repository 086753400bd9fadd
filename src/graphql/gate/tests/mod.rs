//! The gate in front of a real schema.

mod coercion;
mod hostile;
mod merging;
mod pricing;
mod random;
pub(super) mod shop;
mod validity;
