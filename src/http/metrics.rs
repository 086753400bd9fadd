//! `/metrics`: what the process counts, for Prometheus.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::caller::{Peer, RequestId};
use super::error::{JSON, Rejection};
use super::layers;
use super::options::Options;
use crate::monitoring::metrics::MEDIA_TYPE;
use crate::services::{AppContext, health};

/// Everything that the listener for metrics answers.
pub fn router(app: Arc<AppContext>, options: &Options) -> Router {
    let told = get(move || {
        let app = Arc::clone(&app);
        async move { text(&app) }
    });
    // What scrapers do is not counted as what clients do.
    let options = Options { metrics: Arc::default(), development: false, ..options.clone() };
    layers::wrap(Router::new().route("/metrics", told).fallback(not_found), &options)
}

/// `/metrics` among the other routes: there for requests from this machine only.
///
/// A proxy on the same machine would make all the world look like it, so this is for development.
pub fn local<S>(app: Arc<AppContext>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move |request: Request| async move {
        let peer = request.extensions().get::<Peer>();
        if peer.is_some_and(|peer| peer.0.is_loopback()) { text(&app) } else { not_found(request).await }
    })
}

fn text(app: &AppContext) -> Response {
    let headers = [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "no-store")];
    (headers, app.metrics.text(&health::sample(app))).into_response()
}

async fn not_found(request: Request) -> Response {
    Rejection::not_found().into_response(RequestId::of(request.extensions()).as_str(), JSON)
}
