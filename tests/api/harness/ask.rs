//! Asking the API, and reading what it answers.

use std::future::{Future, IntoFuture};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;

use entity::id::{AccountId, SessionId};
use serde_json::Value;
use vitrine::graphql::{Answer, Api, Caller, Cookies, Decoded, Report};
use vitrine::services::{Permission, Viewer};

/// An operation that is about to be sent; `await` sends it.
pub struct Ask {
    api: Arc<Api>,
    decoded: Decoded,
    caller: Caller,
}

impl Ask {
    pub fn new(api: Arc<Api>, text: &str) -> Self {
        let decoded = Decoded { query: Some(text.to_owned()), ..Decoded::default() };
        let caller = Caller {
            request_id: "test-request".to_owned(),
            client_name: None,
            client_version: None,
            market: None,
            accept_language: None,
            language: None,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            viewer: Viewer::Anonymous,
            cookies: Cookies::default(),
        };
        Self { api, decoded, caller }
    }

    pub fn market(mut self, handle: &str) -> Self {
        self.caller.market = Some(handle.to_owned());
        self
    }

    /// As the header `Accept-Language` has it.
    pub fn language(mut self, header: &str) -> Self {
        self.caller.accept_language = Some(header.to_owned());
        self
    }

    pub fn variable(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.decoded.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Asks as somebody.
    pub fn asked_by(mut self, viewer: Viewer) -> Self {
        self.caller.viewer = viewer;
        self
    }

    /// Asks as somebody on the staff who has these rights.
    pub fn asked_by_staff(self, permissions: &[Permission]) -> Self {
        let (account, session) = (AccountId::generate(), SessionId::generate());
        let permissions = permissions.iter().copied().collect();
        self.asked_by(Viewer::Staff { account, session, permissions })
    }

    /// Asks with a client app, as it calls itself.
    pub fn client(mut self, name: &str, version: &str) -> Self {
        self.caller.client_name = Some(name.to_owned());
        self.caller.client_version = Some(version.to_owned());
        self
    }

    /// Names a registered document instead of sending a text.
    pub fn document(mut self, id: &str) -> Self {
        self.decoded.query = None;
        self.decoded.document_id = Some(id.to_owned());
        self
    }

    /// Tells the hash of the text as Apollo's clients do; without the text where it is not wanted.
    pub fn persisted(mut self, hash: &str, with_text: bool) -> Self {
        let persisted = serde_json::json!({ "version": 1, "sha256Hash": hash });
        self.decoded.extensions.insert("persistedQuery".to_owned(), persisted);
        self.decoded.query = self.decoded.query.filter(|_| with_text);
        self
    }

    pub fn operation(mut self, name: &str) -> Self {
        self.decoded.operation_name = Some(name.to_owned());
        self
    }
}

impl IntoFuture for Ask {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.api.execute(self.decoded, false, &self.caller).await;
            let (body, report, is_refused) = match answer {
                Answer::Refused { body, report, .. } => (body, report, true),
                Answer::Executed { body, report, .. } => (body, report, false),
            };
            Reply { json: serde_json::from_slice(&body).unwrap(), report, is_refused }
        })
    }
}

/// What was answered.
#[derive(Debug)]
pub struct Reply {
    pub json: Value,
    pub report: Report,
    /// Whether it was not executed at all.
    pub is_refused: bool,
}

impl Reply {
    /// The data of an answer without errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.json.get("errors").is_none(), "{:#}", self.json);
        &self.json["data"]
    }

    /// Something in the data, by its JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        self.data().pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer} in {:#}", self.json))
    }

    #[track_caller]
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer} in {:#}", self.json))
    }

    #[track_caller]
    pub fn number(&self, pointer: &str) -> i64 {
        self.at(pointer).as_i64().unwrap_or_else(|| panic!("no number at {pointer} in {:#}", self.json))
    }

    #[track_caller]
    pub fn list(&self, pointer: &str) -> &Vec<Value> {
        self.at(pointer).as_array().unwrap_or_else(|| panic!("no list at {pointer} in {:#}", self.json))
    }

    /// The texts at a pointer in each element of a list.
    #[track_caller]
    pub fn texts(&self, list: &str, pointer: &str) -> Vec<String> {
        self.list(list).iter().map(|value| text_at(value, pointer)).collect()
    }

    /// The handles of a list's `nodes`.
    #[track_caller]
    pub fn handles(&self, connection: &str) -> Vec<String> {
        self.texts(&format!("{connection}/nodes"), "/handle")
    }

    /// The code of the first error.
    #[track_caller]
    pub fn code(&self) -> &str {
        let code = self.json.pointer("/errors/0/extensions/code").and_then(Value::as_str);
        code.unwrap_or_else(|| panic!("no code in {:#}", self.json))
    }

    #[track_caller]
    pub fn message(&self) -> &str {
        let message = self.json.pointer("/errors/0/message").and_then(Value::as_str);
        message.unwrap_or_else(|| panic!("no message in {:#}", self.json))
    }

    pub fn statements(&self) -> u64 {
        self.report.statements
    }

    /// What the answer says that it cost.
    #[track_caller]
    pub fn cost(&self) -> u64 {
        self.json.pointer("/extensions/cost/requested").and_then(Value::as_u64).expect("a cost")
    }
}

#[track_caller]
pub fn text_at(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} in {value:#}")).to_owned()
}
