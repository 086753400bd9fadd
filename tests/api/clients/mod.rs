//! Client apps and the documents that are registered for them.

mod caching;
mod program;
mod publishing;
mod running;

use serde_json::{Value, json};
use vitrine::services::Permission;

use crate::harness::{Reply, TestShop};

const LIST: &str = "query List($first: Int) { products(first: $first) { nodes { handle } } }";
const SHOP: &str = "query Shop { shop { name } }";

const STAFF: [Permission; 3] =
    [Permission::ClientsRead, Permission::ClientsWrite, Permission::DocumentsPublish];

/// SHA-256 in hexadecimal digits.
fn sha256(text: &str) -> String {
    vitrine::services::clients::sha256(text.as_bytes())
}

/// What Relay's compiler and GraphQL Code Generator write.
fn map(documents: &[(&str, &str)]) -> String {
    let pairs = documents.iter().map(|(id, text)| ((*id).to_owned(), json!(text)));
    Value::Object(pairs.collect()).to_string()
}

/// What Apollo's tool writes.
fn apollo(documents: &[(&str, &str)]) -> String {
    let operations: Vec<Value> = documents
        .iter()
        .map(|(id, text)| json!({ "id": id, "name": "Any", "type": "query", "body": text }))
        .collect();
    json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": operations }).to_string()
}

/// Makes a client app in a mode.
async fn client(shop: &TestShop, handle: &str, mode: &str) -> Reply {
    let text = "mutation ($handle: String!, $mode: DocumentMode) { clientAppCreate(input: { handle: $handle, mode: $mode }) { \
                clientApp { id handle key mode isActive } userErrors { code field message } } }";
    shop.query(text).variable("handle", handle).variable("mode", mode).asked_by_staff(&STAFF).await
}

/// Publishes a manifest.
async fn publish(shop: &TestShop, client: &str, version: &str, manifest: String) -> Reply {
    let text = "mutation ($input: DocumentsPublishInput!) { documentsPublish(input: $input) { \
                added known clientApp { documentCount } userErrors { code field message } } }";
    let input = json!({ "client": client, "version": version, "manifest": manifest });
    shop.query(text).variable("input", input).asked_by_staff(&STAFF).await
}

/// Changes documents by one of the mutations that take them.
async fn change(shop: &TestShop, field: &str, input: &str) -> Reply {
    let text = format!(
        "mutation {{ it: {field}(input: {input}) {{ changed userErrors {{ code field message }} }} }}"
    );
    shop.query(&text).asked_by_staff(&STAFF).await
}
