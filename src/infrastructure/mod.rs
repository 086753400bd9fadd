//! INFRASTRUCTURE: the outside world, each part a small type.

pub mod clock;
pub mod database;
pub mod digest;
pub mod media;
