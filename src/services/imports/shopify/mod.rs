//! Shopify's product CSV, read and written without a database.
//!
//! A file has one row per variant; a product's own fields stand on its first row, and a row may
//! also, or only, carry an image. Shopify has renamed most of the columns ("Handle" is now "URL handle",
//! "Variant Price" is "Price") and goes on reading the old names; so does [`Reader`], in any mixture.
//! [`Writer`] writes the old ones.

mod categories;
mod columns;
mod extras;
mod handle;
mod header;
mod limits;
mod options;
mod problem;
mod product;
mod read;
mod row;
mod seen;
mod source;
mod values;
mod writable;
mod write;

pub use extras::{Extra, Level};
pub use handle::normalize as normalize_handle;
pub use problem::Problem;
pub use read::{Group, Options, Reader};
pub use source::MAX_ROW_BYTES;
pub use write::{WriteError, Writer};

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod options_tests;
#[cfg(test)]
mod product_tests;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod round_trip_tests;
