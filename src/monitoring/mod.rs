//! MONITORING: what the process tells of itself; depends on nothing of ours.

pub mod logs;
pub mod metrics;
