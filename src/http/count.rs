//! The one place where requests are counted.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::caller::Client;
use super::log_fields::LogFields;
use super::options::{Options, Registered};
use crate::graphql::Answer;
use crate::monitoring::metrics::{Answered, Executed, Metrics};
use crate::services::error::Code;

/// Paths that are a route each, and how metrics call it: no path that a client makes up becomes a label.
const ROUTES: [(&str, &str); 8] = [
    ("/graphql", "/graphql"),
    ("/graphql/stream", "/graphql/stream"),
    ("/health/live", "/health/live"),
    ("/health/ready", "/health/ready"),
    ("/schema.graphql", "/schema.graphql"),
    ("/.well-known/jwks.json", "/.well-known/jwks.json"),
    ("/graphiql", "/graphiql"),
    ("/metrics", "/metrics"),
];
/// What the paths of a route begin with that has many.
const BRANCHES: [(&str, &str); 3] =
    [("/media/", "/media"), ("/uploads/", "/uploads"), ("/graphiql/", "/graphiql")];

/// Counts requests.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    metrics: Arc<Metrics>,
    registered: Registered,
}

impl Feed {
    /// Counts where the options say.
    pub fn new(options: &Options) -> Self {
        Self { metrics: Arc::clone(&options.metrics), registered: options.registered.clone() }
    }

    /// Counts a request that was answered.
    pub fn count(
        &self,
        route: &'static str,
        client: &Client,
        status: StatusCode,
        took: Duration,
        fields: &LogFields,
    ) {
        let report = &fields.report;
        let name = report.operation.as_deref().filter(|name| self.registered.operations.ask(name));
        let called = client.name.as_deref().filter(|name| self.registered.clients.ask(name));
        let client = report.client.as_deref().or(called);
        let is_operation = route.starts_with("/graphql") && (fields.is_executed || fields.code.is_some());
        let operation = is_operation.then_some(Executed {
            name,
            client,
            is_executed: fields.is_executed,
            source: report.source,
            cost: report.cost,
            statements: report.statements,
            database: report.database,
        });
        let code = fields.code.map(Code::as_str);
        self.metrics.answered(&Answered { route, status: status.as_u16(), code, took, operation });
    }
}

impl Feed {
    /// Counts an operation that no request of its own brought.
    pub fn count_answer(&self, client: &Client, took: Duration, answer: &Answer) {
        let (code, is_executed, report) = match answer {
            Answer::Executed { code, report, .. } => (*code, true, report),
            Answer::Refused { code, report, .. } => (Some(*code), false, report),
        };
        let fields = LogFields { code, is_executed, report: report.clone() };
        self.count("/graphql", client, StatusCode::OK, took, &fields);
    }
}

/// The route that a path leads to, as metrics call it.
pub fn route(path: &str) -> &'static str {
    let known = ROUTES.into_iter().find(|(known, _)| path == *known);
    let known = known.or_else(|| BRANCHES.into_iter().find(|(begin, _)| path.starts_with(begin)));
    known.map_or("other", |(_, route)| route)
}
