//! The memory of budgets: of a fixed size, whoever comes.
//!
//! A table of small sets, each behind a lock of its own. A key belongs to one set, by a hash that nobody outside can
//! foresee. In a full set the key makes room whose budget is nearest to full, which loses the least: what is forgotten
//! of it comes back soon anyhow. So a flood of new keys pushes out others of the flood, not those who have spent much.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keys in a set.
const WAYS: usize = 8;

#[derive(Clone, Copy, Default)]
struct Slot {
    /// The key's hash; 0 where the slot is free.
    key: u64,
    /// When the budget is full again, in nanoseconds from the table's beginning.
    full_at: u64,
}

#[derive(Default)]
struct Set([Slot; WAYS]);

impl Set {
    fn of(&mut self, key: u64) -> Option<&mut Slot> {
        self.0.iter_mut().find(|slot| slot.key == key)
    }

    /// The key's slot, or the one that it takes over.
    fn place(&mut self, key: u64) -> &mut Slot {
        let known = self.0.iter().position(|slot| slot.key == key);
        let nearest_to_full = |(_, slot): &(usize, &Slot)| slot.full_at;
        let place = known.or_else(|| Some(self.0.iter().enumerate().min_by_key(nearest_to_full)?.0));
        &mut self.0[place.unwrap_or(0)]
    }
}

/// When which budget is full again.
pub struct Table {
    sets: Box<[Mutex<Set>]>,
    hasher: RandomState,
}

impl Table {
    /// A table of so many sets of eight keys, each 16 bytes.
    pub fn new(sets: usize) -> Self {
        Self { sets: (0..sets.max(1)).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }

    /// The number that stands for a key in this table. Two keys share one, and with it a budget, once in 2^64.
    pub fn number(&self, key: &str) -> u64 {
        self.hasher.hash_one(key).max(1)
    }

    /// When the key's budget is full again; `None` where nothing is known of it. What is later than `latest` is so no
    /// longer.
    pub fn get(&self, key: u64, latest: u64) -> Option<u64> {
        let mut set = self.set(key);
        let slot = set.of(key)?;
        slot.full_at = slot.full_at.min(latest);
        Some(slot.full_at)
    }

    /// Looks at a key's moment and replaces it, while nobody else does.
    pub fn replace<T, E>(
        &self,
        key: u64,
        change: impl FnOnce(Option<u64>) -> Result<(T, u64), E>,
    ) -> Result<T, E> {
        let mut set = self.set(key);
        let (outcome, full_at) = change(set.of(key).map(|slot| slot.full_at))?;
        *set.place(key) = Slot { key, full_at };
        Ok(outcome)
    }

    /// Memory for keys, in bytes: it never changes.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.sets.len() * size_of::<Mutex<Set>>()
    }

    fn set(&self, key: u64) -> MutexGuard<'_, Set> {
        // The upper bits say which set it is, however many there are.
        let wide = u128::from(key) * self.sets.len() as u128;
        let index = usize::try_from(wide >> 64).unwrap_or(0);
        self.sets[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(table: &Table, key: u64, full_at: u64) {
        let kept: Result<(), ()> = table.replace(key, |_| Ok(((), full_at)));
        kept.unwrap();
    }

    fn get(table: &Table, key: u64) -> Option<u64> {
        table.get(key, u64::MAX)
    }

    #[test]
    fn what_is_too_late_is_so_no_longer() {
        let table = Table::new(1);
        keep(&table, 1, 100);
        assert_eq!((table.get(1, 200), table.get(1, 70), get(&table, 1)), (Some(100), Some(70), Some(70)));
    }

    #[test]
    fn the_key_nearest_to_full_makes_room() {
        let table = Table::new(1);
        for key in 1..=8 {
            keep(&table, key, key * 100);
        }
        keep(&table, 9, 50);
        assert_eq!((get(&table, 1), get(&table, 9)), (None, Some(50)));
        keep(&table, 10, 60);
        assert_eq!((get(&table, 9), get(&table, 10)), (None, Some(60)), "the flood pushes out the flood");
        assert!((2..=8).all(|key| get(&table, key) == Some(key * 100)));
    }

    #[test]
    fn a_refused_change_changes_nothing() {
        let table = Table::new(4);
        keep(&table, 7, 100);
        assert_eq!(table.replace(7, Err::<((), u64), _>), Err(Some(100)));
        assert_eq!(get(&table, 7), Some(100));
        assert_eq!(get(&table, 8), None);
    }

    #[test]
    fn keys_find_their_set_whatever_their_number() {
        let table = Table::new(3);
        for key in [1, 2, u64::MAX / 2, u64::MAX - 1, u64::MAX] {
            keep(&table, key, key / 2);
            assert_eq!(get(&table, key), Some(key / 2));
        }
    }
}
