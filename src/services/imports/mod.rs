//! Bringing whole catalogues in and out.

mod chunk;
pub mod empty;
pub mod export;
mod patience;
pub mod run;
pub mod sample;
pub mod save;
#[cfg(test)]
mod scratch;
pub mod seed;
pub mod shopify;
pub mod target;
mod waiting;
