//! The files in which build tools of clients list documents, read as they are.
//!
//! | tool | file |
//! | --- | --- |
//! | Apollo's `generate-persisted-query-manifest` | an object with `format` and `operations`, each with `id` and `body` |
//! | Relay's compiler (`persistConfig.file`) | an object: id to text |
//! | GraphQL Code Generator's client preset (`persistedDocuments`) | an object: hash to text |

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::graphql::gate::{Facts, Gate, Prepared, Refusal, excerpt};
use crate::graphql::schema::ShopSchema;
use crate::services::clients::{MOST_DOCUMENTS, Manifest, ToPublish, sha256};
use crate::services::{Error, Problems, Reason, Result, Viewer};

/// The largest manifest, in bytes.
pub const LARGEST: usize = 32 * 1024 * 1024;

/// Problems that are told of one manifest.
const TOLD: usize = 100;

/// What Apollo calls its format.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// A document as a manifest lists it.
struct Listed<'a> {
    id: &'a str,
    text: &'a str,
}

/// Checks every document of a manifest against the schema.
///
/// Documents may use all that there is: whether the one who runs them may is looked at then.
///
/// # Errors
/// Everything that is wrong with the file and its documents, with their ids and the names of their operations.
pub async fn examine(
    gate: &Gate<ShopSchema>,
    schema_hash: &str,
    version: &str,
    manifest: &Value,
) -> Result<Manifest> {
    let listed = listed(manifest)?;
    let mut problems = Problems::default();
    if listed.is_empty() || listed.len() > MOST_DOCUMENTS {
        let message = format!("a manifest has 1 to {MOST_DOCUMENTS} documents");
        return Err(Problems::one(Reason::Invalid, &[&"manifest"], message));
    }
    let (mut documents, mut ids, mut wrong) = (Vec::with_capacity(listed.len()), HashSet::new(), 0_usize);
    for document in &listed {
        if !ids.insert(document.id) {
            wrong += 1;
            tell(&mut problems, wrong, document, "the id is there twice");
        }
        match gate.document(document.text, &Viewer::Operator).await {
            Ok(prepared) => documents.push(to_publish(document, &prepared)?),
            Err(refusal) => {
                wrong += 1;
                tell(&mut problems, wrong, document, &words(&refusal));
            }
        }
        // Thousands of documents must not keep a thread from everybody else.
        tokio::task::yield_now().await;
    }
    if wrong > TOLD {
        let message = format!("{} more documents are wrong", wrong - TOLD);
        problems.add(Reason::Invalid, &[&"manifest"], message);
    }
    problems.none()?;
    Ok(Manifest { version: version.to_owned(), documents, schema_hash: schema_hash.to_owned() })
}

fn tell(problems: &mut Problems, wrong: usize, document: &Listed<'_>, what: &str) {
    if wrong <= TOLD {
        let name = operation_name(document.text).map(|name| format!(" ({name})")).unwrap_or_default();
        let message = format!("{}{name}: {what}", excerpt(document.id));
        problems.add(Reason::Invalid, &[&"manifest", &document.id], message);
    }
}

fn to_publish(document: &Listed<'_>, prepared: &Prepared) -> Result<ToPublish> {
    let facts = Facts::of(prepared);
    Ok(ToPublish {
        document_id: document.id.to_owned(),
        text: document.text.to_owned(),
        hash: sha256(document.text.as_bytes()),
        operations: facts.names(),
        facts: serde_json::to_string(&facts).map_err(Error::internal)?,
    })
}

fn words(refusal: &Refusal) -> String {
    refusal.errors.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" ")
}

/// The name of the first operation of a text that may be wrong.
fn operation_name(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.find(|word| matches!(*word, "query" | "mutation" | "subscription"))?;
    words.next().map(excerpt)
}

fn listed(manifest: &Value) -> Result<Vec<Listed<'_>>> {
    let wrong = |message: &str| Problems::one(Reason::Invalid, &[&"manifest"], message);
    let Some(fields) = manifest.as_object() else { return Err(wrong("a manifest is a JSON object")) };
    let is_map = !fields.contains_key("operations") && !fields.contains_key("format");
    let listed = if is_map { of_map(fields) } else { of_apollo(fields) };
    listed.ok_or_else(|| wrong("this is none of the formats of Apollo, Relay and GraphQL Code Generator"))
}

fn of_map(fields: &Map<String, Value>) -> Option<Vec<Listed<'_>>> {
    fields.iter().map(|(id, text)| Some(Listed { id, text: text.as_str()? })).collect()
}

fn of_apollo(fields: &Map<String, Value>) -> Option<Vec<Listed<'_>>> {
    if fields.get("format")?.as_str()? != APOLLO || fields.get("version")?.as_u64()? != 1 {
        return None;
    }
    let operations = fields.get("operations")?.as_array()?.iter();
    operations
        .map(|it| Some(Listed { id: it.get("id")?.as_str()?, text: it.get("body")?.as_str()? }))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pairs(manifest: &Value) -> Option<Vec<(&str, &str)>> {
        let listed = listed(manifest).ok()?;
        Some(listed.into_iter().map(|document| (document.id, document.text)).collect())
    }

    #[test]
    fn each_tool_is_understood() {
        let apollo = json!({ "format": APOLLO, "version": 1, "operations": [
            { "id": "1", "name": "A", "type": "query", "body": "query A { a }" },
        ] });
        assert_eq!(pairs(&apollo), Some(vec![("1", "query A { a }")]));
        let relay = json!({ "d4": "query A { a }", "e5": "{ b }" });
        assert_eq!(pairs(&relay), Some(vec![("d4", "query A { a }"), ("e5", "{ b }")]));
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for wrong in [
            json!([]),
            json!("{ a }"),
            json!({ "a": 1 }),
            json!({ "a": { "b": "{ a }" } }),
            json!({ "format": "other", "version": 1, "operations": [] }),
            json!({ "format": APOLLO, "version": 2, "operations": [] }),
            json!({ "format": APOLLO, "version": 1, "operations": [{ "id": "1" }] }),
            json!({ "format": APOLLO, "version": 1 }),
        ] {
            assert!(listed(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn wrong_documents_are_named_by_their_operation() {
        assert_eq!(operation_name("query Page($a: Int) { a").as_deref(), Some("Page"));
        assert_eq!(operation_name("fragment F on A { b } mutation Save { a }").as_deref(), Some("Save"));
        assert_eq!(operation_name("{ a }"), None);
    }
}
