//! What shoppers say.

pub mod reviewer;
pub mod review;
