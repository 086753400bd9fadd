//! What an operator can set about sockets.

use std::time::Duration;

/// The bounds of sockets. The defaults are fit for production.
#[derive(Clone, Debug)]
pub struct SocketOptions {
    /// The most sockets at a time.
    pub most: usize,
    /// The most from one address; of IPv6, from one network of 64 bits.
    pub most_of_address: usize,
    /// The most operations that run at a time on one socket. While so many do, nothing more is read from it.
    pub operations: usize,
    /// The largest message from a client, in bytes; and while operations run whose messages are as large together, nothing
    /// more is read either.
    pub message_limit: usize,
    /// The longest a client may take to send `connection_init`.
    pub init_timeout: Duration,
    /// How long a client may be silent before it is asked whether it is still there.
    pub ping_after: Duration,
    /// How long it may take to say so.
    pub pong_timeout: Duration,
    /// How long a socket may be open without an operation.
    pub idle_timeout: Duration,
    /// The longest that a client may take nothing of what is written to it.
    pub write_timeout: Duration,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            most: 5_000,
            most_of_address: 100,
            operations: 50,
            message_limit: 256 * 1024,
            init_timeout: Duration::from_secs(10),
            ping_after: Duration::from_secs(20),
            pong_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(10),
            write_timeout: Duration::from_secs(10),
        }
    }
}
