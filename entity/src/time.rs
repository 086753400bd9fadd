//! Moments, the same on both engines: whole microseconds since 1970-01-01T00:00:00Z.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::DeriveValueType;

/// A moment in microseconds of Unix time; by default the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Timestamp(pub i64);

/// Later than any moment: what never comes.
pub const NEVER: Timestamp = Timestamp(i64::MAX);

/// One second, in microseconds.
pub const SECOND: i64 = 1_000_000;

/// One day, in microseconds.
pub const DAY: i64 = 86_400 * SECOND;

impl Timestamp {
    /// The moment in `chrono`'s terms; the epoch where it lies outside chrono's range.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// The moment `micros` later (or earlier, below zero).
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp_micros())
    }
}

/// As RFC 3339 in UTC: `2026-11-22T12:00:00Z`, with a fraction only where there is one.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_datetime().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}
