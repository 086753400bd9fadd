//! Counting by keys that strangers choose, in memory of a fixed size.
//!
//! A table of small sets, as that of budgets. In a full set the key makes room that has counted least, and of these the
//! oldest: so a flood of new keys pushes out others of the flood.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use entity::time::Timestamp;

const SETS: usize = 512;
const WAYS: usize = 8;
/// How many different members are counted; enough to tell an attack.
const MOST: usize = 16;

#[derive(Clone, Copy, Default)]
struct Slot {
    /// The key's hash; 0 where the slot is free.
    key: u64,
    since: i64,
    count: u32,
    seen: [u64; MOST],
}

/// Counts by key, from the first time that a key is seen until the period is over.
pub struct Tally {
    sets: Box<[Mutex<[Slot; WAYS]>]>,
    hasher: RandomState,
    period: i64,
}

impl Tally {
    /// Counts within so many microseconds.
    pub fn new(period: i64) -> Self {
        let sets = (0..SETS).map(|_| Mutex::default()).collect();
        Self { sets, hasher: RandomState::new(), period }
    }

    /// Counts once more, and tells how often that was.
    pub fn count(&self, key: &str, now: Timestamp) -> u32 {
        self.within(key, now, |slot| slot.count = slot.count.saturating_add(1))
    }

    /// Counts a member, unless it was seen before, and tells how many there were: at most 16.
    pub fn member(&self, key: &str, member: &str, now: Timestamp) -> u32 {
        let member = self.hasher.hash_one(member);
        self.within(key, now, |slot| {
            let known = usize::try_from(slot.count).unwrap_or(MOST).min(MOST);
            if known < MOST && !slot.seen[..known].contains(&member) {
                slot.seen[known] = member;
                slot.count += 1;
            }
        })
    }

    fn within(&self, key: &str, now: Timestamp, count: impl FnOnce(&mut Slot)) -> u32 {
        let key = self.hasher.hash_one(key).max(1);
        let set = usize::try_from(key % SETS as u64).unwrap_or_default();
        let mut set = self.sets[set].lock().unwrap_or_else(PoisonError::into_inner);
        let known = set.iter().position(|slot| slot.key == key);
        let least = || set.iter().enumerate().min_by_key(|(_, slot)| (slot.count, slot.since));
        let place = known.or_else(|| least().map(|(place, _)| place)).unwrap_or_default();
        let slot = &mut set[place];
        // A clock that was set back begins anew, too.
        let is_over = !(slot.since..slot.since.saturating_add(self.period)).contains(&now.0);
        if slot.key != key || is_over {
            *slot = Slot { key, since: now.0, ..Slot::default() };
        }
        count(slot);
        slot.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_count_once_and_a_period_ends() {
        let tally = Tally::new(100);
        assert_eq!((1..=3).map(|at| tally.member("a", "x", Timestamp(at))).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(tally.member("a", "y", Timestamp(50)), 2);
        assert_eq!(tally.member("b", "y", Timestamp(50)), 1);
        assert_eq!(tally.member("a", "z", Timestamp(101)), 1);
        assert_eq!(tally.member("a", "z", Timestamp(5)), 1, "the clock was set back");
        assert_eq!((0..40).map(|at| tally.member("c", &format!("{at}"), Timestamp(at))).max(), Some(16));
        assert_eq!((0..40).map(|at| tally.count("d", Timestamp(at))).max(), Some(40));
    }

    #[test]
    fn a_flood_does_not_push_out_what_has_counted_much() {
        let tally = Tally::new(1_000_000);
        for at in 0..5 {
            tally.count("attack", Timestamp(at));
        }
        for number in 0..200_000 {
            tally.count(&format!("flood {number}"), Timestamp(10));
        }
        assert_eq!(tally.count("attack", Timestamp(20)), 6);
    }
}
