//! What is kept in memory of what was seen: bounded, whoever comes.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use entity::time::{DAY, SECOND, Timestamp};
use sea_orm::Iterable as _;

use super::tally::Tally;
use super::{Row, Severity, Sighting, ThreatKind, WINDOW, name, word};
use crate::infrastructure::secrets::Key;
use crate::monitoring::metrics::Metrics;

/// Subjects of one kind that are told apart within an hour; further ones count as one.
pub const MOST_SUBJECTS: usize = 50;

/// For how many days events are kept where nobody says otherwise.
const KEPT_DAYS: u32 = 90;

type Place = (ThreatKind, String, i64);

/// What is kept in memory of what was seen.
pub struct SecurityState {
    key: OnceLock<Key>,
    grave: AtomicBool,
    /// For how many days events are kept.
    days: AtomicU32,
    seen: Mutex<HashMap<Place, Seen>>,
    /// Answers of the code FORBIDDEN, by who got them.
    pub(super) forbidden: Tally,
    /// Wrong passwords, by what was typed for the account.
    pub failures: Tally,
    /// Accounts that wrong passwords were typed for, by the network they came from.
    pub accounts: Tally,
    /// Accounts that a wrong password was typed for, by the password's hash.
    pub passwords: Tally,
}

/// How often something was seen within its hour.
struct Seen {
    row: Row,
    /// All in all, also what is written down already.
    total: i64,
}

impl Default for SecurityState {
    fn default() -> Self {
        Self {
            key: OnceLock::new(),
            grave: AtomicBool::default(),
            days: AtomicU32::new(KEPT_DAYS),
            seen: Mutex::default(),
            forbidden: Tally::new(60 * SECOND),
            failures: Tally::new(15 * 60 * SECOND),
            accounts: Tally::new(10 * 60 * SECOND),
            passwords: Tally::new(WINDOW),
        }
    }
}

impl fmt::Debug for SecurityState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityState").finish_non_exhaustive()
    }
}

impl SecurityState {
    /// Takes the key behind the hashes of subjects, without which no two subjects are told apart; and begins to count.
    pub fn open(&self, key: Key, metrics: &Metrics) {
        let _ = self.key.set(key);
        for kind in ThreatKind::iter() {
            for severity in Severity::iter() {
                metrics.threat(name(kind), word(severity), 0);
            }
        }
    }

    /// Keeps events for so many days.
    pub fn keep_for(&self, days: u32) {
        self.days.store(days, Ordering::Relaxed);
    }

    /// What was last seen before this is forgotten.
    pub(super) fn oldest(&self, now: Timestamp) -> Timestamp {
        now.plus(-i64::from(self.days.load(Ordering::Relaxed)) * DAY)
    }

    /// Whether something grave was noticed since this was last asked.
    pub fn is_grave(&self) -> bool {
        self.grave.swap(false, Ordering::AcqRel)
    }

    /// Has the owners told of what is grave, soon.
    pub fn ring(&self) {
        self.grave.store(true, Ordering::Release);
    }

    pub(super) fn row(&self, seen: &Sighting, now: Timestamp) -> Row {
        let subject = match self.key.get() {
            Some(key) if !seen.subject.is_empty() => {
                key.hash(format!("{:?} {}", seen.kind, seen.subject).as_bytes())
            }
            _ => String::new(),
        };
        Row {
            kind: seen.kind,
            severity: seen.severity,
            subject,
            window: now.0 - now.0.rem_euclid(WINDOW),
            account: seen.account,
            network: seen.from.map(prefix),
            times: 1,
            first: now,
            last: now,
        }
    }

    pub(super) fn note(&self, metrics: &Metrics, seen: &Sighting, now: Timestamp) {
        let row = self.row(seen, now);
        let total = self.add(&row);
        self.tell(metrics, seen, total);
    }

    /// Counts each, and logs the first, the tenth, the hundredth... of an hour.
    pub(super) fn tell(&self, metrics: &Metrics, seen: &Sighting, total: i64) {
        let (event, severity) = (name(seen.kind), word(seen.severity));
        metrics.threat(event, severity, 1);
        if seen.severity == Severity::Grave {
            self.ring();
        }
        if !is_round(total) {
            return;
        }
        let (account, network) = (seen.account.map(|id| id.0.to_string()), seen.from.map(prefix));
        if seen.severity == Severity::Notice {
            tracing::info!(target: "security", event, severity, account, network, times = total, "noticed");
        } else {
            tracing::warn!(target: "security", event, severity, account, network, times = total, "noticed");
        }
    }

    /// Adds to what was seen within the same hour, and tells how often that was.
    fn add(&self, row: &Row) -> i64 {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut place = (row.kind, row.subject.clone(), row.window);
        if !all.contains_key(&place) {
            // What belongs to an hour that is over and was written down is not needed any more.
            all.retain(|(_, _, window), seen| *window >= row.window || seen.row.times > 0);
            let alike = all.keys().filter(|(kind, _, window)| *kind == row.kind && *window == row.window);
            if alike.count() >= MOST_SUBJECTS {
                place.1.clear();
            }
        }
        let many = place.1 != row.subject;
        let seen = all.entry(place).or_insert_with_key(|(_, subject, _)| Seen {
            row: Row {
                subject: subject.clone(),
                times: 0,
                account: row.account.filter(|_| !many),
                ..row.clone()
            },
            total: 0,
        });
        let known = &mut seen.row;
        if known.times == 0 {
            (known.first, known.network) = (row.first, row.network.clone());
        }
        if known.network != row.network {
            known.network = None;
        }
        known.severity = known.severity.max(row.severity);
        (known.times, known.last) = (known.times.saturating_add(1), known.last.max(row.last));
        seen.total = seen.total.saturating_add(1);
        seen.total
    }

    /// What is to be written down.
    pub(super) fn take(&self) -> Vec<Row> {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = Vec::new();
        for seen in all.values_mut().filter(|seen| seen.row.times > 0) {
            rows.push(seen.row.clone());
            seen.row.times = 0;
        }
        // In one order on all nodes, so that two that have seen the same do not wait for each other.
        rows.sort_unstable_by(|one, other| {
            (one.kind as i16, &one.subject, one.window).cmp(&(
                other.kind as i16,
                &other.subject,
                other.window,
            ))
        });
        rows
    }

    /// What could not be written down.
    pub(super) fn put_back(&self, rows: &[Row]) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            let Some(seen) = all.get_mut(&(row.kind, row.subject.clone(), row.window)) else { continue };
            seen.row.times = seen.row.times.saturating_add(row.times);
            seen.row.first = seen.row.first.min(row.first);
        }
    }
}

/// 1, 10, 100, ...
fn is_round(mut number: i64) -> bool {
    while number >= 10 && number % 10 == 0 {
        number /= 10;
    }
    number == 1
}

/// The network of an address, 24 bits of it or 48: enough to see where an attack comes from, too little to name a person.
fn prefix(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(subject: &str) -> Sighting {
        Sighting {
            kind: ThreatKind::ForbiddenBurst,
            severity: Severity::Warning,
            subject: subject.to_owned(),
            account: None,
            from: Some("203.0.113.77".parse().unwrap()),
        }
    }

    #[test]
    fn an_attack_makes_few_rows_and_none_is_lost() {
        let state = SecurityState::default();
        let metrics = Metrics::new();
        state.open(Key::of([1; 32]), &metrics);
        for number in 0..10_000 {
            state.note(&metrics, &seen(&format!("subject {number}")), Timestamp(number));
        }
        let rows = state.take();
        assert_eq!(rows.len(), MOST_SUBJECTS + 1);
        assert_eq!(rows.iter().map(|row| row.times).sum::<i64>(), 10_000);
        assert!(state.take().is_empty());
        state.put_back(&rows);
        assert_eq!(state.take().iter().map(|row| row.times).sum::<i64>(), 10_000);
        // The next hour begins anew, and the one before is forgotten.
        state.note(&metrics, &seen("subject 1"), Timestamp(WINDOW));
        assert_eq!((state.take().len(), state.seen.lock().unwrap().len()), (1, 1));
    }

    #[test]
    fn nothing_names_a_person() {
        let state = SecurityState::default();
        state.open(Key::of([1; 32]), &Metrics::new());
        let row = state.row(&seen("ann@example.com"), Timestamp(5));
        assert_eq!(row.network.as_deref(), Some("203.0.113.0/24"));
        assert!(!row.subject.contains("ann") && row.subject.len() == 43);
        assert_eq!(prefix("2001:db8:1:2:3::4".parse().unwrap()), "2001:db8:1::/48");
        assert_eq!(prefix("::ffff:203.0.113.77".parse().unwrap()), "203.0.113.0/24");
    }

    #[test]
    fn lines_grow_slower_than_attacks() {
        let told = (1..=100_000).filter(|number| is_round(*number)).count();
        assert_eq!(told, 6);
    }
}
