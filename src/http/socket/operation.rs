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
use crate::http::request_log::{Line, LogFields};
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
}

/// Runs it, as whoever the token names at this moment, and writes its line of the log.
pub async fn run(asked: Asked, asking: Asking, execute: Execute) -> Done {
    let Asked { id, number, bytes, decoded } = asked;
    let began = Instant::now();
    let (messages, caller, code, report) = match asking.caller().await {
        Ok(caller) => answered(&id, decoded, caller, &execute).await,
        Err((caller, rejection)) => refused(&id, caller, &rejection),
    };
    let line = Line {
        request_id: &caller.request_id,
        method: "SUBSCRIBE",
        path: "/graphql",
        status: None,
        duration: began.elapsed(),
        client: caller.client_name.as_deref(),
        client_version: caller.client_version.as_deref(),
        fields: LogFields { code, report },
    };
    line.write();
    Done { id, number, bytes, messages }
}

type Outcome = (Vec<Message>, Caller, Option<Code>, Report);

async fn answered(id: &str, decoded: Decoded, caller: Caller, execute: &Execute) -> Outcome {
    let work = AssertUnwindSafe(execute(decoded, caller.clone()));
    match work.catch_unwind().await {
        Ok(Answer::Executed { body, code, report }) => {
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
