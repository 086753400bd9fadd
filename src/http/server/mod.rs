//! The accept loop: connections bounded in number and time, and a shutdown that finishes what runs.
//!
//! `axum::serve` sets no timer, so that its connections could be held open for ever by saying nothing.

mod activity;
mod connections;
mod message;
mod places;
mod refuse;
mod stay;
mod unread;
mod watched;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tracing::{info, warn};

pub use self::stay::Stay;
pub use self::unread::Held;

use self::connections::Connections;
use super::options::Options;

/// Open files that are left for everything but connections: the database, logs, files being served.
const FILES_FOR_OTHERS: usize = 128;
/// The pause after a failed accept, so that a lack of open files does not become a busy loop.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `app` on `listener` until `shutdown` resolves, then lets what runs finish.
///
/// After `shutdown` connections are accepted for `options.drain_delay` more; then the listener is
/// closed, idle connections are closed, and running requests have `options.shutdown_timeout`.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] if requests were still running after that and had to be cut off.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    shutdown: impl Future<Output = ()>,
    options: &Options,
) -> io::Result<()> {
    let connections = Connections::new(app, options, connection_limit(options.max_connections));
    let mut stop = pin!(async {
        shutdown.await;
        tokio::time::sleep(options.drain_delay).await;
    });
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            (stream, address) = accept(&listener) => connections.open(stream, address),
        }
    }
    drop(listener);
    info!(connections = connections.count(), "no longer accepting; finishing what runs");
    connections.close(options.shutdown_timeout).await
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client was gone before it was its turn.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Raises the process's limit on open files as far as the system allows, and keeps the number of
/// connections below it.
fn connection_limit(wanted: usize) -> usize {
    let Ok(files) = rlimit::increase_nofile_limit(u64::MAX) else {
        return wanted;
    };
    let possible = usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(FILES_FOR_OTHERS);
    if possible < wanted {
        warn!(wanted, possible, "the limit on open files lowers the number of connections");
    }
    wanted.min(possible)
}
