//! Searching, narrowing and sorting products, as clients see it.

mod counts;
mod facet;
mod input;
mod query;
mod words;

pub use counts::Counts;
pub use facet::{FACETS, Facet};
pub use input::{ProductFilter, ProductSortKey};
pub use query::SearchQuery;
