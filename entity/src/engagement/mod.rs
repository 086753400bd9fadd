//! What shoppers say, and what they wish for.

pub mod reviewer;
pub mod review;
pub mod reviewer_account;
pub mod wishlist;
pub mod wishlist_item;
