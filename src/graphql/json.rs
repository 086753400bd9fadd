//! Answers as JSON text (RFC 8259).
//!
//! What the short cut has written already stands among the library's values as `Binary`, which no scalar of ours uses,
//! and goes into the answer as it is.

use async_graphql::{Response, Value};
use bytes::Bytes;

/// JSON that is written already, as a value among others. It is kept until all are there, so it keeps no room that it
/// hardly uses.
pub fn written(mut text: Vec<u8>) -> Value {
    if text.capacity() > 2 * text.len() {
        text.shrink_to_fit();
    }
    Value::Binary(Bytes::from(text))
}

/// Writes a response key, which is a name (GraphQL specification, section 2.1.9) and so needs no escapes, and the colon
/// behind it.
pub fn key(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// A response as JSON: errors first, where they are seen (GraphQL specification, section 7.1).
///
/// # Errors
/// Where a value cannot be JSON, which no type of the schema allows.
pub fn response(response: &Response) -> serde_json::Result<Bytes> {
    let mut out = Vec::with_capacity(written_bytes(&response.data) + BESIDE_BYTES);
    out.push(b'{');
    errors(response, &mut out)?;
    next(&mut out);
    key("data", &mut out);
    value(&response.data, &mut out)?;
    extensions(response, out)
}

/// Room for what is not written yet, in bytes.
const BESIDE_BYTES: usize = 2 * 1024;

/// How much of a value is written already.
fn written_bytes(value: &Value) -> usize {
    match value {
        Value::Binary(text) => text.len(),
        Value::List(values) => values.iter().map(written_bytes).sum(),
        Value::Object(values) => values.values().map(written_bytes).sum(),
        _ => 0,
    }
}

/// The response to what was not executed, which has no `data` (GraphQL specification, section 7.1).
///
/// # Errors
/// As [`response`].
pub fn refusal(response: &Response) -> serde_json::Result<Bytes> {
    let mut out = Vec::with_capacity(512);
    out.push(b'{');
    errors(response, &mut out)?;
    extensions(response, out)
}

fn errors(response: &Response, out: &mut Vec<u8>) -> serde_json::Result<()> {
    if !response.errors.is_empty() {
        key("errors", out);
        serde_json::to_writer(out, &response.errors)?;
    }
    Ok(())
}

fn extensions(response: &Response, mut out: Vec<u8>) -> serde_json::Result<Bytes> {
    if !response.extensions.is_empty() {
        next(&mut out);
        key("extensions", &mut out);
        serde_json::to_writer(&mut out, &response.extensions)?;
    }
    out.push(b'}');
    Ok(out.into())
}

fn value(from: &Value, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match from {
        Value::Binary(text) => out.extend_from_slice(text),
        Value::List(values) => {
            out.push(b'[');
            for (index, item) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                value(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(values) => {
            out.push(b'{');
            for (index, (name, item)) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                key(name, out);
                value(item, out)?;
            }
            out.push(b'}');
        }
        scalar => serde_json::to_writer(out, scalar)?,
    }
    Ok(())
}

fn next(out: &mut Vec<u8>) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ServerError, value};

    use super::*;

    #[test]
    fn it_is_what_the_library_would_write() {
        let data = value!({ "a": [1, 2.5, null, true, "x\"\n\u{e9}"], "b": {}, "c": [], "d": { "e": "f" } });
        let mut plain = Response::new(data);
        let same = |plain: &Response| {
            let ours: serde_json::Value = serde_json::from_slice(&response(plain).unwrap()).unwrap();
            assert_eq!(ours, serde_json::to_value(plain).unwrap());
        };
        same(&plain);
        plain.extensions.insert("cost".to_owned(), value!({ "requested": 3 }));
        same(&plain);
        plain.errors.push(ServerError::new("no", None));
        same(&plain);
    }

    #[test]
    fn what_is_written_goes_in_as_it_is_and_what_was_refused_has_no_data() {
        let list = Value::List(vec![written(br#"{"a":1}"#.to_vec()), Value::Null]);
        assert_eq!(response(&Response::new(list)).unwrap(), r#"{"data":[{"a":1},null]}"#);
        let mut refused = Response::from_errors(vec![ServerError::new("no", None)]);
        assert_eq!(refusal(&refused).unwrap(), r#"{"errors":[{"message":"no"}]}"#);
        assert_eq!(response(&refused).unwrap(), r#"{"errors":[{"message":"no"}],"data":null}"#);
        refused.extensions.insert("cost".to_owned(), value!({ "requested": 3 }));
        let told = r#"{"errors":[{"message":"no"}],"extensions":{"cost":{"requested":3}}}"#;
        assert_eq!(refusal(&refused).unwrap(), told);
    }
}
