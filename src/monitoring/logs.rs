//! Logs: JSON lines for machines, or short lines for people at a terminal.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is logged where nobody says otherwise.
const DEFAULT_FILTER: &str = "info,sqlx=warn,sea_orm_migration=warn";

/// In which form lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Begins logging to standard error; `filter` is in the form of `RUST_LOG`.
///
/// # Errors
/// What is wrong with the filter.
pub fn start(filter: Option<&str>, format: Format) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter.unwrap_or(DEFAULT_FILTER)).map_err(|error| error.to_string())?;
    // Where nobody reads the log any more, the library would tell so on standard error, and panic since nobody reads that.
    let lines = tracing_subscriber::fmt().log_internal_errors(false);
    let lines = lines.with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        Format::Json => lines.json().flatten_event(true).with_current_span(false).init(),
        Format::Text => lines.with_ansi(std::io::stderr().is_terminal()).compact().init(),
    }
    Ok(())
}
