//! The apps that ask, and the documents that they may run.

pub mod client_app;
pub mod document_text;
pub mod registered_document;
pub mod client_version;
pub mod version_document;
pub mod document_use;
