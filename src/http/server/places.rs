//! How many connections there may be: in all, and from one address.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use super::activity::Activity;
use crate::http::options::Options;
use crate::http::question::Question;
use crate::monitoring::metrics::Metrics;
use crate::services::budgets::network;

/// How long a connection waits for a place where all are taken.
const PATIENCE: Duration = Duration::from_millis(250);
/// How many connections wait for one; further ones are turned away at once.
const WAITING: usize = 1_024;
/// How long a connection has to have idled before it makes room for another.
const RESTED: Duration = Duration::from_millis(100);
/// How often room is made at most, and for how many.
const EVERY: Duration = Duration::from_millis(25);
const AT_ONCE: usize = 128;
/// How long a client has to have taken nothing before its connection makes room for the answers of others.
const SLOW: Duration = Duration::from_secs(1);

/// The places for connections of one listener.
pub(super) struct Places {
    most: usize,
    per_address: usize,
    gateways: Question<IpAddr>,
    metrics: Arc<Metrics>,
    open: Mutex<Open>,
    freed: Notify,
    waiting: Arc<Semaphore>,
    /// Bytes of answers that wait for their clients, and the most there may be.
    unread: AtomicU64,
    most_unread: u64,
}

#[derive(Default)]
struct Open {
    next: u64,
    all: HashMap<u64, Activity>,
    by_address: HashMap<IpAddr, usize>,
    room_made: Option<Instant>,
    /// When room was made for answers, and whether that sufficed.
    unread_ended: Option<(Instant, bool)>,
}

/// A connection's place; free again when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    id: u64,
    address: IpAddr,
}

/// Why there is no place, as metrics call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// All are taken.
    All,
    /// The address has as many as it may.
    Address,
}

impl Places {
    pub(super) fn new(options: &Options, most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            per_address: options.max_connections_per_address,
            gateways: options.gateways.clone(),
            metrics: Arc::clone(&options.metrics),
            open: Mutex::default(),
            freed: Notify::new(),
            waiting: Arc::new(Semaphore::new(WAITING)),
            unread: AtomicU64::new(0),
            most_unread: options.unread_in_all,
        })
    }

    /// Counts bytes that wait for their clients, and tells whether there is room for them, now or very soon.
    pub(super) fn wait_for_clients(&self, bytes: u64) -> bool {
        let before = self.unread.fetch_add(bytes, Ordering::Relaxed);
        let over = before.saturating_add(bytes).saturating_sub(self.most_unread);
        before == 0 || over == 0 || self.end_unread(over)
    }

    /// Bytes do not wait any more.
    pub(super) fn are_read(&self, bytes: u64) {
        self.unread.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Ends connections whose clients have taken nothing for a while, first those for which most waits, and tells
    /// whether that frees as many bytes as are too many.
    fn end_unread(&self, over: u64) -> bool {
        let mut open = self.open();
        let now = Instant::now();
        if let Some((_, sufficed)) = open.unread_ended.filter(|(ended, _)| now < *ended + EVERY) {
            return sufficed;
        }
        let waiting = |activity: &Activity| activity.unread().load(Ordering::Relaxed);
        let (gone, stay): (Vec<_>, Vec<_>) = open.all.values().partition(|activity| activity.is_cut());
        let mut freed: u64 = gone.into_iter().map(waiting).sum();
        let is_slow = |activity: &&Activity| activity.waits_since().is_some_and(|since| since + SLOW <= now);
        let mut slow: Vec<_> = stay.into_iter().filter(is_slow).map(|one| (waiting(one), one)).collect();
        slow.sort_unstable_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        // Somewhat more than has to go, so that not each answer has to look.
        let wanted = over.saturating_add(self.most_unread / 8);
        for (bytes, activity) in slow {
            if freed >= wanted {
                break;
            }
            activity.cut("unread");
            freed += bytes;
        }
        open.unread_ended = Some((now, freed >= over));
        freed >= over
    }

    /// Takes a place, if there is one.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr, activity: &Activity) -> Result<Place, Full> {
        let mut open = self.open();
        let address = network(address);
        let taken = open.by_address.get(&address).copied().unwrap_or(0);
        if taken >= self.per_address && !self.gateways.ask(&address) {
            return Err(Full::Address);
        }
        if open.all.len() >= self.most {
            return Err(Full::All);
        }
        open.next += 1;
        let id = open.next;
        open.all.insert(id, activity.clone());
        open.by_address.insert(address, taken + 1);
        self.metrics.connections.inc();
        Ok(Place { places: Arc::clone(self), id, address })
    }

    /// Asks those that idle to go and waits a moment for a place.
    pub(super) async fn wait(self: &Arc<Self>, address: IpAddr, activity: &Activity) -> Result<Place, Full> {
        let _turn = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| Full::All)?;
        let end = Instant::now() + PATIENCE;
        loop {
            let freed = self.freed.notified();
            match self.take(address, activity) {
                Err(Full::All) if Instant::now() < end => {}
                done => return done,
            }
            self.make_room();
            let _ = tokio::time::timeout_at(end.min(Instant::now() + EVERY), freed).await;
        }
    }

    /// Ends connections that idle: first those that never asked anything, then those that idle for longest.
    fn make_room(&self) {
        let mut open = self.open();
        let now = Instant::now();
        if open.room_made.is_some_and(|made| now < made + EVERY) {
            return;
        }
        open.room_made = Some(now);
        let rested = |activity: &&Activity| activity.idle_since().is_some_and(|since| since + RESTED <= now);
        let mut idle: Vec<&Activity> = open.all.values().filter(rested).collect();
        idle.sort_by_cached_key(|activity| (activity.has_spoken(), activity.idle_since()));
        for activity in idle.into_iter().take(AT_ONCE) {
            activity.cut("room");
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.open();
        open.all.remove(&self.id);
        if let Some(taken) = open.by_address.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                open.by_address.remove(&self.address);
            }
        }
        drop(open);
        self.places.metrics.connections.dec();
        self.places.freed.notify_one();
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.id).finish()
    }
}

impl Full {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::All => "full",
            Self::Address => "address",
        }
    }
}

#[cfg(test)]
impl Places {
    pub(super) fn unread(&self) -> u64 {
        self.unread.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(most: usize, per_address: usize) -> Arc<Places> {
        let options = Options { max_connections_per_address: per_address, ..Options::default() };
        Places::new(&options, most)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[tokio::test]
    async fn one_address_has_so_many_places_and_a_proxy_any_number() {
        let places = places(100, 2);
        let activity = Activity::new();
        let take = |address: &str| places.take(ip(address), &activity);
        let first = take("192.0.2.1").expect("a place");
        let _second = take("192.0.2.1").expect("a place");
        assert_eq!(take("192.0.2.1").err(), Some(Full::Address));
        let _other = take("192.0.2.2").expect("a place");
        drop(first);
        let _again = take("192.0.2.1").expect("the place that was freed");
        let proxied: Vec<_> = (0..50).map(|_| take("127.0.0.1").expect("a place")).collect();
        assert_eq!(places.metrics.connections.get(), 53);
        drop(proxied);
        assert_eq!(places.metrics.connections.get(), 3);
        assert_eq!(places.open().by_address.len(), 2, "addresses that left are not remembered");
    }

    #[tokio::test]
    async fn of_ipv6_the_network_counts() {
        let places = places(100, 2);
        let activity = Activity::new();
        let _one = places.take(ip("2001:db8:1:2::1"), &activity).expect("a place");
        let _two = places.take(ip("2001:db8:1:2:ffff::9"), &activity).expect("a place");
        assert_eq!(places.take(ip("2001:db8:1:2::3"), &activity).err(), Some(Full::Address));
        assert!(places.take(ip("2001:db8:1:3::3"), &activity).is_ok());
    }

    #[tokio::test]
    async fn who_idles_makes_room_and_who_works_does_not() {
        let places = places(2, 100);
        let (idle, busy, late) = (Activity::new(), Activity::new(), Activity::new());
        let address = ip("192.0.2.1");
        let place = places.take(address, &idle).expect("a place");
        let _busy = places.take(address, &busy).expect("a place");
        let work = tokio::spawn(busy.clone().during(std::future::pending()));
        let leaving = tokio::spawn(async move {
            let why = idle.end(Duration::from_hours(1), Duration::from_hours(1)).await;
            drop(place);
            why
        });
        tokio::time::sleep(RESTED).await;
        let mut came = places.wait(address, &late).await;
        for _ in 0..40 {
            if came.is_err() {
                came = places.wait(address, &late).await;
            }
        }
        assert!(came.is_ok(), "the place of the one that idled");
        assert_eq!(leaving.await.expect("no panic"), "room");
        let more_work = tokio::spawn(late.clone().during(std::future::pending()));
        while late.idle_since().is_some() {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(RESTED).await;
        assert_eq!(places.wait(address, &Activity::new()).await.err(), Some(Full::All));
        work.abort();
        more_work.abort();
    }
}
