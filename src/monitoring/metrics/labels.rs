//! What metrics are told apart by, and the names that may become labels.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// What everything is called that has no label of its own.
pub const OTHER: &str = "other";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Place {
    pub route: &'static str,
    pub status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Outcome {
    pub operation: Arc<str>,
    pub client: Arc<str>,
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfOperation {
    pub operation: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfClient {
    pub client: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Document {
    pub mode: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reason {
    pub reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Threat {
    pub kind: &'static str,
    pub severity: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Batch {
    pub loader: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct State {
    pub pool: &'static str,
    pub state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Named {
    pub name: &'static str,
}

/// What is counted for one operation, found once.
pub struct Operation {
    pub name: Arc<str>,
    pub duration: Histogram,
    pub statements: Histogram,
}

/// Histograms by operation.
pub type ByOperation = Family<OfOperation, Histogram, fn() -> Histogram>;

impl Operation {
    pub fn new(name: Arc<str>, duration: &ByOperation, statements: &ByOperation) -> Self {
        let label = OfOperation { operation: Arc::clone(&name) };
        Self {
            name,
            duration: duration.get_or_create_owned(&label),
            statements: statements.get_or_create_owned(&label),
        }
    }
}

/// What is counted for one client app, found once.
pub struct Client {
    pub name: Arc<str>,
    pub charged: Counter,
    pub refused: Counter,
}

impl Client {
    pub fn new(
        name: Arc<str>,
        charged: &Family<OfClient, Counter>,
        refused: &Family<OfClient, Counter>,
    ) -> Self {
        let label = OfClient { client: Arc::clone(&name) };
        Self {
            name,
            charged: charged.get_or_create_owned(&label),
            refused: refused.get_or_create_owned(&label),
        }
    }
}

/// The names that have become labels: at most so many, and `other` for the rest.
pub struct Known<T> {
    most: usize,
    make: Box<dyn Fn(Arc<str>) -> T + Send + Sync>,
    known: RwLock<HashMap<Arc<str>, Arc<T>>>,
    other: Arc<T>,
}

impl<T> Known<T> {
    pub fn new(most: usize, make: impl Fn(Arc<str>) -> T + Send + Sync + 'static) -> Self {
        let other = Arc::new(make(OTHER.into()));
        Self { most, make: Box::new(make), known: RwLock::default(), other }
    }

    /// What is counted under this name.
    pub fn get(&self, name: Option<&str>) -> Arc<T> {
        let Some(name) = name.filter(|name| *name != OTHER) else { return Arc::clone(&self.other) };
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            match known.get(name) {
                Some(found) => return Arc::clone(found),
                None if known.len() >= self.most => return Arc::clone(&self.other),
                None => {}
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= self.most && !known.contains_key(name) {
            return Arc::clone(&self.other);
        }
        let name: Arc<str> = name.into();
        Arc::clone(known.entry(Arc::clone(&name)).or_insert_with(|| Arc::new((self.make)(name))))
    }
}
