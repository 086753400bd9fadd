//! One operation on a socket.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::ws::Message;
use futures_util::FutureExt as _;

use super::Execute;
use super::guest::Asking;
use super::message;
use crate::graphql::{Answer, Caller, Decoded, Report};
use crate::http::error::Rejection;
use crate::http::log_fields::LogFields;
use crate::http::request_log::Line;
use crate::http::sending::read_first;
use crate::http::server::{Held, Stay};
use crate::services::error::Code;

/// An operation that a client asks for.
pub struct Asked {
    /// The id that the client gave it.
    pub id: String,
    /// Its number on the socket.
    pub number: u64,
    /// The length of the message that asked for it.
    pub bytes: usize,
    /// What to run.
    pub decoded: Decoded,
}

/// An operation that has its answer.
pub struct Done {
    /// The id that the client gave it.
    pub id: String,
    /// Its number on the socket.
    pub number: u64,
    /// The length of the message that asked for it.
    pub bytes: usize,
    /// What the client is told.
    pub messages: Vec<Message>,
    /// Its answer's bytes, while they wait for the client.
    pub held: Option<Held>,
}

/// Runs it, as whoever the token names at this moment, and writes its line of the log.
pub async fn run(asked: Asked, asking: Asking, execute: Execute, stay: Stay) -> Done {
    let Asked { id, number, bytes, decoded } = asked;
    let began = Instant::now();
    let (mut messages, caller, mut code, report) = match asking.caller().await {
        Ok(caller) => answered(&id, decoded, caller, &execute).await,
        Err((caller, rejection)) => refused(&id, caller, &rejection),
    };
    let held = stay.unread().map(|unread| unread.take(length(&messages)));
    if let Some(None) = held {
        let rejection = read_first();
        messages = vec![message::error(&id, rejection.body(&caller.request_id).as_bytes())];
        code = Some(rejection.code);
    }
    let line = Line {
        request_id: &caller.request_id,
        method: "SUBSCRIBE",
        path: "/graphql",
        status: None,
        duration: began.elapsed(),
        client: caller.client_name.as_deref(),
        client_version: caller.client_version.as_deref(),
        fields: LogFields { code, is_executed: false, report },
    };
    line.write();
    Done { id, number, bytes, messages, held: held.flatten() }
}

fn length(messages: &[Message]) -> u64 {
    messages.iter().map(|message| message.to_text().map_or(0, str::len) as u64).sum()
}

type Outcome = (Vec<Message>, Caller, Option<Code>, Report);

async fn answered(id: &str, decoded: Decoded, caller: Caller, execute: &Execute) -> Outcome {
    let work = AssertUnwindSafe(execute(decoded, caller.clone()));
    match work.catch_unwind().await {
        Ok(Answer::Executed { body, code, report, .. }) => {
            (message::answer(id, &body).into(), caller, code, report)
        }
        Ok(Answer::Refused { body, code, report, .. }) => {
            (vec![message::error(id, &body)], caller, Some(code), report)
        }
        Err(_) => {
            tracing::error!(request_id = caller.request_id, "an operation panicked");
            refused(id, caller, &Rejection::internal())
        }
    }
}

fn refused(id: &str, caller: Caller, rejection: &Rejection) -> Outcome {
    let body = rejection.body(&caller.request_id);
    (vec![message::error(id, body.as_bytes())], caller, Some(rejection.code), Report::default())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use bytes::Bytes;
    use http::{Extensions, Request};
    use serde_json::Value;

    use super::*;
    use crate::http::socket::guest::Guest;

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
    async fn each_operation_has_its_line_in_the_log() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let request = Request::get("/graphql?market=de").header("vitrine-client", "web").body(());
        let (head, ()) = request.expect("valid").into_parts();
        let mut guest = Guest::welcome(&head, None, true, false).await.expect("welcome");
        let execute: Execute = Arc::new(|_, _| {
            let body = Bytes::from_static(br#"{"errors":[{"message":"no"}]}"#);
            let report = Report { cost: 7, ..Report::default() };
            let answer = Answer::Refused { code: Code::CostExceeded, body, mutation_on_get: false, report };
            std::future::ready(answer).boxed()
        });
        let decoded = Decoded { query: Some("{ secret }".to_owned()), ..Decoded::default() };
        let asked = Asked { id: "1".to_owned(), number: 1, bytes: 10, decoded };
        let done = run(asked, guest.ask(), execute, Stay::of(&Extensions::new())).await;
        assert_eq!((done.id.as_str(), done.number, done.bytes, done.messages.len()), ("1", 1, 10, 1));

        let text = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("text");
        let line: Value = serde_json::from_str(&text).expect("one line of JSON");
        let fields = &line["fields"];
        assert_eq!((&line["target"], &fields["method"]), (&"request".into(), &"SUBSCRIBE".into()));
        assert_eq!((&fields["client"], &fields["code"]), (&"web".into(), &"COST_EXCEEDED".into()));
        assert_eq!((&fields["cost"], fields.get("status")), (&7.into(), None));
        assert!(fields["request_id"].as_str().expect("an id").ends_with("-1"));
        assert!(!text.contains("secret"));
    }
}
