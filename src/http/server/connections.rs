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
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower::ServiceExt;
use tracing::{debug, warn};

use super::activity::Activity;
use super::message;
use super::places::{Full, Place, Places};
use super::refuse::Refusals;
use super::stay::{OfServer, Stay};
use super::unread::Unread;
use super::wire::Wire;
use crate::http::caller::{Peer, REQUEST_ID, RequestId};
use crate::http::error::JSON;
use crate::http::options::Options;
use crate::http::secure::secure;
use crate::monitoring::metrics::Metrics;

/// The largest head of a request, in bytes: request line and headers. Larger ones are told 431.
const LARGEST_HEAD: u32 = 16 * 1024;
/// The most requests that run at a time on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// How often a quiet connection of HTTP/2 is asked whether it is still there, and how long it may
/// take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Streams of HTTP/2 that were reset before they were looked at, or by us: a connection with more ends.
const RESETS_PENDING: usize = 20;
const RESETS_OURS: usize = 100;
/// The most bytes of one answer that wait in the buffer of a stream of HTTP/2.
const SEND_BUFFER: usize = 64 * 1024;

/// All connections of one listener.
pub(super) struct Connections {
    shared: Arc<Shared>,
    places: Arc<Places>,
    refusals: Arc<Refusals>,
    tasks: TaskTracker,
}

/// What every connection needs to know.
struct Shared {
    app: Router,
    protocol: Builder<TokioExecutor>,
    idle_timeout: Duration,
    send_timeout: Duration,
    unread_per_connection: u64,
    metrics: Arc<Metrics>,
    hsts: bool,
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
                send_timeout: options.send_timeout,
                unread_per_connection: options.unread_per_connection,
                metrics: Arc::clone(&options.metrics),
                hsts: options.hsts,
                stopping: CancellationToken::new(),
                cutting: CancellationToken::new(),
            }),
            places: Places::new(options, limit),
            refusals: Arc::new(Refusals::new()),
            tasks: TaskTracker::new(),
        }
    }

    /// Serves a new connection in a task of its own, if there is a place for it.
    pub(super) fn open(&self, stream: TcpStream, address: SocketAddr) {
        let (shared, places, refusals) =
            (self.shared.clone(), Arc::clone(&self.places), Arc::clone(&self.refusals));
        let activity = Activity::new();
        let peer = Peer(address.ip().to_canonical());
        // The stay counts the connection: its task may end when a socket goes on.
        let token = self.tasks.token();
        match places.take(peer.0, &activity) {
            Ok(place) => {
                let stay = shared.stay(&places, place, token, &activity);
                tokio::spawn(async move { shared.serve(stream, peer, activity, stay).await });
            }
            Err(Full::All) => {
                tokio::spawn(async move {
                    match places.wait(peer.0, &activity).await {
                        Ok(place) => {
                            let stay = shared.stay(&places, place, token, &activity);
                            shared.serve(stream, peer, activity, stay).await;
                        }
                        Err(full) => shared.refuse(stream, full, &refusals),
                    }
                });
            }
            Err(full) => shared.refuse(stream, full, &refusals),
        }
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
    fn refuse(&self, stream: TcpStream, full: Full, refusals: &Refusals) {
        self.metrics.connection_refused(full.as_str());
        refusals.refuse(stream);
    }

    fn stay(&self, places: &Arc<Places>, place: Place, token: TaskTrackerToken, activity: &Activity) -> Stay {
        let of_server = OfServer {
            unread: Unread::new(activity, places, self.unread_per_connection),
            metrics: Arc::clone(&self.metrics),
            _counted: (place, token),
        };
        Stay::new(of_server, activity.clone(), self.stopping.clone(), self.cutting.clone())
    }

    /// Serves a connection until it ends; its place is free again once the stay is over.
    async fn serve(&self, stream: TcpStream, peer: Peer, activity: Activity, stay: Stay) {
        // Answers are written whole; waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let service = service_fn(|request: http::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(stay.clone());
            activity.clone().during(answer(self.app.clone(), request, self.hsts))
        });
        let stream = TokioIo::new(Wire::new(stream, activity.clone()));
        let mut connection = pin!(self.protocol.serve_connection_with_upgrades(stream, service));
        let mut is_stopping = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        debug!(error = %error, "a connection ended early");
                        if let Some(why) = fault(&*error) {
                            self.metrics.connection_cut(why);
                        }
                    }
                    return;
                }
                () = self.stopping.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                why = activity.end(self.idle_timeout, self.send_timeout) => {
                    self.metrics.connection_cut(why);
                    return;
                }
                () = self.cutting.cancelled() => return,
            }
        }
    }
}

/// Why hyper ended a connection, where its client is to blame.
fn fault(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<&'static str> {
    let error = error.downcast_ref::<hyper::Error>()?;
    if error.is_parse_too_large() {
        Some("head_too_large")
    } else if error.is_timeout() {
        Some("head_timeout")
    } else if error.is_parse() {
        Some("no_http")
    } else {
        None
    }
}

/// Lets the routes answer what is a request by the letter of HTTP.
async fn answer(app: Router, request: http::Request<Body>, hsts: bool) -> Result<Response, Infallible> {
    let Some(rejection) = message::problem(&request) else {
        return app.oneshot(request).await;
    };
    let id = RequestId::generate();
    let mut response = rejection.into_response(id.as_str(), JSON);
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    secure(response.headers_mut(), hsts);
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
        .max_pending_accept_reset_streams(RESETS_PENDING)
        .max_local_error_reset_streams(RESETS_OURS)
        .max_send_buf_size(SEND_BUFFER)
        .max_header_list_size(LARGEST_HEAD);
    protocol
}
