//! The messages of the protocol `graphql-transport-ws`,
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>.

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::ending::Ending;
use crate::graphql::Decoded;
use crate::http::graphql::{decode, json as strict};

/// The longest id of an operation, in bytes.
const LONGEST_ID: usize = 255;

/// What a client says.
#[derive(Debug)]
pub enum Said {
    /// `connection_init`: who it is.
    Init(Map<String, Value>),
    /// `ping`, which may bring a new token.
    Ping(Map<String, Value>),
    /// `pong`.
    Pong,
    /// `subscribe`: run an operation.
    Subscribe(String, Box<Decoded>),
    /// `complete`: do not answer it.
    Complete(String),
}

/// Reads a message.
///
/// # Errors
/// 4400 for what the protocol does not know.
pub fn read(text: &str) -> Result<Said, Ending> {
    let value = strict::parse(text)
        .map_err(|error| Ending::bad_message(format!("The message is not valid JSON: {error}")))?;
    let Value::Object(mut fields) = value else {
        return Err(Ending::bad_message("A message is a JSON object"));
    };
    match fields.get("type").and_then(Value::as_str) {
        Some("connection_init") => Ok(Said::Init(details(&mut fields)?)),
        Some("ping") => Ok(Said::Ping(details(&mut fields)?)),
        Some("pong") => details(&mut fields).map(|_| Said::Pong),
        Some("subscribe") => {
            let id = id(&mut fields)?;
            let Some(Value::Object(payload)) = fields.remove("payload") else {
                return Err(Ending::bad_message("The payload of subscribe is a JSON object"));
            };
            let decoded = decode::request(payload);
            let decoded = decoded.map_err(|rejection| Ending::bad_message(rejection.message))?;
            Ok(Said::Subscribe(id, Box::new(decoded)))
        }
        Some("complete") => Ok(Said::Complete(id(&mut fields)?)),
        Some(_) => Err(Ending::bad_message("There is no message of this type for a client to send")),
        None => Err(Ending::bad_message("A message has a type")),
    }
}

fn id(fields: &mut Map<String, Value>) -> Result<String, Ending> {
    match fields.remove("id") {
        Some(Value::String(id)) if (1..=LONGEST_ID).contains(&id.len()) => Ok(id),
        _ => Err(Ending::bad_message("The id of an operation is a text of 1 to 255 bytes")),
    }
}

/// A payload that may be left out.
fn details(fields: &mut Map<String, Value>) -> Result<Map<String, Value>, Ending> {
    match fields.remove("payload") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(payload)) => Ok(payload),
        Some(_) => Err(Ending::bad_message("The payload is a JSON object")),
    }
}

/// `connection_ack`, with how long the token is good.
pub fn ack(payload: Option<Value>) -> Message {
    simple("connection_ack", payload)
}

/// `pong`.
pub fn pong(payload: Option<Value>) -> Message {
    simple("pong", payload)
}

fn simple(kind: &str, payload: Option<Value>) -> Message {
    let mut message = json!({ "type": kind });
    if let Some(payload) = payload {
        message["payload"] = payload;
    }
    Message::text(message.to_string())
}

/// `next` with the answer of an operation, which is JSON already, and `complete`.
pub fn answer(id: &str, body: &Bytes) -> [Message; 2] {
    let id = Value::from(id);
    let head = format!(r#"{{"id":{id},"type":"next","payload":"#);
    let mut text = Vec::with_capacity(head.len() + body.len() + 1);
    text.extend_from_slice(head.as_bytes());
    text.extend_from_slice(body);
    text.push(b'}');
    let next = Utf8Bytes::try_from(text).unwrap_or_default();
    [Message::Text(next), Message::text(json!({ "id": id, "type": "complete" }).to_string())]
}

/// `error` with the errors of an answer `{"errors":[...]}`.
pub fn error(id: &str, body: &[u8]) -> Message {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = body.get("errors").filter(|errors| errors.is_array());
    let unknown = || json!([{ "message": "something went wrong on our side" }]);
    let payload = errors.cloned().unwrap_or_else(unknown);
    Message::text(json!({ "id": id, "type": "error", "payload": payload }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        match read(text) {
            Err(Ending::Close(4400, reason)) => reason.into_owned(),
            other => panic!("not refused: {text} {other:?}"),
        }
    }

    #[test]
    fn each_message_of_a_client_is_read() {
        for text in [
            r#"{"type":"connection_init"}"#,
            r#"{"type":"connection_init","payload":null}"#,
            r#"{"type":"connection_init","payload":{"authorization":"Bearer x"}}"#,
        ] {
            assert!(matches!(read(text), Ok(Said::Init(_))), "{text}");
        }
        assert!(matches!(read(r#"{"type":"ping"}"#), Ok(Said::Ping(payload)) if payload.is_empty()));
        assert!(matches!(read(r#"{"type":"pong","payload":{}}"#), Ok(Said::Pong)));
        assert!(matches!(read(r#"{"type":"complete","id":"1"}"#), Ok(Said::Complete(id)) if id == "1"));
        let text = r#"{"id":"1","type":"subscribe","payload":{"query":"{a}","operationName":null,
            "variables":{"x":1},"extensions":null,"more":true}}"#;
        let Ok(Said::Subscribe(id, decoded)) = read(text) else { panic!("not read") };
        assert_eq!((id.as_str(), decoded.query.as_deref()), ("1", Some("{a}")));
        assert_eq!(decoded.variables["x"], 1);
    }

    #[test]
    fn what_the_protocol_does_not_know_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "not valid JSON"),
            ("{", "not valid JSON"),
            (r#"{"type":"ping","type":"pong"}"#, "same key twice"),
            (r#"{"type":"ping"} {}"#, "not valid JSON"),
            ("[]", "a JSON object"),
            (r#""ping""#, "a JSON object"),
            ("{}", "has a type"),
            (r#"{"type":1}"#, "has a type"),
            (r#"{"type":"start","id":"1"}"#, "of this type"),
            (r#"{"type":"connection_ack"}"#, "of this type"),
            (r#"{"type":"next","id":"1","payload":{}}"#, "of this type"),
            (r#"{"type":"connection_init","payload":"x"}"#, "payload"),
            (r#"{"type":"pong","payload":[]}"#, "payload"),
            (r#"{"type":"complete"}"#, "id"),
            (r#"{"type":"subscribe","payload":{"query":"{a}"}}"#, "id"),
            (r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#, "id"),
            (r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#, "id"),
            (r#"{"type":"subscribe","id":"1"}"#, "payload"),
            (r#"{"type":"subscribe","id":"1","payload":null}"#, "payload"),
            (r#"{"type":"subscribe","id":"1","payload":{}}"#, "`query`"),
            (r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#, "`query`"),
            (r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#, "`variables`"),
        ] {
            let said = refused(text);
            assert!(said.contains(reason), "{text}: {said}");
        }
        refused(&format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(256)));
    }

    #[test]
    fn answers_are_valid_json_whatever_the_id() {
        let id = "a\"b\\ü";
        let text = |message: &Message| -> Value {
            let Message::Text(text) = message else { panic!("no text") };
            serde_json::from_str(text).expect("JSON")
        };
        let [next, complete] = answer(id, &Bytes::from_static(br#"{"data":{"a":1}}"#));
        let expected = json!({ "id": id, "type": "next", "payload": { "data": { "a": 1 } } });
        assert_eq!(text(&next), expected);
        assert_eq!(text(&complete), json!({ "id": id, "type": "complete" }));
        let told = text(&error(id, br#"{"errors":[{"message":"no"}],"extensions":{}}"#));
        assert_eq!(told, json!({ "id": id, "type": "error", "payload": [{ "message": "no" }] }));
        assert_eq!(text(&error(id, b"nonsense"))["payload"].as_array().map(Vec::len), Some(1));
    }
}
