//! Bringing whole catalogues in and out.

pub mod export;
pub mod run;
pub mod save;
pub mod seed;
pub mod shopify;
pub mod target;
