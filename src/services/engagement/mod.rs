//! What shoppers say.

pub mod reviews;
pub mod write;
