//! Projections that lists and search read.

pub mod facet;
pub mod facet_label;
pub mod product_listing;
pub mod listing_facet;
pub mod search_term;
pub mod search_fragment;
pub mod stale_product;
