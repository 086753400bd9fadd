//! How much work goes into one change, so that none holds the writer for long.

use std::time::Duration;

/// A change holds the writer about so long.
const CHANGE_TIME: Duration = Duration::from_millis(40);

/// Between two changes others get a chance to write.
pub const PAUSE: Duration = Duration::from_millis(2);

/// The most rows in a change.
const MOST: usize = 2000;

/// The fewest: what a change costs before its first row must not make changes of single rows out of it.
const LEAST: usize = 25;

/// How many rows the next change should have.
#[derive(Clone, Copy, Debug)]
pub struct Pace(usize);

impl Default for Pace {
    fn default() -> Self {
        Self(50)
    }
}

impl Pace {
    /// So many rows.
    pub fn rows(self) -> usize {
        self.0
    }

    /// Learns from a change: more rows next time where it was short, fewer where it was long.
    pub fn adapt(&mut self, rows: usize, took: Duration) {
        let fits = CHANGE_TIME.as_secs_f64() / took.as_secs_f64().max(0.001);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate, bounded right away"
        )]
        let size = (rows.max(1) as f64 * fits.clamp(0.25, 2.0)) as usize;
        self.0 = size.clamp(LEAST, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_grow_while_they_are_short_and_shrink_within_bounds() {
        let mut pace = Pace::default();
        pace.adapt(50, Duration::from_millis(10));
        assert_eq!(pace.rows(), 100);
        pace.adapt(100, Duration::from_secs(9));
        assert_eq!(pace.rows(), 25);
        pace.adapt(25, Duration::from_secs(9));
        assert_eq!(pace.rows(), LEAST);
        for _ in 0..20 {
            pace.adapt(pace.rows(), Duration::ZERO);
        }
        assert_eq!(pace.rows(), MOST);
    }
}
