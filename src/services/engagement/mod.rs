//! What shoppers say, and what they wish for.

pub mod author;
pub mod moderate;
pub mod personal;
pub mod reviews;
pub mod wishlists;
pub mod write;
