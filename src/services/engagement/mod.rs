//! What shoppers say, and what they wish for.

pub mod author;
pub mod moderate;
pub mod personal;
pub mod reviews;
mod sealed;
pub mod wishlists;
pub mod write;
