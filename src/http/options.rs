//! What an operator can set about the wire.

use std::path::PathBuf;
use std::time::Duration;

use super::socket::SocketOptions;

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
    /// The most connections at a time; further ones are answered 503 and closed. Lowered at start
    /// where the system allows the process fewer open files.
    pub max_connections: usize,
    /// Origins beside the own host whose pages may open sockets, such as `https://www.shop.example`.
    pub origins: Vec<String>,
    /// What holds for sockets.
    pub sockets: SocketOptions,
    /// How long connections are still accepted after the signal to stop, while `/health/ready`
    /// already answers 503, so that a load balancer can look away first.
    pub drain_delay: Duration,
    /// How long running requests may take to finish once nothing new is accepted.
    pub shutdown_timeout: Duration,
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
            body_limit: 256 * 1024,
            staff_body_limit: 8 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            max_connections: 10_000,
            origins: Vec::new(),
            sockets: SocketOptions::default(),
            drain_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(20),
        }
    }
}
