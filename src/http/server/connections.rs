//! The connections that are open, from the first byte to the last.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::{debug, warn};

use super::activity::Activity;
use super::message;
use super::refuse::Refusals;
use super::stay::Stay;
use crate::http::caller::{Peer, REQUEST_ID, RequestId};
use crate::http::error::JSON;
use crate::http::options::Options;

/// The largest head of a request, in bytes: request line and headers. Larger ones are told 431.
const LARGEST_HEAD: u32 = 16 * 1024;
/// The most requests that run at a time on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// How often a quiet connection of HTTP/2 is asked whether it is still there, and how long it may
/// take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// All connections of one listener.
pub(super) struct Connections {
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
    refusals: Refusals,
    tasks: TaskTracker,
}

/// What every connection needs to know.
struct Shared {
    app: Router,
    protocol: Builder<TokioExecutor>,
    idle_timeout: Duration,
    /// Finish what runs, begin nothing new.
    stopping: CancellationToken,
    /// Close at once.
    cutting: CancellationToken,
}

impl Connections {
    pub(super) fn new(app: Router, options: &Options, limit: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                app,
                protocol: protocol(options),
                idle_timeout: options.idle_timeout,
                stopping: CancellationToken::new(),
                cutting: CancellationToken::new(),
            }),
            places: Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS))),
            refusals: Refusals::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Serves a new connection in a task of its own, if there is a place for it.
    pub(super) fn open(&self, stream: TcpStream, address: SocketAddr) {
        let Ok(permit) = self.places.clone().try_acquire_owned() else {
            self.refusals.refuse(stream);
            return;
        };
        let shared = self.shared.clone();
        let (stopping, cutting) = (shared.stopping.clone(), shared.cutting.clone());
        // The stay counts the connection: its task may end when a socket goes on.
        let stay = Stay::new(permit, self.tasks.token(), stopping, cutting);
        tokio::spawn(async move { shared.serve(stream, address, stay).await });
    }

    pub(super) fn count(&self) -> usize {
        self.tasks.len()
    }

    /// Lets the running requests finish within `patience`, then cuts off the rest.
    pub(super) async fn close(self, patience: Duration) -> io::Result<()> {
        self.shared.stopping.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_ok() {
            return Ok(());
        }
        let left = self.tasks.len();
        warn!(connections = left, "cutting off what did not finish in time");
        self.shared.cutting.cancel();
        self.tasks.wait().await;
        let message = format!("{left} connections were cut off while requests were running");
        Err(io::Error::new(io::ErrorKind::TimedOut, message))
    }
}

impl Shared {
    async fn serve(&self, stream: TcpStream, address: SocketAddr, stay: Stay) {
        // Answers are written whole; waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let peer = Peer(address.ip().to_canonical());
        let activity = Activity::new();
        let service = service_fn(|request: http::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(stay.clone());
            activity.clone().during(answer(self.app.clone(), request))
        });
        let mut connection =
            pin!(self.protocol.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut is_stopping = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        debug!(error = %error, "a connection ended early");
                    }
                    return;
                }
                () = self.stopping.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = activity.idle_for(self.idle_timeout) => return,
                () = self.cutting.cancelled() => return,
            }
        }
    }
}

/// Lets the routes answer what is a request by the letter of HTTP.
async fn answer(app: Router, request: http::Request<Body>) -> Result<Response, Infallible> {
    let Some(rejection) = message::problem(&request) else {
        return app.oneshot(request).await;
    };
    let id = RequestId::generate();
    let mut response = rejection.into_response(id.as_str(), JSON);
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}

fn protocol(options: &Options) -> Builder<TokioExecutor> {
    let mut protocol = Builder::new(TokioExecutor::new());
    protocol
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(options.head_timeout)
        .max_buf_size(LARGEST_HEAD as usize);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_TIMEOUT)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(LARGEST_HEAD);
    protocol
}
