//! Who is at the other end of a socket: what the handshake told, what `connection_init` told, and what a `ping` renewed.

use std::sync::Arc;

use http::HeaderMap;
use http::request::Parts;
use serde_json::{Map, Value, json};

use super::ending::Ending;
use crate::graphql::{Caller, Cookies};
use crate::http::caller::{self, RequestId};
use crate::http::error::Rejection;
use crate::http::forwarded::{self, Trusted};
use crate::http::parameters::Parameters;
use crate::http::session::Credentials;
use crate::services::AppContext;

/// The keys of a payload that bring a token.
const AUTHORIZATION: &str = "authorization";
const TOKEN: &str = "token";

/// Longer ids of requests leave no room for the number of an operation: they have 64 letters at most.
const LONGEST_ID: usize = 40;

/// Who is at the other end.
pub struct Guest {
    app: Option<Arc<AppContext>>,
    secure: bool,
    caller: Caller,
    credentials: Arc<Credentials>,
    operations: u64,
}

/// Who asks for one operation, before the token has been looked at.
pub struct Asking {
    app: Option<Arc<AppContext>>,
    secure: bool,
    caller: Caller,
    credentials: Arc<Credentials>,
}

impl Guest {
    /// Reads the handshake. Cookies count where the page is trusted.
    ///
    /// # Errors
    /// 400 and 401 as for any request.
    pub async fn welcome(
        head: &Parts,
        app: Option<Arc<AppContext>>,
        secure: bool,
        is_trusted: bool,
    ) -> Result<Self, Rejection> {
        let mut caller = caller::caller(head, &mut Parameters::parse(head.uri.query())?)?;
        if caller.request_id.len() > LONGEST_ID {
            RequestId::generate().as_str().clone_into(&mut caller.request_id);
        }
        caller.cookies = Cookies::out_of_reach();
        let credentials = Credentials::from_handshake(&head.headers, secure, is_trusted)?;
        credentials.known(app.as_deref(), secure).await?;
        Ok(Self { app, secure, caller, credentials: Arc::new(credentials), operations: 0 })
    }

    /// Believes what trusted proxies tell of the address.
    pub fn comes_through(&mut self, headers: &HeaderMap, proxies: &Trusted) {
        self.caller.address = forwarded::address(self.caller.address, headers, proxies);
    }

    /// What is known of the caller.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Takes over what `connection_init` tells: a token, and what other requests have in headers. Tells until when the
    /// token is good.
    ///
    /// # Errors
    /// 4400 where a value is not a text or too long, 4403 where the token is not believed.
    pub async fn introduce(&mut self, payload: &Map<String, Value>) -> Result<Option<Value>, Ending> {
        let headers = headers(payload)?;
        let told = caller::told(&headers).map_err(|rejection| Ending::bad_message(rejection.message))?;
        let caller = &mut self.caller;
        caller.client_name = told.client.name.or(caller.client_name.take());
        caller.client_version = told.client.version.or(caller.client_version.take());
        caller.market = told.market.or(caller.market.take());
        if told.accept_language.is_some() {
            (caller.accept_language, caller.language) = (told.accept_language, None);
        }
        if let Some(told) = self.renew(payload).await? {
            return Ok(Some(told));
        }
        self.told(&self.credentials).await
    }

    /// Takes over a new token, if the payload brings one, and tells until when it is good.
    ///
    /// # Errors
    /// 4403 where it is not believed; the old one is not asked then.
    pub async fn renew(&mut self, payload: &Map<String, Value>) -> Result<Option<Value>, Ending> {
        let Some(credentials) = credentials(payload)? else { return Ok(None) };
        let credentials = Arc::new(credentials);
        let told = self.told(&credentials).await?;
        self.credentials = credentials;
        Ok(told)
    }

    async fn told(&self, credentials: &Credentials) -> Result<Option<Value>, Ending> {
        let known = credentials.known(self.app.as_deref(), self.secure).await?;
        Ok(known.map(|known| json!({ "expiresAt": known.expires_at.map(|at| at.to_string()) })))
    }

    /// Who asks for the next operation.
    pub fn ask(&mut self) -> Asking {
        self.operations += 1;
        let request_id = format!("{}-{}", self.caller.request_id, self.operations);
        Asking {
            app: self.app.clone(),
            secure: self.secure,
            caller: Caller { request_id, ..self.caller.clone() },
            credentials: Arc::clone(&self.credentials),
        }
    }
}

impl Asking {
    /// Looks at the token, which may have expired or been revoked meanwhile.
    ///
    /// # Errors
    /// 401 where it is not believed any more, with the id of the request.
    pub async fn caller(mut self) -> Result<Caller, (Caller, Rejection)> {
        match self.credentials.viewer(self.app.as_deref(), self.secure).await {
            Ok(viewer) => {
                self.caller.viewer = viewer;
                Ok(self.caller)
            }
            Err(rejection) => Err((self.caller, rejection)),
        }
    }
}

/// Whether a payload brings a token.
pub fn brings_token(payload: &Map<String, Value>) -> bool {
    payload.keys().any(|key| is(key, AUTHORIZATION) || is(key, TOKEN))
}

fn is(key: &str, name: &str) -> bool {
    key.eq_ignore_ascii_case(name)
}

/// The token in a payload: `{"authorization": "Bearer ..."}`, in whatever case, or `{"token": "..."}`.
fn credentials(payload: &Map<String, Value>) -> Result<Option<Credentials>, Ending> {
    let mut found = payload.iter().filter(|(key, _)| is(key, AUTHORIZATION) || is(key, TOKEN));
    let Some((key, value)) = found.next() else { return Ok(None) };
    let Value::String(text) = value else { return Err(not_a_text(key)) };
    if found.next().is_some() {
        return Err(Ending::bad_message("The payload brings more than one token"));
    }
    if is(key, TOKEN) {
        return Ok(Some(Credentials::from_token(text.clone())));
    }
    Ok(Some(Credentials::from_authorization(text)?))
}

/// What a payload tells that other requests have in headers.
fn headers(payload: &Map<String, Value>) -> Result<HeaderMap, Ending> {
    let (mut headers, names) = (HeaderMap::new(), caller::TOLD);
    for (key, value) in payload {
        let known = names.iter().find(|name| is(key, name.as_str()));
        let Some(name) = known else { continue };
        let text = value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| not_a_text(key))?;
        if headers.insert(name.clone(), text).is_some() {
            return Err(Ending::bad_message(format!("The payload tells {name} twice")));
        }
    }
    Ok(headers)
}

fn not_a_text(key: &str) -> Ending {
    Ending::bad_message(format!("{key} in the payload is not plain text"))
}
