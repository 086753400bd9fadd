//! Sockets on `/graphql`: the protocol `graphql-transport-ws` over WebSocket (RFC 6455).
//!
//! A socket is one more way to the same layer below: each operation is authenticated, admitted and answered as a POST
//! would be.

mod ending;
mod guest;
mod message;
mod operation;
mod outbox;
mod seats;
mod talk;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts as _, Request};
use axum::response::Response;
use futures_util::future::BoxFuture;
use http::header::{RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::request::Parts;
use http::{HeaderName, Method, StatusCode, Version};

use self::guest::Guest;
use self::seats::{Full, Seat, Seats};
use super::caller::RequestId;
use super::error::{JSON, Rejection};
use super::options::Options;
use super::origin::Page;
use super::server::Stay;
use crate::graphql::{Answer, Caller, Decoded};
use crate::services::AppContext;
use crate::services::error::Code;

/// The protocol, as handshakes name it.
const PROTOCOL: &str = "graphql-transport-ws";

/// What the library sets aside for reading a socket, in bytes; its own choice is 128 KiB.
const READ_BUFFER: usize = 4 * 1024;
/// What it gathers before it writes, in bytes.
const WRITE_BUFFER: usize = 16 * 1024;

/// Runs one operation.
pub type Execute = Arc<dyn Fn(Decoded, Caller) -> BoxFuture<'static, Answer> + Send + Sync>;

/// All sockets.
pub struct Sockets {
    options: Arc<Options>,
    app: Option<Arc<AppContext>>,
    execute: Execute,
    seats: Arc<Seats>,
}

/// Whether a request asks to become a socket.
pub fn is_asked_for(request: &Request) -> bool {
    let protocols = request.headers().get_all(UPGRADE).iter().filter_map(|value| value.to_str().ok());
    let mut protocols = protocols.flat_map(|value| value.split(','));
    request.method() == Method::GET
        && request.version() <= Version::HTTP_11
        && protocols.any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
}

impl Sockets {
    /// None yet; `execute` runs their operations.
    pub fn new(options: Arc<Options>, app: Option<Arc<AppContext>>, execute: Execute) -> Arc<Self> {
        let seats = Seats::new(&options.sockets);
        Arc::new(Self { options, app, execute, seats })
    }

    /// Answers a handshake.
    pub async fn open(self: Arc<Self>, request: Request) -> Response {
        let (mut head, _) = request.into_parts();
        match self.shake_hands(&mut head).await {
            Ok((upgrade, guest, seat)) => self.accept(upgrade, guest, seat, Stay::of(&head.extensions)),
            Err(rejection) => rejection.into_response(RequestId::of(&head.extensions).as_str(), JSON),
        }
    }

    async fn shake_hands(&self, head: &mut Parts) -> Result<(WebSocketUpgrade, Guest, Seat), Rejection> {
        let upgrade =
            WebSocketUpgrade::from_request_parts(head, &()).await.map_err(|error| refused(&error))?;
        let page = Page::of(&head.headers, &self.options);
        if page == Page::Foreign {
            let message = "Pages of this origin may not open a socket here.";
            return Err(Rejection::new(StatusCode::FORBIDDEN, Code::Forbidden, message));
        }
        let secure = !self.options.development;
        let mut guest = Guest::welcome(head, self.app.clone(), secure, page == Page::Trusted).await?;
        guest.comes_through(&head.headers, &self.options.proxies);
        let seat = self.seat(guest.caller().address)?;
        Ok((upgrade, guest, seat))
    }

    fn seat(&self, address: IpAddr) -> Result<Seat, Rejection> {
        self.seats.take(address).map_err(|full| {
            let rejection = match full {
                Full::House => {
                    let message = "The server has no place for another socket just now.";
                    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message)
                }
                Full::Address => {
                    let message = "There are too many sockets from this address.";
                    Rejection::new(StatusCode::TOO_MANY_REQUESTS, Code::Throttled, message)
                }
            };
            rejection.with_header(RETRY_AFTER, "10")
        })
    }

    fn accept(self: Arc<Self>, upgrade: WebSocketUpgrade, guest: Guest, seat: Seat, stay: Stay) -> Response {
        let limit = self.options.sockets.message_limit;
        let upgrade = upgrade
            .protocols([PROTOCOL])
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(limit)
            .max_frame_size(limit);
        let busy = stay.busy();
        upgrade.on_upgrade(move |socket| async move {
            talk::talk(socket, guest, &self.options.sockets, &self.execute, &stay).await;
            drop((seat, busy));
        })
    }
}

/// What is wrong with a handshake (RFC 6455, section 4.2).
fn refused(error: &WebSocketUpgradeRejection) -> Rejection {
    let rejection = match error {
        WebSocketUpgradeRejection::InvalidWebSocketVersionHeader(_) => {
            Rejection::new(StatusCode::UPGRADE_REQUIRED, Code::BadRequest, error.body_text())
                .with_header(HeaderName::from_static("connection"), "upgrade")
        }
        _ => Rejection::bad_request(error.body_text()),
    };
    rejection.with_header(UPGRADE, "websocket").with_header(SEC_WEBSOCKET_VERSION, "13")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn a_socket_is_asked_for_by_upgrade_on_get() {
        let asked = |method: &str, version, upgrade: Option<&str>| {
            let mut request = Request::builder().method(method).version(version).uri("/graphql");
            if let Some(upgrade) = upgrade {
                request = request.header("upgrade", upgrade);
            }
            is_asked_for(&request.body(Body::empty()).expect("valid"))
        };
        assert!(asked("GET", Version::HTTP_11, Some("websocket")));
        assert!(asked("GET", Version::HTTP_11, Some("h2c, WebSocket")));
        for (method, version, upgrade) in [
            ("GET", Version::HTTP_11, None),
            ("GET", Version::HTTP_11, Some("h2c")),
            ("POST", Version::HTTP_11, Some("websocket")),
            ("GET", Version::HTTP_2, Some("websocket")),
        ] {
            assert!(!asked(method, version, upgrade), "{method} {version:?} {upgrade:?}");
        }
    }
}
