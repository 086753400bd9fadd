//! The gate in front of a real schema.

mod coercion;
mod hostile;
mod merging;
mod pricing;
mod random;
mod shop;
mod validity;
