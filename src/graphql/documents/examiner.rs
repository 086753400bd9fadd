//! Looking at documents before they are registered.

use std::sync::Arc;

use serde_json::Value;

use super::manifest;
use crate::graphql::gate::Gate;
use crate::graphql::schema::ShopSchema;
use crate::services::clients::Manifest;
use crate::services::{Problems, Reason, Result};

/// Looks at documents before they are registered.
#[derive(Clone)]
pub struct Examiner {
    gate: Arc<Gate<ShopSchema>>,
    schema_hash: Arc<str>,
}

impl Examiner {
    /// One that checks documents as the gate does.
    pub fn new(gate: Arc<Gate<ShopSchema>>, schema_hash: &str) -> Self {
        Self { gate, schema_hash: schema_hash.into() }
    }

    /// Checks the documents of a version of a client app; `text` is the file that a tool wrote.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub async fn examine(&self, version: &str, text: &str) -> Result<Manifest> {
        let wrong = |message: String| Problems::one(Reason::Invalid, &[&"manifest"], message);
        if text.len() > manifest::LARGEST {
            return Err(wrong(format!("a manifest has at most {} MiB", manifest::LARGEST >> 20)));
        }
        let listed: Value =
            serde_json::from_str(text).map_err(|error| wrong(format!("this is no JSON: {error}")))?;
        manifest::examine(&self.gate, &self.schema_hash, version, &listed).await
    }
}
