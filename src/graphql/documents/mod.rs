//! Which document a request names: by its text, by the hash of a text that was sent before, or by the id under which it
//! is registered for the client app.

mod apq;
mod examiner;
mod manifest;

use std::sync::Arc;

use serde_json::Value;

pub use self::examiner::Examiner;
pub use self::manifest::LARGEST;

use self::apq::Apq;
use super::gate::{Gate, Prepared, Problem, Refusal};
use super::request::{Caller, Decoded};
use super::schema::ShopSchema;
use crate::monitoring::metrics::Source;
use crate::services::clients::{self, Client, DocumentMode, Registered, sha256};
use crate::services::error::Code;
use crate::services::{AppContext, Error, Viewer};

/// The longest id or hash that is looked for, in bytes.
const LONGEST_ID: usize = 256;

/// A document that was found.
#[derive(Debug)]
pub struct Found {
    /// Ready to be run.
    pub prepared: Arc<Prepared>,
    /// By what it was found.
    pub source: Source,
    /// Its hash, where the client wants it to be remembered by that.
    remember: Option<String>,
}

/// Finds documents.
#[derive(Debug)]
pub struct Documents {
    /// What holds for callers that name no registered client app.
    unnamed: DocumentMode,
    schema_hash: String,
    sent_before: Apq,
}

/// A refusal, and by what the document was looked for.
pub type Missed = (Source, Refusal);

impl Documents {
    /// Finds documents for a schema; `unnamed` holds for callers that name no registered client app.
    pub fn new(unnamed: DocumentMode, sdl: &str) -> Self {
        Self { unnamed, schema_hash: sha256(sdl.as_bytes()), sent_before: Apq::default() }
    }

    /// SHA-256 of the schema that documents are checked against.
    pub fn schema_hash(&self) -> &str {
        &self.schema_hash
    }

    /// The document that a request names.
    ///
    /// # Errors
    /// A refusal where it is not known, not allowed, or not valid.
    pub async fn find(
        &self,
        gate: &Gate<ShopSchema>,
        app: &AppContext,
        decoded: &Decoded,
        caller: &Caller,
        client: Option<&Client>,
    ) -> Result<Found, Missed> {
        let unknown = |refusal| (Source::Unknown, refusal);
        let persisted = persisted_hash(decoded).map_err(unknown)?;
        let id = the_one(decoded.document_id.as_deref(), persisted).map_err(unknown)?;
        let text = decoded.query.as_deref();
        if let Some((client, document)) = client.zip(id.and_then(|id| client?.documents.named(id))) {
            if text.is_some_and(|text| sha256(text.as_bytes()) != *document.hash) {
                return Err(unknown(Refusal::bad_request(
                    "The text is not that of the document with this id.",
                )));
            }
            return self.registered(gate, app, client, document, caller).await;
        }
        let mode = self.mode(client, &caller.viewer);
        match (id, text) {
            (id, Some(text)) => {
                if persisted.is_some_and(|hash| sha256(text.as_bytes()) != hash) {
                    return Err(unknown(Refusal::bad_request("The hash is not the SHA-256 of the text.")));
                }
                self.by_text(gate, app, (text, id.and(persisted)), caller, (mode, client)).await
            }
            (Some(id), None) if mode != DocumentMode::Trusted => match self.sent_before.text(id) {
                Some(text) => {
                    let found = gate.document(&text, &caller.viewer).await;
                    let prepared = found.map_err(|refusal| (Source::Apq, refusal))?;
                    Ok(Found { prepared, source: Source::Apq, remember: None })
                }
                None => Err(unknown(not_found())),
            },
            _ => Err(unknown(not_found())),
        }
    }

    /// Remembers a text by its hash, once it was admitted, where the client wants that.
    pub fn admitted(&self, gate: &Gate<ShopSchema>, found: &Found, decoded: &Decoded, caller: &Caller) {
        let Some(text) = decoded.query.as_deref().filter(|_| found.source == Source::Text) else { return };
        gate.keep(text, &found.prepared);
        if let Some(hash) = &found.remember {
            self.sent_before.remember(hash, text, caller);
        }
    }

    /// Programs that sign in with a token of their own are known by that; they may send what they like.
    fn mode(&self, client: Option<&Client>, viewer: &Viewer) -> DocumentMode {
        match viewer {
            Viewer::App { .. } | Viewer::Operator => DocumentMode::Open,
            _ => client.map_or(self.unnamed, |client| client.mode),
        }
    }

    async fn by_text(
        &self,
        gate: &Gate<ShopSchema>,
        app: &AppContext,
        (text, persisted): (&str, Option<&str>),
        caller: &Caller,
        (mode, client): (DocumentMode, Option<&Client>),
    ) -> Result<Found, Missed> {
        if mode != DocumentMode::Open {
            let known = client.and_then(|client| client.documents.with_hash(&sha256(text.as_bytes())));
            if let Some((client, document)) = client.zip(known) {
                return self.registered(gate, app, client, document, caller).await;
            }
            if mode == DocumentMode::Trusted {
                return Err((Source::Unknown, not_registered(client)));
            }
        }
        let found = gate.document(text, &caller.viewer).await;
        let prepared = found.map_err(|refusal| (Source::Text, refusal))?;
        if mode == DocumentMode::Observe {
            let (document, version) = (prepared.hash.as_ref(), caller.client_version.as_deref());
            let client = client.map(|client| client.handle.as_str());
            tracing::info!(document, client, version, "a document that is not registered was sent");
        }
        Ok(Found { prepared, source: Source::Text, remember: persisted.map(str::to_owned) })
    }

    async fn registered(
        &self,
        gate: &Gate<ShopSchema>,
        app: &AppContext,
        client: &Client,
        document: &Registered,
        caller: &Caller,
    ) -> Result<Found, Missed> {
        let prepared = self.usable(gate, app, document, &caller.viewer).await;
        let prepared = prepared.map_err(|refusal| (Source::Registered, refusal))?;
        client.documents.note_use(app, document, caller.client_version.as_deref());
        Ok(Found { prepared, source: Source::Registered, remember: None })
    }

    async fn usable(
        &self,
        gate: &Gate<ShopSchema>,
        app: &AppContext,
        document: &Registered,
        viewer: &Viewer,
    ) -> Result<Arc<Prepared>, Refusal> {
        if document.is_killed {
            return Err(forbidden("This document is switched off for now."));
        }
        if document.retires_at.is_some_and(|at| at <= app.now()) {
            return Err(forbidden("This document is retired: a newer version of the app has another one."));
        }
        if let Some(known) = gate.registered(&document.hash, viewer)? {
            return Ok(known);
        }
        let text = clients::text(app, &document.hash).await.map_err(|error| broken(&error))?;
        let text = text.ok_or_else(not_found)?;
        if *document.schema_hash != *self.schema_hash {
            // The schema has changed since it was registered.
            gate.document(&text, viewer).await?;
        }
        gate.trust(&document.hash, &text, viewer)
    }
}

/// The hash of Apollo's automatic persisted queries: `extensions.persistedQuery`.
fn persisted_hash(decoded: &Decoded) -> Result<Option<&str>, Refusal> {
    let Some(persisted) = decoded.extensions.get("persistedQuery").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let version = persisted.get("version").and_then(Value::as_u64);
    match persisted.get("sha256Hash").and_then(Value::as_str) {
        Some(hash) if version == Some(1) => Ok(Some(hash)),
        _ => Err(Refusal::bad_request(
            "`extensions.persistedQuery` needs `version`, which is 1, and `sha256Hash`.",
        )),
    }
}

/// An id may come twice, but not two of them.
fn the_one<'a>(id: Option<&'a str>, hash: Option<&'a str>) -> Result<Option<&'a str>, Refusal> {
    if id.zip(hash).is_some_and(|(id, hash)| id != hash && id.strip_prefix("sha256:") != Some(hash)) {
        return Err(Refusal::bad_request("The request names two different documents."));
    }
    match id.or(hash) {
        Some(id) if id.len() > LONGEST_ID => Err(Refusal::bad_request("The id of the document is too long.")),
        id => Ok(id),
    }
}

/// In the words that Apollo's clients look for.
fn not_found() -> Refusal {
    let errors = vec![Problem::new("PersistedQueryNotFound")];
    Refusal { code: Code::PersistedQueryNotFound, errors, cost: 0, is_foreign: false }
}

fn not_registered(client: Option<&Client>) -> Refusal {
    forbidden(match client {
        Some(_) => {
            "This client app runs only documents that are registered for it, and this is none of them."
        }
        None => "Only documents of registered client apps are run here: name the app in `Vitrine-Client`.",
    })
}

fn forbidden(message: &str) -> Refusal {
    Refusal { code: Code::Forbidden, errors: vec![Problem::new(message)], cost: 0, is_foreign: false }
}

fn broken(error: &Error) -> Refusal {
    if let Error::Internal(cause) = error {
        tracing::error!(%cause, "the text of a registered document could not be read");
    }
    Refusal { code: error.code(), errors: vec![Problem::new(error.to_string())], cost: 0, is_foreign: false }
}
