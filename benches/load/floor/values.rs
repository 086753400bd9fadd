//! How ids, money, moments and cursors are written.

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::time::Timestamp;
use serde::{Serialize, Serializer};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::Result;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An id with its prefix of three letters, written in 30 letters.
pub struct Shown(pub &'static str, pub Uuid);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [b'_'; 30];
        text[..3].copy_from_slice(self.0.as_bytes());
        let bits = self.1.as_u128();
        for (place, letter) in text[4..].iter_mut().rev().enumerate() {
            *letter = ALPHABET[(bits >> (5 * place)) as usize & 31];
        }
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// An amount in a currency with two digits after the point.
#[derive(Serialize)]
pub struct Money<'a> {
    amount: Amount,
    currency: &'a str,
}

impl<'a> Money<'a> {
    /// An amount of minor units.
    pub fn new(minor: i64, currency: &'a str) -> Self {
        Self { amount: Amount(minor), currency }
    }
}

struct Amount(i64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The lowest and the highest price.
#[derive(Serialize)]
pub struct Range<'a> {
    /// The lowest.
    pub min: Money<'a>,
    /// The highest.
    pub max: Money<'a>,
}

/// What reviews say together.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    average: Option<f64>,
    count: i32,
}

impl Rating {
    /// A number of reviews and the sum of their ratings.
    pub fn new(count: i32, sum: i32) -> Self {
        Self { average: (count > 0).then(|| f64::from(sum) / f64::from(count)), count }
    }
}

/// A moment.
pub struct Moment(pub i64);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Timestamp(self.0))
    }
}

/// A list without its cursors.
#[derive(Serialize)]
pub struct Nodes<T> {
    /// What is in it.
    pub nodes: Vec<T>,
}

/// A place in the list of products.
pub struct Place {
    /// The date of publication.
    pub published_at: i64,
    /// The product.
    pub id: Uuid,
}

impl Place {
    /// The beginning of the list: later than anything.
    const START: Self = Self { published_at: i64::MAX, id: Uuid::max() };

    /// Reads a cursor.
    pub fn read(cursor: Option<&str>) -> Result<Self> {
        let Some(cursor) = cursor else { return Ok(Self::START) };
        let (_, id, published_at): (u64, Uuid, i64) =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor)?)?;
        Ok(Self { published_at, id })
    }

    /// Writes a cursor.
    pub fn cursor(&self, list: u64) -> String {
        URL_SAFE_NO_PAD.encode(format!("[{list},\"{}\",{}]", self.id.simple(), self.published_at))
    }
}

/// Rows by the id in their first column.
pub fn grouped(rows: &[Row]) -> HashMap<Uuid, Vec<&Row>> {
    let mut groups: HashMap<Uuid, Vec<&Row>> = HashMap::with_capacity(64);
    for row in rows {
        groups.entry(row.get(0)).or_default().push(row);
    }
    groups
}
