//! Which media type a request is in and which one its answer is to be in.
//!
//! GraphQL over HTTP, "Media Types" and "Body"; RFC 9110, 12.5.1 (`Accept`) and 8.3 (`Content-Type`).

use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::http::error::Rejection;
use crate::services::error::Code;

/// The media type of an answer, which also decides its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/graphql-response+json`: the status tells how it went.
    GraphqlResponse,
    /// `application/json`: for clients from before; a well-formed request is answered 200.
    Json,
}

impl Format {
    /// The value of `Content-Type`.
    pub const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    const fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }
}

/// How gladly a client takes a format: its weight in thousandths, then whether it was named.
type Preference = (u16, bool);

/// Chooses the format that the client likes best. Without a word on it, or with wildcards only, that
/// is `application/json`, which every client reads; named alike, it is the newer one. `None` if the
/// client accepts neither.
pub fn response_format(headers: &HeaderMap) -> Option<Format> {
    let ranges = ranges(headers);
    if ranges.is_empty() && says_nothing(headers) {
        return Some(Format::Json);
    }
    match (preference(&ranges, Format::GraphqlResponse), preference(&ranges, Format::Json)) {
        ((0, _), (0, _)) => None,
        (newer, legacy) if newer > legacy || (newer == legacy && newer.1) => Some(Format::GraphqlResponse),
        _ => Some(Format::Json),
    }
}

/// Whether the client takes `text/event-stream`.
pub fn takes_events(headers: &HeaderMap) -> bool {
    let ranges = ranges(headers);
    let matching = ranges.iter().filter(|range| {
        [("text", "event-stream"), ("text", "*"), ("*", "*")]
            .contains(&(range.kind.as_str(), range.subtype.as_str()))
    });
    let best = matching.max_by_key(|range| range.precision());
    best.map_or(ranges.is_empty() && says_nothing(headers), |range| range.is_utf8 && range.weight > 0)
}

fn ranges(headers: &HeaderMap) -> Vec<MediaRange> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = values.flat_map(|value| value.split(',')).map(str::trim);
    ranges.filter(|range| !range.is_empty()).filter_map(MediaRange::parse).collect()
}

/// Whether the client accepts whatever comes.
fn says_nothing(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().all(HeaderValue::is_empty)
}

/// Insists that the body of a POST is JSON in UTF-8, not compressed.
///
/// # Errors
/// 415 for every other media type, character set or encoding, and where no media type is given:
/// a browser sends those across origins without asking first.
pub fn require_json(headers: &HeaderMap) -> Result<(), Rejection> {
    let media_type = single(headers, &CONTENT_TYPE).and_then(MediaRange::parse);
    if !media_type.is_some_and(|it| it.kind == "application" && it.subtype == "json" && it.is_utf8) {
        let message = "Send the request as `Content-Type: application/json`, in UTF-8.";
        return Err(unsupported(message).with_header(ACCEPT_POST, "application/json"));
    }
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if !encodings.all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let message = "Compressed request bodies are not accepted.";
        return Err(unsupported(message).with_header(http::header::ACCEPT_ENCODING, "identity"));
    }
    Ok(())
}

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// 406: what the answer could have been in.
pub fn not_acceptable() -> Rejection {
    let message = "Accept `application/graphql-response+json` or `application/json`.";
    Rejection::new(StatusCode::NOT_ACCEPTABLE, Code::BadRequest, message)
}

fn unsupported(message: &'static str) -> Rejection {
    Rejection::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadRequest, message)
}

/// The header's value, unless it is absent or sent more than once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn preference(ranges: &[MediaRange], format: Format) -> Preference {
    let matching = ranges.iter().filter(|range| range.covers(format));
    let best = matching.max_by_key(|range| (range.precision(), range.weight));
    best.map_or((0, false), |range| (range.weight, range.precision() == 2))
}

/// One entry of `Accept`, or a `Content-Type`.
struct MediaRange {
    kind: String,
    subtype: String,
    is_utf8: bool,
    weight: u16,
}

impl MediaRange {
    /// Reads `type/subtype;parameter=value;...`. Parameters other than `charset` and `q` say nothing
    /// that matters here. `None` if it is malformed.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut range = Self {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            is_utf8: true,
            weight: 1000,
        };
        for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
            if name.eq_ignore_ascii_case("q") {
                range.weight = weight(value)?;
            } else if name.eq_ignore_ascii_case("charset") {
                let charset = value.trim_matches('"');
                range.is_utf8 = ["utf-8", "utf8"].iter().any(|it| charset.eq_ignore_ascii_case(it));
            }
        }
        Some(range)
    }

    /// 2 for `application/json`, 1 for `application/*`, 0 for `*/*`.
    fn precision(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subtype != "*")
    }

    fn covers(&self, format: Format) -> bool {
        let kind = self.kind == "application" || (self.kind == "*" && self.subtype == "*");
        kind && self.is_utf8 && [format.subtype(), "*"].contains(&self.subtype.as_str())
    }
}

/// A weight of RFC 9110, 12.4.2 in thousandths: `0`, `0.5`, `1.000`; `None` if it is none.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{decimals:0<3}").parse::<u16>().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
#[path = "negotiate_tests.rs"]
mod tests;
