//! When the statement that a connection runs has to end: set by who runs it, read by the engine meanwhile.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What all times are told from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The value that stands for no end.
const NEVER: u64 = u64::MAX;

/// An end that two threads share, in microseconds since [`START`].
#[derive(Debug)]
pub struct End(AtomicU64);

impl Default for End {
    fn default() -> Self {
        Self(AtomicU64::new(NEVER))
    }
}

impl End {
    /// Sets it for the next statement; `None` lets it run as long as it takes.
    pub fn set(&self, end: Option<Instant>) {
        self.0.store(end.map_or(NEVER, micros), Ordering::Release);
    }

    /// Whether the statement may go on.
    pub fn is_to_come(&self) -> bool {
        let end = self.0.load(Ordering::Acquire);
        end == NEVER || micros(Instant::now()) < end
    }
}

fn micros(time: Instant) -> u64 {
    u64::try_from(time.saturating_duration_since(*START).as_micros()).unwrap_or(NEVER - 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_end_comes_and_can_be_taken_back() {
        let end = End::default();
        assert!(end.is_to_come());

        end.set(Some(Instant::now() + Duration::from_mins(1)));
        assert!(end.is_to_come());

        end.set(Some(Instant::now()));
        assert!(!end.is_to_come());

        end.set(None);
        assert!(end.is_to_come());
    }
}
