//! Searching, narrowing and sorting products, as clients see it.

mod counted;
mod facet;
mod input;
mod query;
mod words;

pub use counted::Counted;
pub use facet::{FACETS, Facet};
pub use input::{ProductFilter, ProductSortKey};
pub use query::SearchQuery;
