//! Changing products: what staff's back office and programs of the shop do.

mod bad;
mod guide;
mod office;
mod races;
mod random;
mod set;
mod shelf;
mod whole;
