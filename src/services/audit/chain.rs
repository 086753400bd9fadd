//! The chain: each entry's seal is made of the entry and the seal before it, by a key that the database does not hold.

use entity::audit::{audit_entry, audit_head};
use entity::id::Id as _;
use sea_orm::ActiveEnum as _;

use crate::infrastructure::secrets::{self, Broken, Key, KeyRing};

/// What the keys of this chain are derived for.
const PURPOSE: &str = "audit log";

/// The keys that seal entries, derived from the operator's: the first one seals, all of them verify.
#[derive(Clone, Debug)]
pub struct Keys(KeyRing);

impl Keys {
    /// Those of an operator's ring.
    ///
    /// # Errors
    /// Where none can be derived.
    pub fn of(ring: &KeyRing) -> Result<Self, Broken> {
        ring.derive(PURPOSE).map(Self)
    }

    /// The key that seals.
    pub(super) fn sealing(&self) -> &Key {
        self.0.first()
    }

    /// The key of a name.
    pub(super) fn named(&self, name: &str) -> Option<&Key> {
        self.0.named(name)
    }

    /// The names of all keys, the sealing one first.
    pub fn names(&self) -> Vec<String> {
        self.0.names()
    }
}

/// Bytes that stand for one list of values only: each value begins with its length.
#[derive(Default)]
struct Values(Vec<u8>);

impl Values {
    fn add(&mut self, value: &[u8]) -> &mut Self {
        self.0.extend_from_slice(&(value.len() as u64).to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.add(&number.to_be_bytes())
    }

    fn maybe(&mut self, value: Option<&[u8]>) -> &mut Self {
        match value {
            Some(value) => self.number(1).add(value),
            None => self.number(0),
        }
    }
}

/// The seal of an entry in a place of the chain.
pub fn seal_of(key: &Key, before: &str, number: i64, entry: &audit_entry::Model) -> String {
    let mut values = Values::default();
    values
        .add(b"entry")
        .add(before.as_bytes())
        .number(number)
        .add(entry.id.uuid().as_bytes())
        .number(entry.created_at.0)
        .number(entry.kind.to_value().into())
        .number(entry.actor.to_value().into())
        .maybe(entry.actor_id.as_ref().map(|id| id.as_bytes().as_slice()))
        .add(entry.action.as_bytes())
        .maybe(entry.request_id.as_deref().map(str::as_bytes))
        .add(entry.content.as_bytes());
    key.hash(&values.0)
}

/// The seal of the head.
pub fn seal_of_head(key: &Key, head: &audit_head::Model) -> String {
    let mut values = Values::default();
    values
        .add(b"head")
        .number(head.first_number)
        .add(head.first_seal.as_bytes())
        .number(head.last_number)
        .add(head.last_seal.as_bytes())
        .number(head.sealed_at.0);
    key.hash(&values.0)
}

/// Whether two seals are the same.
pub fn same(one: &str, other: &str) -> bool {
    secrets::same(one.as_bytes(), other.as_bytes())
}
