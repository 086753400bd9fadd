//! How much callers may ask for.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::Reader;

/// The largest budget, in points.
const MOST_POINTS: u32 = 1_000_000_000;
/// The most points that come back in a second.
const MOST_PER_SECOND: u32 = 1_000_000;
/// The most tries at signing in, at once or within an hour.
const MOST_TRIES: u32 = 1_000_000;
/// Client apps with budgets of their own.
const MOST_CLIENTS: usize = 1000;
/// Letters in the name of a client app.
const LONGEST_CLIENT: usize = 64;

/// A budget: a full one has `points`, and what was spent comes back at `per_second`. A point is an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Points in a full budget, 1 to 1,000,000,000.
    pub points: NonZeroU32,
    /// Points that come back in a second, 1 to 1,000,000.
    pub per_second: NonZeroU32,
}

impl FromStr for Budget {
    type Err = String;

    /// Reads `40000/1000`: the points of a full budget, and those that come back in a second.
    fn from_str(text: &str) -> Result<Self, String> {
        let (points, per_second) = two(text, MOST_POINTS, MOST_PER_SECOND).ok_or_else(|| {
            format!(
                "it is POINTS/PER_SECOND, such as 40000/1000, of 1 to {MOST_POINTS} and 1 to {MOST_PER_SECOND}"
            )
        })?;
        Ok(Self { points, per_second })
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.points, self.per_second)
    }
}

/// How often somebody may try: so many times at once, and so many times an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tries {
    /// Tries one after the other, 1 to 1,000,000.
    pub at_once: NonZeroU32,
    /// Tries that come back within an hour, 1 to 1,000,000.
    pub per_hour: NonZeroU32,
}

impl FromStr for Tries {
    type Err = String;

    /// Reads `10/60`: tries at once, and tries an hour.
    fn from_str(text: &str) -> Result<Self, String> {
        let (at_once, per_hour) = two(text, MOST_TRIES, MOST_TRIES)
            .ok_or_else(|| format!("it is AT_ONCE/PER_HOUR, such as 10/60, of 1 to {MOST_TRIES} each"))?;
        Ok(Self { at_once, per_hour })
    }
}

impl fmt::Display for Tries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.at_once, self.per_hour)
    }
}

fn two(text: &str, most: u32, most_back: u32) -> Option<(NonZeroU32, NonZeroU32)> {
    let (one, other) = text.split_once('/')?;
    let number =
        |text: &str, most| text.trim().parse().ok().filter(|number: &NonZeroU32| number.get() <= most);
    Some((number(one, most)?, number(other, most_back)?))
}

/// All budgets and limits. They can be read again while the server runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Whether there are any (`VITRINE_BUDGETS`).
    pub are_on: bool,
    /// Of an address that nobody is signed in from (`VITRINE_BUDGET_ANONYMOUS`).
    pub anonymous: Budget,
    /// Of a customer (`VITRINE_BUDGET_CUSTOMER`).
    pub customer: Budget,
    /// Of somebody on the staff (`VITRINE_BUDGET_STAFF`).
    pub staff: Budget,
    /// Of a program with a token (`VITRINE_BUDGET_APP`).
    pub app: Budget,
    /// Of everybody who comes with one of these client apps, instead of the above (`VITRINE_BUDGET_CLIENTS`).
    pub clients: BTreeMap<String, Budget>,
    /// Tries at an account: signing in, registering, asking for a new password (`VITRINE_TRIES_ACCOUNT`).
    pub tries_account: Tries,
    /// The same from one address (`VITRINE_TRIES_ADDRESS`).
    pub tries_address: Tries,
    /// Exchanges of a device's refresh tokens (`VITRINE_REFRESHES_DEVICE`).
    pub refreshes_device: Tries,
    /// The same from one address (`VITRINE_REFRESHES_ADDRESS`).
    pub refreshes_address: Tries,
}

const fn number(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for Budgets {
    fn default() -> Self {
        let budget = |points, per_second| Budget { points: number(points), per_second: number(per_second) };
        let tries = |at_once, per_hour| Tries { at_once: number(at_once), per_hour: number(per_hour) };
        Self {
            are_on: true,
            anonymous: budget(100_000, 2000),
            customer: budget(100_000, 2000),
            staff: budget(200_000, 5000),
            app: budget(200_000, 5000),
            clients: BTreeMap::new(),
            tries_account: tries(10, 60),
            tries_address: tries(60, 600),
            refreshes_device: tries(30, 240),
            refreshes_address: tries(300, 6000),
        }
    }
}

/// The names of these settings.
pub(super) const NAMES: [&str; 10] = [
    "budgets",
    "budget_anonymous",
    "budget_customer",
    "budget_staff",
    "budget_app",
    "budget_clients",
    "tries_account",
    "tries_address",
    "refreshes_device",
    "refreshes_address",
];

pub(super) fn read(reader: &mut Reader) -> Budgets {
    let usual = Budgets::default();
    Budgets {
        are_on: reader.switch("budgets", true),
        anonymous: reader.read("budget_anonymous", usual.anonymous),
        customer: reader.read("budget_customer", usual.customer),
        staff: reader.read("budget_staff", usual.staff),
        app: reader.read("budget_app", usual.app),
        clients: clients(reader),
        tries_account: reader.read("tries_account", usual.tries_account),
        tries_address: reader.read("tries_address", usual.tries_address),
        refreshes_device: reader.read("refreshes_device", usual.refreshes_device),
        refreshes_address: reader.read("refreshes_address", usual.refreshes_address),
    }
}

/// `ios=60000/1500,web=...`.
fn clients(reader: &mut Reader) -> BTreeMap<String, Budget> {
    let text: String = reader.optional("budget_clients").unwrap_or_default();
    let mut clients = BTreeMap::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, budget) = part.split_once('=').unwrap_or((part, ""));
        let name = name.trim();
        let budget: Result<Budget, String> = budget.parse();
        match budget {
            Ok(_) if !is_client(name) => {
                let problem = format!("{name:?} is no name: 1 to {LONGEST_CLIENT} of a-z, A-Z, 0-9, - . _");
                reader.refuse("budget_clients", &problem);
            }
            Ok(budget) => {
                if clients.insert(name.to_owned(), budget).is_some() {
                    reader.refuse("budget_clients", &format!("{name} is there twice"));
                }
            }
            Err(problem) => reader.refuse("budget_clients", &format!("{name}: {problem}")),
        }
    }
    if clients.len() > MOST_CLIENTS {
        reader.refuse("budget_clients", &format!("at most {MOST_CLIENTS} clients have budgets of their own"));
    }
    clients
}

/// Names go into headers and keys.
fn is_client(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (1..=LONGEST_CLIENT).contains(&name.len()) && name.bytes().all(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_read_as_they_are_written() {
        for text in ["40000/1000", "1/1", "1000000000/1000000"] {
            assert_eq!(text.parse::<Budget>().unwrap().to_string(), text);
        }
        assert_eq!(" 10 / 60 ".parse::<Tries>().unwrap().to_string(), "10/60");
    }

    #[test]
    fn budgets_of_nothing_or_of_too_much_are_refused() {
        for text in [
            "",
            "0/1",
            "1/0",
            "-1/1",
            "1",
            "1/",
            "1000000001/1",
            "1/1000001",
            "1/1/1",
            "18446744073709551616/1",
        ] {
            assert!(text.parse::<Budget>().is_err(), "{text}");
        }
        for text in ["", "0/1", "1/0", "1000001/1"] {
            assert!(text.parse::<Tries>().is_err(), "{text}");
        }
    }
}
