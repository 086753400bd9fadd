//! Around everything: every request gets an id, its answer says so, one line of log tells of it, and it is counted.

use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::response::Response;
use http::HeaderValue;
use tracing::info;

use super::caller::{Client, REQUEST_ID, assign_request_id};
use super::count::{Feed, route};
use super::log_fields::LogFields;
use crate::services::error::Code;

/// One line of the log: a request, or an operation on a socket.
#[derive(Debug)]
pub struct Line<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// The method; on sockets the type of the message.
    pub method: &'a str,
    /// The path. Never the query string: it may hold what is nobody's business in a log.
    pub path: &'a str,
    /// The status; an operation on a socket has none.
    pub status: Option<u16>,
    /// From the head of the request to the head of the answer.
    pub duration: Duration,
    /// The client app's name.
    pub client: Option<&'a str>,
    /// The client app's version.
    pub client_version: Option<&'a str>,
    /// What the handler tells.
    pub fields: LogFields,
}

impl Line<'_> {
    /// Writes it.
    pub fn write(self) {
        let LogFields { code, report, .. } = self.fields;
        info!(
            target: "request",
            request_id = self.request_id,
            method = self.method,
            path = self.path,
            status = self.status,
            duration_us = u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX),
            client = self.client,
            client_version = self.client_version,
            code = code.map(Code::as_str),
            operation = report.operation,
            document = report.document.as_deref(),
            cost = report.cost,
            statements = report.statements,
            database_us = u64::try_from(report.database.as_micros()).unwrap_or(u64::MAX),
        );
    }
}

/// Names the request, lets it be answered, logs and counts it and sends its id back in `X-Request-Id`.
pub async fn log<F: Future<Output = Response>>(
    feed: &Feed,
    mut request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let started = Instant::now();
    let id = assign_request_id(&mut request);
    let client = Client::from_headers(request.headers());
    let route = route(request.uri().path());
    let (method, uri) = (request.method().clone(), request.uri().clone());

    let mut response = answer(request).await;

    let fields = response.extensions_mut().remove::<LogFields>().unwrap_or_default();
    let took = started.elapsed();
    feed.count(route, &client, response.status(), took, &fields);
    let line = Line {
        request_id: id.as_str(),
        method: method.as_str(),
        path: uri.path(),
        status: Some(response.status().as_u16()),
        duration: took,
        client: client.name.as_deref(),
        client_version: client.version.as_deref(),
        fields,
    };
    line.write();
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use axum::{Extension, Router};
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;
    use crate::graphql::Report;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn one_line_tells_of_a_request_and_nothing_of_its_query() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let fields = LogFields {
            code: Some(Code::Throttled),
            is_executed: false,
            report: Report { cost: 7, ..Report::default() },
        };
        let app = Router::new().route("/path", get(Extension(fields))).layer(from_fn(
            async |request, next: Next| log(&Feed::default(), request, |it| next.run(it)).await,
        ));
        let request =
            Request::get("/path?query=secret").header("x-request-id", "r-1").header("vitrine-client", "web");
        let request = request.body(Body::empty()).expect("valid");
        let Ok(response) = app.oneshot(request).await;
        assert_eq!(response.headers()["x-request-id"], "r-1");

        let text = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("text");
        let line: Value = serde_json::from_str(&text).expect("one line of JSON");
        assert_eq!(line["target"], "request");
        let fields = &line["fields"];
        assert_eq!((&fields["request_id"], &fields["client"]), (&"r-1".into(), &"web".into()));
        assert_eq!((&fields["method"], &fields["path"]), (&"GET".into(), &"/path".into()));
        assert_eq!((&fields["status"], &fields["code"]), (&200.into(), &"THROTTLED".into()));
        assert_eq!(fields["cost"], 7);
        assert!(fields["duration_us"].is_u64());
        assert!(!text.contains("secret"));
    }
}
