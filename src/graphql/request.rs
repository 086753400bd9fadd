//! A request as it came from the wire: what is asked, and by whom.

use std::fmt;
use std::net::IpAddr;

use serde_json::{Map, Value};

use super::cookies::Cookies;
use super::gate::excerpt;
use crate::services::Viewer;

/// What was asked, decoded from the wire.
#[derive(Clone, Default)]
pub struct Decoded {
    /// The document's text.
    pub query: Option<String>,
    /// The id under which the document is registered.
    pub document_id: Option<String>,
    /// Which of its operations to execute.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
    /// What clients say beside.
    pub extensions: Map<String, Value>,
}

/// Never shows values: there are passwords among them, and texts may hold them, too.
impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<&String> = self.variables.keys().collect();
        let operation = self.operation_name.as_ref().map(|name| excerpt(name));
        f.debug_struct("Decoded")
            .field("operation_name", &operation)
            .field("variables", &variables)
            .finish_non_exhaustive()
    }
}

/// Who asks, from where, and in which market and language.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The request's id, which finds it in the log.
    pub request_id: String,
    /// The client app's name.
    pub client_name: Option<String>,
    /// The client app's version.
    pub client_version: Option<String>,
    /// The market's handle.
    pub market: Option<String>,
    /// An `Accept-Language` header.
    pub accept_language: Option<String>,
    /// One language, as a URL names it; it wins over the header, which browsers always send.
    pub language: Option<String>,
    /// Where the request comes from.
    pub address: IpAddr,
    /// Who it is from, once the credentials have been looked at.
    pub viewer: Viewer,
    /// The cookies of a browser.
    pub cookies: Cookies,
}
