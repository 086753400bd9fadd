//! The command line: one file a command. Texts and exit codes are for people.
#![deny(clippy::print_stdout)]
#![expect(clippy::print_stderr, reason = "a command line talks to people at a terminal")]

#[macro_use]
mod out;

mod audit;
mod backup;
mod cost;
mod clients;
mod demo;
mod doctor;
mod documents;
mod export;
mod import;
mod keys;
mod migrate;
mod rehearsal;
mod schema;
mod seed;
mod serve;
mod staff;

use std::io;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, HELP};
use crate::monitoring::logs;
use crate::services::Error;
use crate::services::acting::{self, Acting};

/// Worker threads parse documents; a deep stack is a second line of defence behind the gate's limits.
const STACK_BYTES: usize = 4 * 1024 * 1024;

/// The GraphQL backend-for-frontend for shops.
#[derive(Parser)]
#[command(version, about, after_help = HELP, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Import(import::Import),
    Export(export::Export),
    Backup(backup::Backup),
    Seed(seed::Seed),
    Schema(schema::Schema),
    Cost(cost::Cost),
    Doctor(doctor::Doctor),
    Staff(staff::Staff),
    Keys(keys::Keys),
    Clients(clients::Clients),
    Audit(audit::Audit),
    Documents(documents::Documents),
}

/// Why a command failed, for a person to read.
#[derive(Debug)]
pub struct Failure(String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

type Outcome = Result<ExitCode, Failure>;

/// Runs the command that the command line names.
pub fn run() -> ExitCode {
    let matches = Cli::command().get_matches();
    let words = command_words(&matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let config = match Config::read() {
        Ok(config) => config,
        Err(problems) => {
            eprintln!("vitrine: these settings are wrong:");
            for problem in problems {
                eprintln!("  {problem}");
            }
            return ExitCode::from(2);
        }
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK_BYTES).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let acting = Acting::at_command_line(&words);
            runtime.block_on(acting::within(acting, dispatch(cli.command, config)))
        }
        Err(error) => Err(error.into()),
    };
    outcome.unwrap_or_else(|Failure(problem)| {
        eprintln!("vitrine: {problem}");
        ExitCode::FAILURE
    })
}

/// The words that name the command: `staff add`. What it changes, it changes under this name.
fn command_words(matches: &ArgMatches) -> String {
    let mut words = Vec::new();
    let mut here = matches;
    while let Some((word, below)) = here.subcommand() {
        words.push(word);
        here = below;
    }
    words.join(" ")
}

async fn dispatch(command: Command, config: Config) -> Outcome {
    match command {
        Command::Demo(demo) => demo.run(config).await,
        Command::Serve(serve) => serve.run(config).await,
        Command::Migrate(migrate) => migrate.run(&config).await,
        Command::Import(import) => import.run(&config).await,
        Command::Export(export) => export.run(&config).await,
        Command::Backup(backup) => backup.run(&config).await,
        Command::Seed(seed) => seed.run(&config).await,
        Command::Schema(schema) => schema.run(&config).await,
        Command::Cost(cost) => cost.run(&config),
        Command::Doctor(doctor) => doctor.run(&config).await,
        Command::Staff(staff) => staff.run(&config).await,
        Command::Keys(keys) => keys.run(&config).await,
        Command::Clients(clients) => clients.run(&config).await,
        Command::Audit(audit) => audit.run(&config).await,
        Command::Documents(documents) => documents.run(&config).await,
    }
}

/// Begins logging as the settings say.
fn start_logs(config: &Config) -> Result<(), Failure> {
    let format = if config.log_json { logs::Format::Json } else { logs::Format::Text };
    Ok(logs::start(config.log_filter.as_deref(), format)?)
}

/// Ends when the process is told to end; from now on that does not end it.
fn stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Tells a failure with its causes: at the command line nobody is kept from them.
fn explain(error: &Error) -> Failure {
    let mut text = error.to_string();
    if let Error::Problems(problems) = error {
        let told = problems.iter().map(|problem| format!("{}: {}", problem.path.join("."), problem.message));
        return Failure(told.collect::<Vec<_>>().join("; "));
    }
    let mut cause = std::error::Error::source(error);
    if let (Error::Internal(_), Some(inner)) = (error, cause) {
        (text, cause) = (inner.to_string(), inner.source());
    }
    while let Some(inner) = cause {
        // Some errors tell their cause themselves.
        let told = inner.to_string();
        if !text.ends_with(&told) {
            text = format!("{text}: {told}");
        }
        cause = inner.source();
    }
    Failure(text)
}
