//! The wire: every route on one screen, and what happens to a request before and after it.

pub mod caller;
mod cors;
mod count;
pub mod error;
mod forwarded;
mod graphiql;
mod graphql;
mod health;
mod layers;
mod log_fields;
mod mails;
mod media;
mod metrics;
mod options;
mod origin;
mod parameters;
mod question;
mod request_log;
mod secure;
mod sending;
pub mod server;
mod session;
mod socket;
mod stream;
mod uploads;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodRouter, get};
use futures_util::FutureExt as _;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

pub use self::forwarded::Trusted;
pub use self::health::Health;
pub use self::log_fields::LogFields;
pub use self::metrics::router as metrics_router;
pub use self::options::{Options, Registered, SocketOptions};
pub use self::question::Question;
pub use self::server::serve;

use self::caller::RequestId;
use self::count::Feed;
use self::error::{JSON, Rejection};
use self::media::Media;
use self::session::Credentials;
use self::socket::Sockets;
use crate::graphql::{Answer, Api, Caller, Decoded};
use crate::services::{AppContext, Viewer, identity};

/// The whole HTTP side of the service, for [`serve`] or a test to call.
pub fn router(api: Arc<Api>, app: Arc<AppContext>, health: Health, options: &Options) -> Router {
    let told = Arc::clone(&api);
    let sdl = move |viewer: &Viewer| told.sdl(viewer);
    let folder = options.media.as_deref();
    let uploads = folder.map(|folder| uploads::endpoint(Arc::clone(&app), folder));
    let execute = move |decoded: Decoded, is_get: bool, caller: Caller| {
        let api = api.clone();
        async move { api.execute(decoded, is_get, &caller).await }
    };
    routes(execute, Some(app), sdl, health, uploads, options)
}

/// Without `app` nobody can sign in.
fn routes<E, F>(
    execute: E,
    app: Option<Arc<AppContext>>,
    sdl: impl Fn(&Viewer) -> String + Clone + Send + Sync + 'static,
    health: Health,
    uploads: Option<MethodRouter<Health>>,
    options: &Options,
) -> Router
where
    E: Fn(Decoded, bool, Caller) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let shared = Arc::new(options.clone());
    let by_socket = execute.clone();
    let sockets = Sockets::new(
        Arc::clone(&shared),
        app.clone(),
        counted(Feed::new(options), move |decoded, caller| by_socket(decoded, false, caller)),
    );
    let answer = graphql::handler(Arc::clone(&shared), app.clone(), execute.clone());
    let graphql = move |request: Request| {
        if socket::is_asked_for(&request) { sockets.clone().open(request).boxed() } else { answer(request) }
    };
    let mut routes = Router::new()
        .route("/graphql", get(graphql.clone()).post(graphql).options(graphql::methods))
        .route("/graphql/stream", stream::endpoint(shared, app.clone(), execute))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    if options.introspection {
        let (app, secure) = (app.clone(), !options.development);
        let serve = move |request: Request| async move { schema(request, app.as_deref(), secure, sdl).await };
        routes = routes.route("/schema.graphql", get(serve));
    }
    if let Some(app) = app {
        if options.metrics_here {
            routes = routes.route("/metrics", metrics::local(Arc::clone(&app)));
        }
        let (keys, mails) = (Arc::clone(&app), app);
        routes = routes.route("/.well-known/jwks.json", get(move || async move { key_set(&keys) }));
        if options.development {
            routes = routes.route("/mails", get(move || async move { mails::page(&mails) }));
        }
    }
    if options.graphiql {
        routes = routes
            .route("/graphiql", get(graphiql::serve))
            .route("/graphiql/", get(graphiql::serve))
            .route("/graphiql/{*file}", get(graphiql::serve));
    }
    if options.graphiql && options.development {
        routes = routes.route("/", get(Redirect::temporary("/graphiql")));
    }
    if let Some(folder) = &options.media {
        let media = Media::new(folder, options.media_max_age);
        routes = routes.route("/media/{*file}", get(move |request| media.clone().serve(request)));
    }
    if let Some(uploads) = uploads {
        routes = routes.route("/uploads/{token}", uploads);
    }
    let routes = routes.fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    layers::wrap(routes.with_state(health), options)
}

/// Counts operations on sockets, of which no request tells.
fn counted<F: Future<Output = Answer> + Send + 'static>(
    feed: Feed,
    execute: impl Fn(Decoded, Caller) -> F + Send + Sync + 'static,
) -> socket::Execute {
    Arc::new(move |decoded, caller| {
        let client = caller::Client::of(&caller);
        let (feed, started, work) = (feed.clone(), Instant::now(), execute(decoded, caller));
        async move {
            let answer = work.await;
            feed.count_answer(&client, started.elapsed(), &answer);
            answer
        }
        .boxed()
    })
}

/// The schema as the caller may see it.
async fn schema(
    request: Request,
    app: Option<&AppContext>,
    secure: bool,
    sdl: impl Fn(&Viewer) -> String,
) -> Response {
    let (head, _) = request.into_parts();
    let viewer = match Credentials::from_headers(&head.headers, secure) {
        Ok(credentials) => credentials.viewer(app, secure).await,
        Err(rejection) => Err(rejection),
    };
    match viewer {
        Ok(viewer) => {
            let private = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
            (private, sdl(&viewer)).into_response()
        }
        Err(rejection) => rejection.into_response(RequestId::of(&head.extensions).as_str(), JSON),
    }
}

/// The public halves of the keys that sign access tokens. Others may keep them for five minutes; a new key signs only
/// after that.
fn key_set(app: &AppContext) -> Response {
    match identity::key_set(app) {
        Ok(keys) => {
            let headers =
                [(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "public, max-age=300")];
            (headers, keys).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn not_found(request: Request) -> Response {
    Rejection::not_found().into_response(RequestId::of(request.extensions()).as_str(), JSON)
}

async fn method_not_allowed(request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    Rejection::method_not_allowed().into_response(id.as_str(), JSON)
}
