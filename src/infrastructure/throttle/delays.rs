//! Delays that double with each failure.
//!
//! Of each key it is remembered how often it failed in a row, and when it last did. A try counts as failed when it begins,
//! so that many at the same moment do not all pass; who succeeds takes that back.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const SETS: usize = 8_192;
const WAYS: usize = 8;

/// How long failures are remembered after the last one, in milliseconds. `delay.lua` says the same.
pub const REMEMBERED: i64 = 3_600_000;

/// How delays grow: after `free` failures one second is to be waited, after each further one twice as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Failures without a delay, at least 1.
    pub free: u32,
    /// The longest delay, at most half an hour.
    pub most: Duration,
}

impl Growth {
    /// How long is to be waited after so many failures in a row, in milliseconds.
    pub fn wait(self, failures: u32) -> i64 {
        let most = i64::try_from(self.most.as_millis()).unwrap_or(i64::MAX);
        match failures.checked_sub(self.free) {
            None => 0,
            Some(doublings) => 1000_i64.checked_shl(doublings.min(20)).unwrap_or(most).min(most),
        }
    }
}

/// What a success takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgive {
    /// All failures.
    All,
    /// The one that the try was counted as.
    One,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    /// The key's hash; 0 where the slot is free.
    key: u64,
    failures: u32,
    last: i64,
}

/// Failures by key, in 1.5 MB whoever comes. In a full set the key makes room that has failed least, of these the oldest.
pub struct Delays {
    sets: Box<[Mutex<[Slot; WAYS]>]>,
    hasher: RandomState,
}

impl Delays {
    /// Nobody has failed.
    pub fn new() -> Self {
        Self { sets: (0..SETS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }

    /// Begins a try at a moment in milliseconds.
    ///
    /// # Errors
    /// How long is still to be waited, in milliseconds; then nothing is counted.
    pub fn begin(&self, key: &str, growth: Growth, now: i64) -> Result<(), i64> {
        self.with(key, |slot| {
            // A clock that was set back must not shut anybody out for longer.
            slot.last = slot.last.min(now);
            if now - slot.last > REMEMBERED {
                slot.failures = 0;
            }
            let wait = slot.last.saturating_add(growth.wait(slot.failures)) - now;
            if slot.failures > 0 && wait > 0 {
                return Err(wait);
            }
            (slot.failures, slot.last) = (slot.failures.saturating_add(1), now);
            Ok(())
        })
    }

    /// Takes failures back.
    pub fn forgive(&self, key: &str, what: Forgive) {
        self.with(key, |slot| {
            slot.failures = match what {
                Forgive::All => 0,
                Forgive::One => slot.failures.saturating_sub(1),
            };
        });
    }

    fn with<T>(&self, key: &str, act: impl FnOnce(&mut Slot) -> T) -> T {
        let key = self.hasher.hash_one(key).max(1);
        let set = usize::try_from(key % SETS as u64).unwrap_or_default();
        let mut set = self.sets[set].lock().unwrap_or_else(PoisonError::into_inner);
        let known = set.iter().position(|slot| slot.key == key);
        let least = || set.iter().enumerate().min_by_key(|(_, slot)| (slot.failures, slot.last));
        let place = known.or_else(|| least().map(|(place, _)| place)).unwrap_or_default();
        let slot = &mut set[place];
        if slot.key != key {
            *slot = Slot { key, ..Slot::default() };
        }
        act(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROWTH: Growth = Growth { free: 3, most: Duration::from_mins(1) };

    #[test]
    fn delays_double_up_to_the_longest() {
        let waits: Vec<i64> = (0..12).map(|failures| GROWTH.wait(failures) / 1000).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(GROWTH.wait(u32::MAX), 60_000);
    }

    #[test]
    fn who_waits_is_let_in_and_who_does_not_is_not() {
        let delays = Delays::new();
        for _ in 0..3 {
            assert_eq!(delays.begin("a", GROWTH, 5_000), Ok(()));
        }
        assert_eq!(delays.begin("a", GROWTH, 5_000), Err(1_000));
        assert_eq!(delays.begin("a", GROWTH, 5_999), Err(1));
        assert_eq!(delays.begin("a", GROWTH, 6_000), Ok(()));
        assert_eq!(delays.begin("a", GROWTH, 6_000), Err(2_000));
        assert_eq!(delays.begin("b", GROWTH, 6_000), Ok(()));
        assert_eq!(delays.begin("a", GROWTH, 100), Err(2_000), "the clock was set back");
        delays.forgive("a", Forgive::One);
        assert_eq!(delays.begin("a", GROWTH, 100), Err(1_000));
        delays.forgive("a", Forgive::All);
        assert_eq!(delays.begin("a", GROWTH, 100), Ok(()));
    }

    #[test]
    fn failures_are_forgotten_after_an_hour_of_quiet() {
        let delays = Delays::new();
        let mut now = 0;
        for _ in 0..20 {
            now += delays.begin("a", GROWTH, now).err().unwrap_or_default();
            let _ = delays.begin("a", GROWTH, now);
        }
        assert!(delays.begin("a", GROWTH, now).is_err());
        for _ in 0..3 {
            assert_eq!(delays.begin("a", GROWTH, now + REMEMBERED + 1), Ok(()));
        }
    }
}
