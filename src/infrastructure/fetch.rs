//! Fetching a small JSON document by HTTP: bounded in size and time, without redirects, cookies or proxies.

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, Request, StatusCode, Uri};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::tls;

/// Why a document could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The address is none that this fetches from.
    #[error("{0} is no address to fetch from")]
    Address(String),
    /// Nobody answers there, or not in HTTP, or not with a certificate that is believed.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It answers with something else than the document: a redirect is not followed.
    #[error("it answers {0} where 200 is expected")]
    Status(StatusCode),
    /// The document is longer than it may be.
    #[error("it sends more than {0} bytes")]
    TooLarge(usize),
    /// It took too long.
    #[error("it takes longer than {0:?}")]
    TooSlow(Duration),
    /// The document is not what it should be.
    #[error("it sends no JSON that is understood: {0}")]
    NotJson(String),
}

/// What a fetch may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of the document.
    pub bytes: usize,
    /// From the first packet to the last byte.
    pub time: Duration,
    /// Whether only `https` will do.
    pub tls_only: bool,
}

/// The document at an address.
///
/// # Errors
/// Why there is none.
pub async fn json<T: DeserializeOwned>(url: &str, bounds: Bounds) -> Result<T, Failure> {
    let fetched = tokio::time::timeout(bounds.time, fetch(url, bounds)).await;
    let bytes = fetched.map_err(|_| Failure::TooSlow(bounds.time))??;
    serde_json::from_slice(&bytes).map_err(|error| Failure::NotJson(error.to_string()))
}

async fn fetch(url: &str, bounds: Bounds) -> Result<Vec<u8>, Failure> {
    let unfit = || Failure::Address(url.to_owned());
    let url: Uri = url.parse().map_err(|_| unfit())?;
    let host = url.host().ok_or_else(unfit)?.trim_matches(['[', ']']);
    let usual = match url.scheme_str() {
        Some("https") => 443,
        Some("http") if !bounds.tls_only => 80,
        _ => return Err(unfit()),
    };
    let stream = TcpStream::connect((host, url.port_u16().unwrap_or(usual))).await.map_err(unreachable)?;
    if usual == 443 {
        let stream = tls::handshake(host, stream).await.map_err(unreachable)?;
        ask(stream, &url, bounds.bytes).await
    } else {
        ask(stream, &url, bounds.bytes).await
    }
}

/// One request on a connection of its own.
async fn ask<S>(stream: S, url: &Uri, longest: usize) -> Result<Vec<u8>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(unreachable)?;
    let authority = url.authority().map_or("", |authority| authority.as_str());
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(HOST, authority)
        .header(ACCEPT, "application/json, application/jwk-set+json")
        .header(USER_AGENT, "vitrine")
        .body(String::new())
        .map_err(unreachable)?;
    let mut exchange = pin!(async move {
        let answer = sender.send_request(request).await.map_err(unreachable)?;
        if answer.status() != StatusCode::OK {
            return Err(Failure::Status(answer.status()));
        }
        if !says_json(answer.headers()) {
            return Err(Failure::NotJson("its Content-Type is another one".to_owned()));
        }
        read(answer.into_body(), longest).await
    });
    tokio::select! {
        biased;
        read = &mut exchange => read,
        _ = connection => exchange.await,
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

async fn read(mut body: Incoming, longest: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(unreachable)?.into_data() else { continue };
        if bytes.len() + data.len() > longest {
            return Err(Failure::TooLarge(longest));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn unreachable(error: impl Display) -> Failure {
    Failure::Unreachable(error.to_string())
}
