//! The load test: our server beside a floor that answers the same JSON by hand, in the same run.
//!
//! `cargo bench --bench load` measures throughput; `-- search`, `-- depth`, `-- documents`, `-- flood` and `-- start` measure the rest of what
//! `docs/performance.md` tells.

mod agree;
mod client;
mod depth;
mod documents;
mod flood;
mod floor;
mod operations;
mod options;
mod report;
mod rounds;
mod search;
mod server;
mod shop;
mod start;
mod statements;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use options::{Mode, Options};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.bench && !options.is_inner() {
        println!("nothing is measured here; run `cargo bench --bench load`");
        return ExitCode::SUCCESS;
    }
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    match &options.mode {
        Some(Mode::Floor(arguments)) => floor::serve(arguments),
        Some(Mode::Bare(arguments)) => flood::serve(arguments),
        mode => {
            // One thread for all clients: they shall leave the machine to the servers.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                match mode {
                    Some(Mode::Search) => search::run(options).await,
                    Some(Mode::Flood) => flood::run(options).await,
                    Some(Mode::Depth) => depth::run(options).await,
                    Some(Mode::Documents) => documents::run(options).await,
                    Some(Mode::Start) => start::run(options).await,
                    _ => rounds::run(options).await,
                }
            })
        }
    }
}
