//! What an operator can set about the wire.

mod registered;
mod sockets;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use self::registered::Registered;
pub use self::sockets::SocketOptions;

use super::forwarded::Trusted;
use super::question::Question;
use crate::monitoring::metrics::Metrics;

/// The settings of the HTTP layer. The defaults are fit for production: closed, compressed, bounded.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own that an operator sets by name"
)]
pub struct Options {
    /// Lets loopback origins pass CORS and redirects `/` to `GraphiQL`.
    pub development: bool,
    /// Serves `/schema.graphql`.
    pub introspection: bool,
    /// Serves `/graphiql`.
    pub graphiql: bool,
    /// Compresses answers with brotli or gzip for clients that accept it.
    pub compression: bool,
    /// The folder whose files are served below `/media`; without one there are none.
    pub media: Option<PathBuf>,
    /// How long a client may keep a file of `/media`.
    pub media_max_age: Duration,
    /// The proxies that are believed when they tell where a request comes from.
    pub proxies: Trusted,
    /// The largest body of a GraphQL request, in bytes.
    pub body_limit: usize,
    /// The same for staff and apps with any right: their changes carry whole catalogues.
    pub staff_body_limit: usize,
    /// The longest a client may take to send a whole body.
    pub body_timeout: Duration,
    /// The longest a client may take to send a request's head, counted from the end of the answer
    /// before it; so it also bounds an idle connection of HTTP/1.
    pub head_timeout: Duration,
    /// The longest that a connection stays open while nothing is asked and nothing is read on it.
    pub idle_timeout: Duration,
    /// The longest that a client may take nothing of an answer that is there; the connection ends with it.
    pub send_timeout: Duration,
    /// The most bytes of answers that wait for the client of one connection; larger ones than 32 KiB that come on top are
    /// 503. One answer may be larger.
    pub unread_per_connection: u64,
    /// The same for all connections together, with 12 KiB for each answer beside its bytes. Where there are more, those
    /// connections end whose clients have taken nothing for a second, first the one for which most waits.
    pub unread_in_all: u64,
    /// The most connections at a time. Where all are taken, those go that have idled for longest; where none idles,
    /// further ones are answered 503 and closed. Lowered at start where the system allows the process fewer open files.
    pub max_connections: usize,
    /// The most connections at a time from one address, or one /64 of IPv6.
    pub max_connections_per_address: usize,
    /// Whether many come from an address, as from a proxy's: it may have any number of connections.
    pub gateways: Question<IpAddr>,
    /// Whether pages of an origin, such as `https://shop.example`, may call the API and open sockets.
    pub origins: Question<str>,
    /// Tells browsers to come by HTTPS only from now on.
    pub hsts: bool,
    /// What holds for sockets.
    pub sockets: SocketOptions,
    /// How long connections are still accepted after the signal to stop, while `/health/ready`
    /// already answers 503, so that a load balancer can look away first.
    pub drain_delay: Duration,
    /// How long running requests may take to finish once nothing new is accepted.
    pub shutdown_timeout: Duration,
    /// Serves `/metrics` beside everything else, to this machine only.
    pub metrics_here: bool,
    /// Where requests and connections are counted.
    pub metrics: Arc<Metrics>,
    /// Which names may be labels there.
    pub registered: Registered,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            development: false,
            introspection: false,
            graphiql: false,
            compression: true,
            media: None,
            media_max_age: Duration::from_hours(24),
            proxies: Trusted::default(),
            body_limit: 256 * 1024,
            staff_body_limit: 8 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(30),
            unread_per_connection: 8 * 1024 * 1024,
            unread_in_all: 512 * 1024 * 1024,
            max_connections: 10_000,
            max_connections_per_address: 1_000,
            gateways: Question::new(IpAddr::is_loopback),
            origins: Question::no(),
            hsts: false,
            sockets: SocketOptions::default(),
            drain_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(20),
            metrics_here: false,
            metrics: Arc::default(),
            registered: Registered::default(),
        }
    }
}
