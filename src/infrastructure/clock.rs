//! What time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// A clock: the system's, or one that tests set.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still at a moment until it is [`set`](Self::set).
    pub fn fixed(moment: DateTime<Utc>) -> Self {
        Self { fixed: Some(Arc::new(AtomicI64::new(moment.timestamp_micros()))) }
    }

    /// Moves a fixed clock; the system's clock stays as it is.
    pub fn set(&self, moment: DateTime<Utc>) {
        if let Some(fixed) = &self.fixed {
            fixed.store(moment.timestamp_micros(), Ordering::Relaxed);
        }
    }

    /// The moment it shows, to the microsecond.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> DateTime<Utc> {
        self.fixed.as_ref().map_or_else(Utc::now, |fixed| {
            DateTime::from_timestamp_micros(fixed.load(Ordering::Relaxed)).unwrap_or_default()
        })
    }
}
