//! What the log tells of a request beside what the wire shows.

use crate::graphql::Report;
use crate::services::error::Code;

/// What a handler adds to the log line of its request: it puts this into the response's extensions.
///
/// To log more, add a field here and one to the line that `request_log` writes.
#[derive(Clone, Debug, Default)]
pub struct LogFields {
    /// The code of the first error in the answer.
    pub code: Option<Code>,
    /// Whether an operation ran.
    pub is_executed: bool,
    /// What the operation was and what it took.
    pub report: Report,
}
