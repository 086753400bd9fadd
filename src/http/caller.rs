//! Who is asking: the request's id, its client app, its market and language, its address.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::Request;
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName};
use uuid::Uuid;

use super::error::Rejection;
use super::parameters::Parameters;
use crate::graphql::{Caller, Cookies};
use crate::services::Viewer;

/// The header that carries the request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header that names the market.
pub const MARKET: HeaderName = HeaderName::from_static("vitrine-market");
/// The header that names the client app.
pub const CLIENT: HeaderName = HeaderName::from_static("vitrine-client");
/// Apollo's header for the client app's name.
pub const APOLLO_CLIENT_NAME: HeaderName = HeaderName::from_static("apollographql-client-name");
/// Apollo's header for the client app's version.
pub const APOLLO_CLIENT_VERSION: HeaderName = HeaderName::from_static("apollographql-client-version");

const LONGEST_NAME: usize = 100;
const LONGEST_MARKET: usize = 64;
const LONGEST_LANGUAGES: usize = 500;

/// The id of one request, in its answer, its errors and its log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id that the client sent, if it is 1 to 64 characters of `[A-Za-z0-9_-]`, else a new one.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        sent.filter(|id| is_request_id(id)).map_or_else(Self::generate, |id| Self(id.into()))
    }

    /// The id that [`assign_request_id`] gave to this request.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_else(Self::generate)
    }

    /// A new id: a `UUIDv7`, so that ids sort by time.
    pub fn generate() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }

    /// The id as text: visible ASCII only.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address that a connection comes from; the accept loop puts it into each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The client app, as it calls itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// `Vitrine-Client`, or Apollo's `apollographql-client-name`.
    pub name: Option<String>,
    /// Apollo's `apollographql-client-version`.
    pub version: Option<String>,
}

impl Client {
    /// The client of a request that has been looked at.
    pub fn of(caller: &Caller) -> Self {
        Self { name: caller.client_name.clone(), version: caller.client_version.clone() }
    }

    /// Reads the client's headers; a value that is longer than 100 bytes or not plain ASCII is
    /// as good as none.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let name = text(headers, &CLIENT, LONGEST_NAME);
        Self {
            name: name.or_else(|| text(headers, &APOLLO_CLIENT_NAME, LONGEST_NAME)),
            version: text(headers, &APOLLO_CLIENT_VERSION, LONGEST_NAME),
        }
    }
}

/// Gathers what is known of the caller from a request's head and the parameters of its URL.
///
/// A market may come by header or parameter. The parameter `language` names one
/// language, and wins over the header `Accept-Language` that browsers always send.
///
/// # Errors
/// 400 if header and parameter name different markets, or the market is not the name of one.
pub fn caller(head: &Parts, parameters: &mut Parameters) -> Result<Caller, Rejection> {
    let told = told(&head.headers)?;
    let language = parameters.take("language")?;
    let peer = head.extensions.get::<Peer>();
    Ok(Caller {
        request_id: RequestId::of(&head.extensions).as_str().to_owned(),
        client_name: told.client.name,
        client_version: told.client.version,
        market: market(told.market, parameters.take("market")?)?,
        accept_language: told.accept_language,
        language: language.filter(|text| text.len() <= LONGEST_LANGUAGES),
        cookies: Cookies::default(),
        address: peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0),
        viewer: Viewer::Anonymous,
    })
}

/// What headers tell of a caller beside the credentials.
#[derive(Debug)]
pub struct Told {
    /// The client app.
    pub client: Client,
    /// The market's handle.
    pub market: Option<String>,
    /// The languages that the shopper reads.
    pub accept_language: Option<String>,
}

/// The headers that [`told`] reads.
pub const TOLD: [HeaderName; 5] =
    [CLIENT, APOLLO_CLIENT_NAME, APOLLO_CLIENT_VERSION, MARKET, ACCEPT_LANGUAGE];

/// Reads what headers tell of a caller beside the credentials.
///
/// # Errors
/// 400 if the market is not the name of one.
pub fn told(headers: &HeaderMap) -> Result<Told, Rejection> {
    let market = headers.get(MARKET).map(|value| value.to_str().map(|text| text.trim().to_owned()));
    let market = market
        .transpose()
        .map_err(|_| Rejection::bad_request("The header Vitrine-Market is not plain text."))?;
    Ok(Told {
        client: Client::from_headers(headers),
        market: short(market)?,
        accept_language: text(headers, &ACCEPT_LANGUAGE, LONGEST_LANGUAGES),
    })
}

fn market(header: Option<String>, parameter: Option<String>) -> Result<Option<String>, Rejection> {
    match (header, short(parameter)?) {
        (Some(header), Some(parameter)) if header != parameter => {
            let message = "The header Vitrine-Market and the parameter `market` differ.";
            Err(Rejection::bad_request(message))
        }
        (header, parameter) => Ok(header.or(parameter)),
    }
}

fn short(market: Option<String>) -> Result<Option<String>, Rejection> {
    match market {
        Some(name) if name.len() > LONGEST_MARKET => {
            Err(Rejection::bad_request("The name of the market is too long."))
        }
        market => Ok(market.filter(|name| !name.is_empty())),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName, longest: usize) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (1..=longest).contains(&value.len()).then(|| value.to_owned())
}

fn is_request_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Gives the request its id, once, at the outermost layer.
pub fn assign_request_id(request: &mut Request) -> RequestId {
    let id = RequestId::from_headers(request.headers());
    request.extensions_mut().insert(id.clone());
    id
}

#[cfg(test)]
mod tests {
    use http::Request as HttpRequest;

    use super::*;

    fn gather(uri: &str, headers: &[(&str, &str)]) -> Result<Caller, Rejection> {
        let mut request = HttpRequest::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).expect("valid").into_parts();
        caller(&head, &mut Parameters::parse(head.uri.query())?)
    }

    fn request_id(value: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, value.parse().expect("valid"));
        RequestId::from_headers(&headers).as_str().to_owned()
    }

    #[test]
    fn a_plain_request_id_is_kept_and_any_other_replaced_by_a_uuid() {
        let longest = "a".repeat(64);
        for kept in ["abc-DEF_123", "0", &longest] {
            assert_eq!(request_id(kept), kept);
        }
        let too_long = "a".repeat(65);
        for replaced in ["", "a b", "a\"b", "ä", "a/../b", &too_long] {
            let id = request_id(replaced);
            assert_eq!(id.parse::<Uuid>().expect("a uuid").get_version_num(), 7, "{replaced}");
        }
    }

    #[test]
    fn the_market_comes_by_header_or_by_parameter() {
        let by_header = gather("/graphql", &[("vitrine-market", "us")]).expect("ok");
        assert_eq!(by_header.market.as_deref(), Some("us"));
        let by_parameter = gather("/graphql?market=de", &[]).expect("ok");
        assert_eq!(by_parameter.market.as_deref(), Some("de"));
        let same = gather("/graphql?market=de", &[("vitrine-market", "de")]).expect("ok");
        assert_eq!(same.market.as_deref(), Some("de"));
        assert_eq!(gather("/graphql", &[]).expect("ok").market, None);
    }

    #[test]
    fn markets_that_differ_or_cannot_be_names_are_refused() {
        assert!(gather("/graphql?market=de", &[("vitrine-market", "us")]).is_err());
        assert!(gather("/graphql?market=de&market=de", &[]).is_err());
        assert!(gather("/graphql", &[("vitrine-market", "grün")]).is_err());
        assert!(gather(&format!("/graphql?market={}", "x".repeat(65)), &[]).is_err());
    }

    #[test]
    fn the_language_may_come_by_parameter_and_by_header() {
        let parameter = gather("/graphql?language=de", &[]).expect("ok");
        assert_eq!((parameter.accept_language, parameter.language), (None, Some("de".into())));
        let both = gather("/graphql?language=de", &[("accept-language", "fr")]).expect("ok");
        assert_eq!((both.accept_language, both.language), (Some("fr".into()), Some("de".into())));
    }

    #[test]
    fn the_client_is_read_from_our_header_before_apollos() {
        let apollo = [("apollographql-client-name", "ios"), ("apollographql-client-version", "1.2")];
        let caller = gather("/graphql", &apollo).expect("ok");
        assert_eq!(caller.client_name.as_deref(), Some("ios"));
        assert_eq!(caller.client_version.as_deref(), Some("1.2"));
        let both = [("vitrine-client", "web"), ("apollographql-client-name", "ios")];
        assert_eq!(gather("/graphql", &both).expect("ok").client_name.as_deref(), Some("web"));
    }

    #[test]
    fn overlong_headers_are_as_good_as_none() {
        let long = "x".repeat(501);
        let headers = [("vitrine-client", long.as_str()), ("accept-language", long.as_str())];
        let caller = gather("/graphql", &headers).expect("ok");
        assert_eq!((caller.client_name, caller.accept_language), (None, None));
    }
}
