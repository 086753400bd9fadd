//! The wire: every route on one screen, and what happens to a request before and after it.

pub mod caller;
pub mod error;
mod graphiql;
mod graphql;
mod health;
mod layers;
mod media;
mod options;
mod parameters;
mod request_log;
pub mod server;
mod uploads;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::{Redirect, Response};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::header::CONTENT_TYPE;

pub use self::health::Health;
pub use self::options::Options;
pub use self::request_log::LogFields;
pub use self::server::serve;

use self::caller::RequestId;
use self::error::{JSON, Rejection};
use self::media::Media;
use crate::graphql::{Answer, Api, Caller, Decoded};
use crate::services::Viewer;

/// The whole HTTP side of the service, for [`serve`] or a test to call.
pub fn router(api: Arc<Api>, health: Health, options: &Options) -> Router {
    let sdl = Bytes::from(api.sdl(&Viewer::Anonymous));
    let folder = options.media.as_deref();
    let uploads = folder.map(|folder| uploads::endpoint(Arc::clone(api.app()), folder));
    let execute = move |decoded: Decoded, is_get: bool, caller: Caller| {
        let api = api.clone();
        async move { api.execute(decoded, is_get, &caller).await }
    };
    routes(execute, sdl, health, uploads, options)
}

fn routes<E, F>(
    execute: E,
    sdl: Bytes,
    health: Health,
    uploads: Option<MethodRouter<Health>>,
    options: &Options,
) -> Router
where
    E: Fn(Decoded, bool, Caller) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let mut routes = Router::new()
        .route("/graphql", graphql::endpoint(Arc::new(options.clone()), execute))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    if options.introspection {
        routes = routes.route("/schema.graphql", get(([(CONTENT_TYPE, "text/plain; charset=utf-8")], sdl)));
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

async fn not_found(request: Request) -> Response {
    Rejection::not_found().into_response(RequestId::of(request.extensions()).as_str(), JSON)
}

async fn method_not_allowed(request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    Rejection::method_not_allowed().into_response(id.as_str(), JSON)
}
