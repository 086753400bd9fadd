//! How many sockets there are, in all and of each address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::http::options::SocketOptions;

/// Counts sockets.
#[derive(Debug)]
pub struct Seats {
    most: usize,
    most_of_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of_address: HashMap<IpAddr, usize>,
}

/// One socket's seat; free again when dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
}

/// Why there is no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// There are too many sockets.
    House,
    /// There are too many of this address.
    Address,
}

impl Seats {
    /// As many as the options say.
    pub fn new(options: &SocketOptions) -> Arc<Self> {
        let (most, most_of_address) = (options.most, options.most_of_address);
        Arc::new(Self { most, most_of_address, taken: Mutex::default() })
    }

    /// Takes a seat.
    ///
    /// # Errors
    /// Where all of them are taken.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Result<Seat, Full> {
        let address = network(address);
        let mut taken = self.lock();
        if taken.all >= self.most {
            return Err(Full::House);
        }
        let of_address = taken.of_address.get(&address).copied().unwrap_or_default();
        if of_address >= self.most_of_address {
            return Err(Full::Address);
        }
        taken.of_address.insert(address, of_address + 1);
        taken.all += 1;
        Ok(Seat { seats: Arc::clone(self), address })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        taken.all = taken.all.saturating_sub(1);
        let left = taken.of_address.get(&self.address).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            taken.of_address.remove(&self.address);
        } else {
            taken.of_address.insert(self.address, left);
        }
    }
}

/// The address, or of IPv6 the network that one customer of a provider gets (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn seats_are_counted_in_all_and_by_address() {
        let options = SocketOptions { most: 3, most_of_address: 2, ..SocketOptions::default() };
        let seats = Seats::new(&options);
        let first = seats.take(address("192.0.2.1")).expect("a seat");
        let _second = seats.take(address("::ffff:192.0.2.1")).expect("a seat");
        assert_eq!(seats.take(address("192.0.2.1")).expect_err("full"), Full::Address);
        let third = seats.take(address("192.0.2.2")).expect("a seat");
        assert_eq!(seats.take(address("192.0.2.3")).expect_err("full"), Full::House);
        drop(third);
        assert_eq!(seats.take(address("192.0.2.1")).expect_err("full"), Full::Address);
        drop(first);
        let _again = seats.take(address("192.0.2.1")).expect("a seat");
        assert_eq!(seats.lock().of_address.len(), 1, "addresses without sockets are forgotten");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let options = SocketOptions { most_of_address: 1, ..SocketOptions::default() };
        let seats = Seats::new(&options);
        let _first = seats.take(address("2001:db8:1:2::1")).expect("a seat");
        assert_eq!(seats.take(address("2001:db8:1:2:ffff::9")).expect_err("full"), Full::Address);
        assert!(seats.take(address("2001:db8:1:3::1")).is_ok());
    }
}
