//! Finding products: the projections that every list, filter, facet and search reads, and nothing else.

pub mod backlog;
pub mod facets;
pub mod filter;
pub mod find;
pub mod listings;
mod mend;
pub mod parents;
pub mod project;
mod query;
pub mod related;
pub mod sort;
pub mod suggest;
pub mod text;
mod words;
