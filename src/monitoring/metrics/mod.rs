//! Metrics in the form of OpenMetrics 1.0, which Prometheus reads: counted as requests are answered, sampled when asked.
//!
//! What a client sends never becomes a label: names do only where the caller says that the shop knows them, and even
//! of those no more than a fixed number. So the memory that metrics take does not depend on who calls.

mod labels;
mod process;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use self::labels::{Batch, Client, Document, Known, Named, Operation, Outcome, Place, Reason, State, Threat};
use self::process::Process;

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The most names of operations that become labels; those that come later count as `other`.
const MOST_OPERATIONS: usize = 500;
/// The same for client apps.
const MOST_CLIENTS: usize = 100;
/// More is not added up for one operation that was refused: what clients ask for may be any number.
const MOST_REFUSED: u64 = 1 << 32;

/// Upper bounds of durations, in seconds.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Upper bounds of statements that an operation takes.
const STATEMENTS: [f64; 8] = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
/// Upper bounds of keys that are loaded at once.
const KEYS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0];

/// How a document came to be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// By its text.
    #[default]
    Text,
    /// By the id of a document that was registered.
    Registered,
    /// By the hash of a text that was sent before (automatic persisted queries).
    Apq,
    /// Not at all: nobody knows the id or hash.
    Unknown,
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Answered<'a> {
    /// The route, as the router has it; never the path that was asked for.
    pub route: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// The code of the first error.
    pub code: Option<&'static str>,
    /// From the head of the request to the head of the answer.
    pub took: Duration,
    /// The operation, where it was one of GraphQL.
    pub operation: Option<Executed<'a>>,
}

/// An operation of GraphQL, executed or refused.
#[derive(Clone, Debug)]
pub struct Executed<'a> {
    /// Its name, if that may be a label.
    pub name: Option<&'a str>,
    /// The client app, if its name may be a label.
    pub client: Option<&'a str>,
    /// Whether it ran.
    pub is_executed: bool,
    /// How its document came; `None` where the request never got so far.
    pub source: Option<Source>,
    /// Objects that it could return; 0 where that is not known.
    pub cost: u64,
    /// SQL statements that it took.
    pub statements: u64,
    /// Time in these, summed up.
    pub database: Duration,
}

/// A pool of connections to the database at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What it is for.
    pub name: &'static str,
    /// Connections that are open.
    pub open: u32,
    /// Those of them that nobody uses.
    pub idle: u32,
    /// The most that may be open.
    pub most: u32,
}

/// What is looked up at the moment that somebody asks for metrics.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The pools of the database.
    pub pools: Vec<Pool>,
    /// Changes that wait for their turn to write.
    pub writers_waiting: u64,
    /// Passwords that are being hashed, and those that wait for it.
    pub passwords: (u64, u64),
}

/// Everything that is counted, for the life of the process.
pub struct Metrics {
    registry: Registry,
    started: Instant,
    process: Option<Process>,
    operations_known: Known<Operation>,
    clients_known: Known<Client>,
    requests: Family<Place, Counter>,
    operations: Family<Outcome, Counter>,
    documents: Family<Document, Counter>,
    refusals: Family<Reason, Counter>,
    threats: Family<Threat, Counter>,
    database_seconds: Counter<f64, AtomicU64>,
    batches: Family<Batch, Histogram, fn() -> Histogram>,
    /// Connections that are open.
    pub connections: Gauge,
    connections_refused: Family<Reason, Counter>,
    connections_cut: Family<Reason, Counter>,
    pool: Family<State, Gauge>,
    pool_most: Family<Named, Gauge>,
    writers_waiting: Gauge,
    /// Audit entries that are not sealed.
    pub audit_unsealed: Gauge,
    /// For how many seconds the oldest of them has waited.
    pub audit_unsealed_seconds: Gauge,
    passwords: Family<Named, Gauge>,
    uptime: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Nothing has been counted yet.
    pub fn new() -> Self {
        let mut all = Registry::default();
        let duration = Family::new_with_constructor(seconds as fn() -> Histogram);
        let statements = Family::new_with_constructor(statements as fn() -> Histogram);
        let (charged, refused) = (Family::default(), Family::default());
        all.register("vitrine_operation_duration_seconds", "Time from request to answer", duration.clone());
        all.register("vitrine_operation_statements", "SQL statements an operation", statements.clone());
        all.register("vitrine_cost_charged", "Cost of operations that ran", charged.clone());
        all.register("vitrine_cost_refused", "Cost of operations that were refused", refused.clone());
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        all.register("vitrine_build", "The program", build);
        let process = Process::register(&mut all);
        let mut metrics = Self {
            registry: Registry::default(),
            started: Instant::now(),
            process,
            operations_known: Known::new(MOST_OPERATIONS, move |name| {
                Operation::new(name, &duration, &statements)
            }),
            clients_known: Known::new(MOST_CLIENTS, move |name| Client::new(name, &charged, &refused)),
            requests: Family::default(),
            operations: Family::default(),
            documents: Family::default(),
            refusals: Family::default(),
            threats: Family::default(),
            database_seconds: Counter::default(),
            batches: Family::new_with_constructor(keys as fn() -> Histogram),
            connections: Gauge::default(),
            connections_refused: Family::default(),
            connections_cut: Family::default(),
            pool: Family::default(),
            pool_most: Family::default(),
            writers_waiting: Gauge::default(),
            audit_unsealed: Gauge::default(),
            audit_unsealed_seconds: Gauge::default(),
            passwords: Family::default(),
            uptime: Gauge::default(),
        };
        metrics.register(&mut all);
        metrics.registry = all;
        metrics
    }

    fn register(&self, all: &mut Registry) {
        all.register("vitrine_http_requests", "Requests answered", self.requests.clone());
        all.register("vitrine_operations", "Operations of GraphQL answered", self.operations.clone());
        all.register("vitrine_documents", "Documents by how they came", self.documents.clone());
        all.register("vitrine_refusals", "Requests refused, by reason", self.refusals.clone());
        all.register("vitrine_security_events", "What was noticed of attacks", self.threats.clone());
        all.register("vitrine_database_seconds", "Time in SQL statements", self.database_seconds.clone());
        all.register("vitrine_batch_keys", "Keys a batch of a dataloader", self.batches.clone());
        all.register("vitrine_connections_open", "Connections open", self.connections.clone());
        let refused = self.connections_refused.clone();
        all.register("vitrine_connections_refused", "Connections turned away, by reason", refused);
        let cut = self.connections_cut.clone();
        all.register("vitrine_connections_cut", "Connections that the server ended, by reason", cut);
        all.register("vitrine_database_connections", "Connections of a pool", self.pool.clone());
        let most = self.pool_most.clone();
        all.register("vitrine_database_connections_max", "Connections that a pool may have", most);
        let waiting = self.writers_waiting.clone();
        all.register("vitrine_database_writers_waiting", "Changes that wait for a turn to write", waiting);
        let unsealed = self.audit_unsealed.clone();
        all.register("vitrine_audit_unsealed", "Audit entries that are not sealed", unsealed);
        let seconds = self.audit_unsealed_seconds.clone();
        all.register("vitrine_audit_unsealed_seconds", "Age of the oldest of these", seconds);
        all.register("vitrine_passwords", "Passwords being hashed or waiting", self.passwords.clone());
        all.register("vitrine_uptime_seconds", "Time since the start", self.uptime.clone());
    }

    /// Counts a request that was answered.
    pub fn answered(&self, request: &Answered<'_>) {
        self.requests.get_or_create(&Place { route: request.route, status: request.status }).inc();
        let Some(operation) = &request.operation else { return };
        let known = self.operations_known.get(operation.name);
        let client = self.clients_known.get(operation.client);
        let outcome = Outcome {
            operation: Arc::clone(&known.name),
            client: Arc::clone(&client.name),
            outcome: request.code.unwrap_or("ok"),
        };
        self.operations.get_or_create(&outcome).inc();
        known.duration.observe(request.took.as_secs_f64());
        if let Some(source) = operation.source {
            self.documents.get_or_create(&Document { mode: source.as_str() }).inc();
        }
        if operation.is_executed {
            known.statements.observe(f64::from(u32::try_from(operation.statements).unwrap_or(u32::MAX)));
            self.database_seconds.inc_by(operation.database.as_secs_f64());
            client.charged.inc_by(operation.cost);
        } else {
            client.refused.inc_by(operation.cost.min(MOST_REFUSED));
            let reason = request.code.unwrap_or("UNKNOWN");
            self.refusals.get_or_create(&Reason { reason }).inc();
        }
    }

    /// Counts a batch that a dataloader loads, and its keys.
    pub fn batch(&self, loader: &'static str, keys: usize) {
        let keys = f64::from(u32::try_from(keys).unwrap_or(u32::MAX));
        self.batches.get_or_create(&Batch { loader }).observe(keys);
    }

    /// Counts something that was noticed of an attack so many times. 0 makes the count be there before the first one is
    /// seen: Prometheus sees no increase of what begins with 1.
    pub fn threat(&self, kind: &'static str, severity: &'static str, times: u64) {
        self.threats.get_or_create(&Threat { kind, severity }).inc_by(times);
    }

    /// Counts a connection that was turned away.
    pub fn connection_refused(&self, reason: &'static str) {
        self.connections_refused.get_or_create(&Reason { reason }).inc();
    }

    /// Counts a connection that the server ended before its client did.
    pub fn connection_cut(&self, reason: &'static str) {
        self.connections_cut.get_or_create(&Reason { reason }).inc();
    }

    /// All of it, as text.
    pub fn text(&self, sample: &Sample) -> String {
        for pool in &sample.pools {
            let state = |state| self.pool.get_or_create_owned(&State { pool: pool.name, state });
            state("idle").set(pool.idle.into());
            state("used").set(pool.open.saturating_sub(pool.idle).into());
            self.pool_most.get_or_create(&Named { name: pool.name }).set(pool.most.into());
        }
        self.writers_waiting.set(signed(sample.writers_waiting));
        let (running, waiting) = sample.passwords;
        self.passwords.get_or_create(&Named { name: "running" }).set(signed(running));
        self.passwords.get_or_create(&Named { name: "waiting" }).set(signed(waiting));
        self.uptime.set(self.started.elapsed().as_secs_f64());
        if let Some(process) = &self.process {
            process.sample();
        }
        let mut text = String::with_capacity(16 * 1024);
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Source {
    /// As the label has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Registered => "registered",
            Self::Apq => "apq",
            Self::Unknown => "unknown",
        }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

fn statements() -> Histogram {
    Histogram::new(STATEMENTS)
}

fn keys() -> Histogram {
    Histogram::new(KEYS)
}
