//! From the bytes of a request to the parameters of a GraphQL request.
//!
//! GraphQL over HTTP, "Request Parameters", "GET" and "JSON Encoding".

use serde_json::{Map, Value};

use super::json;
use crate::graphql::Decoded;
use crate::http::error::Rejection;
use crate::http::parameters::Parameters;

/// Reads the body of a POST.
///
/// Keys other than the four of the specification are ignored, as it asks for.
///
/// # Errors
/// 400 if it is not UTF-8, not JSON, a batch, or a parameter is missing or of the wrong type.
pub fn body(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let text = std::str::from_utf8(bytes).map_err(|_| Rejection::bad_request("The body is not UTF-8."))?;
    match parse_json("The body", text)? {
        Value::Object(fields) => request(fields),
        Value::Array(_) => {
            let message = "Batches are not accepted: send one operation a request.";
            Err(Rejection::bad_request(message))
        }
        _ => Err(Rejection::bad_request("The body is not a JSON object.")),
    }
}

/// Reads the parameters out of a JSON object, which the body of a POST is or the payload of a message on a socket.
///
/// # Errors
/// 400 if a parameter is missing or of the wrong type.
pub fn request(mut fields: Map<String, Value>) -> Result<Decoded, Rejection> {
    let mut take = |name| fields.remove(name).unwrap_or(Value::Null);
    well_formed(Decoded {
        query: string("query", take("query"))?,
        document_id: one_id(take("documentId"), take("doc_id"))?,
        operation_name: string("operationName", take("operationName"))?.filter(|it| !it.is_empty()),
        variables: object("variables", take("variables"))?,
        extensions: object("extensions", take("extensions"))?,
    })
}

/// Reads the parameters in the URL of a GET. `operationName=` is the same as none.
///
/// # Errors
/// 400 if one is missing, given twice, or `variables` or `extensions` is not a JSON object.
pub fn parameters(parameters: &mut Parameters) -> Result<Decoded, Rejection> {
    let mut json = |name| match parameters.take(name)? {
        Some(text) if !text.is_empty() => object(name, parse_json(&format!("`{name}`"), &text)?),
        _ => Ok(Map::new()),
    };
    let (variables, extensions) = (json("variables")?, json("extensions")?);
    well_formed(Decoded {
        query: parameters.take("query")?,
        document_id: parameters.take("documentId")?.filter(|it| !it.is_empty()),
        operation_name: parameters.take("operationName")?.filter(|it| !it.is_empty()),
        variables,
        extensions,
    })
}

/// The id of a registered document: `documentId` as in the specification's appendix on persisted documents, or `doc_id`
/// as Relay's clients send it.
fn one_id(id: Value, of_relay: Value) -> Result<Option<String>, Rejection> {
    let (id, of_relay) = (string("documentId", id)?, string("doc_id", of_relay)?);
    if id.is_some() && of_relay.is_some() && id != of_relay {
        return Err(Rejection::bad_request("The parameters `documentId` and `doc_id` differ."));
    }
    Ok(id.or(of_relay).filter(|id| !id.is_empty()))
}

/// A request has to say what to execute: by its text, by the id of a registered document or, once the text is known
/// here, by its hash.
fn well_formed(decoded: Decoded) -> Result<Decoded, Rejection> {
    if decoded.query.is_none()
        && decoded.document_id.is_none()
        && !decoded.extensions.contains_key("persistedQuery")
    {
        return Err(Rejection::bad_request("The parameter `query` is missing."));
    }
    Ok(decoded)
}

fn parse_json(what: &str, text: &str) -> Result<Value, Rejection> {
    json::parse(text).map_err(|error| Rejection::bad_request(format!("{what} is not valid JSON: {error}.")))
}

fn string(name: &str, value: Value) -> Result<Option<String>, Rejection> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(Rejection::bad_request(format!("The parameter `{name}` is not a string."))),
    }
}

fn object(name: &str, value: Value) -> Result<Map<String, Value>, Rejection> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(map) => Ok(map),
        _ => Err(Rejection::bad_request(format!("The parameter `{name}` is not an object."))),
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
