//! The category tree, and beside it its closure: every pair of a category and one above it.

pub mod delete;
mod paths;
pub mod place;
mod tree;
mod read;
pub mod write;

pub use paths::ensure_paths;
pub use read::{
    Category, ancestors, by_handles, by_ids, children, count_children, count_roots, of_products, roots,
};
pub use tree::{NewCategory, add, move_branch};
