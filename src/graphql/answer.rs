//! What becomes of a request, and what the log tells of it.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response;
use bytes::Bytes;

use super::error::refused;
use super::gate::{Problem, Refusal};
use super::json;
use super::request::Caller;
use crate::monitoring::metrics::Source;
use crate::services::Code;
use crate::services::budgets::Charge;

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It was not executed.
    Refused {
        /// Why.
        code: Code,
        /// JSON without `data`.
        body: Bytes,
        /// Whether it asked for a change by GET.
        mutation_on_get: bool,
        /// For the log.
        report: Report,
    },
    /// It was executed, perhaps with errors.
    Executed {
        /// JSON with `data`.
        body: Bytes,
        /// The code of the first error.
        code: Option<Code>,
        /// For how many seconds a shared cache may keep the answer; `None` where it is for the caller alone.
        max_age: Option<u32>,
        /// For the log.
        report: Report,
    },
}

impl Answer {
    /// Tells the caller why nothing was executed.
    pub fn refused(refusal: &Refusal, caller: &Caller, report: Report) -> Self {
        Self::refused_as(refusal.code, &refused(refusal, &caller.request_id), report)
    }

    /// The same in words that stand already.
    pub fn refused_as(code: Code, response: &Response, report: Report) -> Self {
        let body = written(json::refusal(response));
        Self::Refused { code, body, mutation_on_get: false, report }
    }

    /// A change that was asked for by GET.
    pub fn change_by_get(caller: &Caller, report: Report) -> Self {
        let refusal = Refusal::invalid(vec![Problem::new("only queries may be sent by GET")]);
        let body = written(json::refusal(&refused(&refusal, &caller.request_id)));
        Self::Refused { code: refusal.code, body, mutation_on_get: true, report }
    }

    /// What came of an operation; `code` is that of its first error.
    pub fn executed(response: &Response, code: Option<Code>, max_age: Option<u32>, report: Report) -> Self {
        Self::Executed { body: written(json::response(response)), code, max_age, report }
    }

    /// The code of the first error.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Executed { code, .. } => *code,
        }
    }

    /// What the log tells of it.
    pub fn report(&self) -> &Report {
        match self {
            Self::Refused { report, .. } | Self::Executed { report, .. } => report,
        }
    }
}

/// What the log tells of an operation.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The operation's name.
    pub operation: Option<String>,
    /// A short hash of the document.
    pub document: Option<Arc<str>>,
    /// The handle of the registered client app.
    pub client: Option<String>,
    /// How the document came; `None` where nobody looked for it.
    pub source: Option<Source>,
    /// Objects that it could return.
    pub cost: u64,
    /// Statements, without BEGIN and COMMIT.
    pub statements: u64,
    /// Time in statements, summed up.
    pub database: Duration,
    /// After which time a part that was refused for now can be tried again.
    pub retry_after: Option<Duration>,
    /// Whether it asks for something that takes a right which the caller does not have.
    pub is_foreign: bool,
    /// What was charged for it, and how the caller's budget stands; the answer's headers tell it.
    pub charge: Option<Charge>,
}

fn written(body: serde_json::Result<Bytes>) -> Bytes {
    body.unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written");
        Bytes::from_static(br#"{"errors":[{"message":"something went wrong on our side"}]}"#)
    })
}
