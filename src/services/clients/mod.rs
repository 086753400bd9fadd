//! The apps that ask, and the documents that are registered for them: kept in memory, since every request looks there.
//!
//! What a document costs and who may run it was found out when it was published and is kept beside it; its text stays in
//! the database until somebody runs it.

mod list;
mod load;
pub mod manage;
mod news;
mod publish;
mod retire;
mod state;
mod uses;

pub use self::list::{DocumentRow, VersionRow, documents, of_version, versions};
pub use self::load::text;
pub use self::news::Follower;
pub use self::publish::{MOST_DOCUMENTS, Manifest, Published, ToPublish, publish};
pub use self::retire::{kill, retire, revive};
pub use self::state::ClientsState;

pub use crate::infrastructure::digest::{sha256, sha256_bytes};
pub use crate::services::budgets::Budget;
pub use entity::clients::client_app::DocumentMode;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::id::{ClientAppId, DocumentId};
use entity::time::Timestamp;

/// A frontend: a storefront, an app, a back office.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: ClientAppId,
    /// Its slug.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// Sent with each request; everybody who has the app can read it there, so it proves nothing.
    pub key: String,
    /// Which documents it may run.
    pub mode: DocumentMode,
    /// The origins of its pages: `https://shop.example`.
    pub origins: Vec<String>,
    /// What it may ask for; `None` where the default holds.
    pub budget: Option<Budget>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is refused.
    pub deactivated_at: Option<Timestamp>,
    /// The documents that are registered for it.
    pub documents: Arc<Documents>,
}

/// The documents of one client app.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    by_id: HashMap<Box<str>, Arc<Registered>>,
    /// Those whose id is not the hash of their text.
    by_hash: HashMap<Box<str>, Arc<Registered>>,
    versions: HashSet<Box<str>>,
    operations: HashSet<Box<str>>,
}

/// A document that a client app may run.
#[derive(Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its key.
    pub id: DocumentId,
    /// By which the app names it.
    pub document_id: Box<str>,
    /// SHA-256 of its text in hexadecimal digits.
    pub hash: Box<str>,
    /// The names of its operations, with spaces between them.
    pub operations: Box<str>,
    /// SHA-256 of the schema that it was checked against.
    pub schema_hash: Arc<str>,
    /// From when it is refused.
    pub retires_at: Option<Timestamp>,
    /// Whether it is switched off.
    pub is_killed: bool,
}

impl Documents {
    /// The document that the app calls so, or, with `sha256:` before it, the one whose text has this hash.
    pub fn named(&self, id: &str) -> Option<&Arc<Registered>> {
        self.by_id.get(id).or_else(|| self.with_hash(id.strip_prefix("sha256:")?))
    }

    /// The document whose text has this SHA-256, in hexadecimal digits.
    pub fn with_hash(&self, hash: &str) -> Option<&Arc<Registered>> {
        let by_id = self.by_id.get(hash).filter(|document| *document.hash == *hash);
        by_id.or_else(|| self.by_hash.get(hash))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The version as it was published; `None` where it was not.
    pub fn version(&self, name: &str) -> Option<&str> {
        self.versions.get(name).map(AsRef::as_ref)
    }

    fn put(&mut self, document: Registered) {
        let document = Arc::new(document);
        for name in document.operations.split_whitespace() {
            if !self.operations.contains(name) {
                self.operations.insert(name.into());
            }
        }
        if document.hash != document.document_id {
            self.by_hash.insert(document.hash.clone(), Arc::clone(&document));
        }
        self.by_id.insert(document.document_id.clone(), document);
    }
}

/// All client apps.
#[derive(Debug, Default)]
pub struct Clients {
    all: Vec<Arc<Client>>,
}

impl Clients {
    /// The app that a request names by its public key, or by its handle as Apollo's clients do; not one that is shut out.
    pub fn named(&self, name: &str) -> Option<&Arc<Client>> {
        let is_named = |client: &&Arc<Client>| client.key == name || client.handle == name;
        self.all.iter().find(is_named).filter(|client| client.deactivated_at.is_none())
    }

    /// All of them, the oldest first, those that are shut out, too.
    pub fn all(&self) -> &[Arc<Client>] {
        &self.all
    }

    /// The app with this handle, whether or not it is shut out.
    pub fn with_handle(&self, handle: &str) -> Option<&Arc<Client>> {
        self.all.iter().find(|client| client.handle == handle)
    }

    /// The app with this id, whether or not it is shut out.
    pub fn with_id(&self, id: ClientAppId) -> Option<&Arc<Client>> {
        self.all.iter().find(|client| client.id == id)
    }

    /// Whether an operation of some registered document is called so.
    pub fn has_operation(&self, name: &str) -> bool {
        self.all.iter().any(|client| client.documents.operations.contains(name))
    }

    /// Whether pages of this origin may ask.
    pub fn allow(&self, origin: &str) -> bool {
        let active = self.all.iter().filter(|client| client.deactivated_at.is_none());
        active.flat_map(|client| &client.origins).any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: &str, hash: &str) -> Registered {
        Registered {
            id: DocumentId::generate(),
            document_id: id.into(),
            hash: hash.into(),
            operations: "".into(),
            schema_hash: "".into(),
            retires_at: None,
            is_killed: false,
        }
    }

    #[test]
    fn documents_are_found_by_their_id_and_by_their_hash() {
        let mut documents = Documents::default();
        documents.put(document("ab", "ab"));
        documents.put(document("list", "cd"));
        // An id that looks like the hash of another text names what it was registered for, and nothing by hash.
        documents.put(document("ef", "12"));

        let id = |found: Option<&Arc<Registered>>| found.map(|found| found.document_id.to_string());
        assert_eq!(id(documents.named("ab")).as_deref(), Some("ab"));
        assert_eq!(id(documents.named("sha256:cd")).as_deref(), Some("list"));
        assert_eq!(id(documents.with_hash("cd")).as_deref(), Some("list"));
        assert_eq!(id(documents.with_hash("ef")), None);
        for unknown in ["AB", "cd", "sha256:list", "SHA256:cd", "list ", ""] {
            assert_eq!(id(documents.named(unknown)), None, "{unknown}");
        }
    }
}
