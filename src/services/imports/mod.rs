//! Bringing whole catalogues in and out.

pub mod empty;
pub mod export;
pub mod run;
pub mod sample;
pub mod save;
#[cfg(test)]
mod scratch;
pub mod seed;
pub mod shopify;
pub mod target;
