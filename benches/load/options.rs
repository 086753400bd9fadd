//! What can be asked for on the command line.

use std::time::Duration;

use clap::{Parser, Subcommand};

/// Measure the service under load.
#[derive(Parser)]
pub struct Options {
    /// What is measured; throughput where nothing is said
    #[command(subcommand)]
    pub mode: Option<Mode>,
    /// Products of the shop; it is made where there is none
    #[arg(long, global = true)]
    pub products: Option<u64>,
    /// Connections that ask at the same time
    #[arg(long, global = true, default_value_t = 16)]
    pub connections: usize,
    /// Rounds for each operation and server
    #[arg(long, global = true, default_value_t = 5)]
    pub rounds: usize,
    /// Seconds that a round takes
    #[arg(long, global = true, default_value_t = 4.0)]
    seconds: f64,
    /// Only these operations: list, product, deep
    #[arg(long, global = true, value_delimiter = ',')]
    pub only: Vec<String>,
    /// What cargo tells a benchmark
    #[arg(long, global = true, hide = true)]
    pub bench: bool,
}

/// What is measured.
#[derive(Subcommand)]
pub enum Mode {
    /// Search with facets, one client
    Search,
    /// The first page of a list beside one behind a deep cursor, one client
    Depth,
    /// Lists by the id of a registered document beside the same by text, and a shop with 100,000 documents
    Documents,
    /// Lists that others get beside a client that is refused 2,000 times a second
    Flood,
    /// How long the service takes to start, and what it weighs
    Start,
    /// Serve the floor (the load test starts it by itself)
    #[command(hide = true)]
    Floor(FloorArguments),
    /// Refuse everything (the load test starts it by itself)
    #[command(hide = true)]
    Bare(BareArguments),
}

/// What the bare handler has to know.
#[derive(clap::Args)]
pub struct BareArguments {
    /// Where to listen
    #[arg(long)]
    pub listen: std::net::SocketAddr,
}

/// What the floor has to know.
#[derive(clap::Args)]
pub struct FloorArguments {
    /// Where to listen
    #[arg(long)]
    pub listen: std::net::SocketAddr,
    /// The PostgreSQL database
    #[arg(long)]
    pub database: String,
    /// What the service's cursors of the list of products begin with
    #[arg(long)]
    pub list: u64,
    /// Connections to the database
    #[arg(long, default_value_t = 8)]
    pub clients: usize,
}

impl Options {
    /// How long a round takes.
    pub fn round(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    /// Whether the load test started this process itself.
    pub fn is_inner(&self) -> bool {
        matches!(self.mode, Some(Mode::Floor(_) | Mode::Bare(_)))
    }

    /// Whether an operation is wanted.
    pub fn wants(&self, operation: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == operation)
    }
}
