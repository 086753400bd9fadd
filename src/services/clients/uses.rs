//! Which documents are still run, and by which versions: written down from time to time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use entity::id::DocumentId;
use entity::time::{SECOND, Timestamp};
use quick_cache::sync::Cache;
use serde_json::json;

use super::{Documents, Registered};
use crate::services::bulk::{self, Kind, Rows};
use crate::services::{AppContext, Result};

/// How precisely it is told when a document was last used.
const PRECISION: i64 = 60 * SECOND;

/// Documents and versions whose last use is remembered; of others it is written down more often than needed.
const REMEMBERED: usize = 100_000;

const USES: Rows = Rows {
    table: "document_use",
    columns: &[("document_id", Kind::Uuid), ("version", Kind::Text), ("used_at", Kind::Int)],
    key: 2,
    keep: &[],
};

/// A document, and the version of the app that ran it; empty where it named none that was published.
type Use = (DocumentId, Box<str>);

/// What was used and is not written down yet.
#[derive(Debug)]
pub(super) struct Uses {
    noted: Cache<Use, i64>,
    waiting: Mutex<HashMap<Use, Timestamp>>,
}

impl Default for Uses {
    fn default() -> Self {
        Self { noted: Cache::new(REMEMBERED), waiting: Mutex::default() }
    }
}

impl Uses {
    fn note(&self, key: Use, now: Timestamp) {
        if self.noted.get(&key).is_some_and(|at| now.0 < at + PRECISION && at <= now.0) {
            return;
        }
        self.noted.insert(key.clone(), now.0);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(key, now);
    }

    fn take(&self) -> HashMap<Use, Timestamp> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Documents {
    /// Notes that a version of the app runs a document.
    pub fn note_use(&self, app: &AppContext, document: &Registered, version: Option<&str>) {
        let version = version.and_then(|version| self.version(version)).unwrap_or_default();
        app.client_apps.uses.note((document.id, version.into()), app.now());
    }
}

/// Writes down what was used since the last time.
pub(super) async fn keep(app: &AppContext) -> Result<()> {
    let uses = app.client_apps.uses.take();
    if uses.is_empty() {
        return Ok(());
    }
    let change = app.begin().await?;
    let row = |((document, version), at): (Use, Timestamp)| json!([bulk::key(document.0), version, at.0]);
    USES.upsert(&change.tx, uses.into_iter().map(row).collect()).await?;
    change.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let uses = Uses::default();
        let id = DocumentId::generate();
        let note = |version: &str, seconds: i64| uses.note((id, version.into()), Timestamp(seconds * SECOND));
        note("1", 0);
        note("1", 59);
        note("2", 59);
        assert_eq!(uses.take().len(), 2);
        note("1", 30);
        assert!(uses.take().is_empty());
        note("1", 60);
        assert_eq!(uses.take().into_values().collect::<Vec<_>>(), [Timestamp(60 * SECOND)]);
        // A clock that was set back does not stop the notes.
        note("1", 5);
        assert_eq!(uses.take().len(), 1);
    }
}
