//! The program as strangers meet it: what it tells them, and what it does when they want too much.

mod caps;
mod flood;
mod log;
mod metrics;
mod pipelines;
pub mod program;
mod reading;
mod unread;
mod unsafe_settings;
