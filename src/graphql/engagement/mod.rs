//! What shoppers say, and what they wish for.

mod reviews;
mod types;
mod wishlist;
mod wishlist_mutation;

pub use reviews::{ReviewMutation, ReviewQuery};
pub use types::{RatingSummary, Review, ReviewSortKey, Reviewer};
pub use wishlist::WishlistQuery;
pub use wishlist_mutation::WishlistMutation;
