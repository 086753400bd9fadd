//! What is done to answers last: they are compressed at once, and counted until they are read.

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::sync::Semaphore;
use tower::Service as _;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::caller::RequestId;
use super::error::{JSON, Rejection};
use super::graphql::negotiate::Format;
use super::options::Options;
use super::server::Stay;
use crate::services::error::Code;

/// Bodies up to this many bytes are sent as they are.
const WORTH_COMPRESSING: u64 = 1024;
/// Larger ones, too, and those of unknown length: what is compressed is in memory.
const MOST_COMPRESSED: u64 = 8 * 1024 * 1024;
/// The level for brotli and gzip alike: quick, and most of the gain.
const COMPRESSION_LEVEL: i32 = 4;
/// Answers that are compressed at a time. Each takes up to 6 MiB meanwhile, so none waits half-way for its client.
const COMPRESSED_AT_ONCE: usize = 16;

/// Compresses answers for clients that accept it, where the options say so.
pub fn compress(routes: Router, options: &Options) -> Router {
    if options.compression { routes.layer(compression()) } else { routes }
}

fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(COMPRESSION_LEVEL))
        .compress_when(SizeAbove::new(WORTH_COMPRESSING + 1).and(NotLarge).and(NotForContentType::IMAGES))
}

/// Bodies that are known to be no larger than what is compressed.
#[derive(Clone, Copy)]
struct NotLarge;

impl Predicate for NotLarge {
    fn should_compress<B: HttpBody>(&self, response: &http::Response<B>) -> bool {
        !SizeAbove::new(MOST_COMPRESSED + 1).should_compress(response)
    }
}

/// Compresses an answer to its end: what does so is much larger than most answers, and would else be kept until the
/// client has read the last of it.
async fn at_once(turns: &Semaphore, id: &RequestId, response: Response) -> Response {
    if !response.headers().contains_key(CONTENT_ENCODING) {
        return response;
    }
    let (head, body) = response.into_parts();
    let turn = turns.acquire().await;
    let bytes = to_bytes(body, usize::MAX).await;
    drop(turn);
    match bytes {
        Ok(bytes) => Response::from_parts(head, Body::from(bytes)),
        Err(error) => {
            tracing::error!(request_id = id.as_str(), %error, "an answer cannot be compressed");
            Rejection::internal().into_response(id.as_str(), JSON)
        }
    }
}

/// Sends answers, and bounds what waits for clients to read it.
pub struct Sending {
    /// Where answers are compressed: how many more may be at the moment.
    turns: Option<Semaphore>,
}

impl Sending {
    /// Answers as the options say.
    pub fn new(options: &Options) -> Self {
        Self { turns: options.compression.then(|| Semaphore::new(COMPRESSED_AT_ONCE)) }
    }

    /// Lets the routes, with [`compress`] around them, answer a request.
    pub fn send(
        &self,
        mut request: Request,
        routes: &mut Next,
    ) -> impl Future<Output = Response> + Send + use<'_> {
        if self.turns.is_some() {
            take_identity(request.headers_mut());
        }
        let (stay, id) = (Stay::of(request.extensions()), RequestId::of(request.extensions()));
        let answer = routes.call(request);
        async move {
            let Ok(response) = answer.await;
            let response = match &self.turns {
                Some(turns) => at_once(turns, &id, response).await,
                None => response,
            };
            count(&stay, &id, response)
        }
    }
}

/// Passes over that a client takes nothing uncompressed (`identity;q=0`): what has been done has to be told, and RFC 9110,
/// section 12.5.3, lets a server disregard it.
fn take_identity(headers: &mut HeaderMap) {
    let refuses = |part: &str| {
        let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
        let is_none = weight.trim().strip_prefix("q=").is_some_and(|it| it.parse() == Ok(0.0_f32));
        is_none && ["identity", "*"].contains(&coding.trim())
    };
    let Some(accepted) = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else { return };
    if accepted.split(',').any(refuses) {
        let others: Vec<&str> = accepted.split(',').filter(|part| !refuses(part)).collect();
        match HeaderValue::from_str(&others.join(",")) {
            Ok(others) => headers.insert(ACCEPT_ENCODING, others),
            Err(_) => headers.remove(ACCEPT_ENCODING),
        };
    }
}

/// Keeps count of an answer until it is read, or refuses it where too many wait already.
fn count(stay: &Stay, id: &RequestId, response: Response) -> Response {
    let Some(unread) = stay.unread() else { return response };
    let newer = Format::GraphqlResponse.content_type();
    let media_type = if response.headers().get(CONTENT_TYPE) == Some(&newer) { newer } else { JSON };
    unread.hold(response).unwrap_or_else(|| read_first().into_response(id.as_str(), media_type))
}

/// 503: too many answers wait to be read, here or on all connections together.
pub fn read_first() -> Rejection {
    let message = "Too many answers wait to be read: read them first.";
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message)
}
