//! The floor: what the same answers cost when a person writes each of them by hand.
//!
//! A bare axum handler, prepared statements through tokio-postgres, structs that serde writes: no GraphQL, no ORM. The
//! rules are the service's: what the market publishes by now, nothing else, and no data is kept between requests.

mod deep;
mod list;
mod pool;
mod product;
mod values;

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::Result;
use crate::options::FloorArguments;
use pool::Pool;

/// An answer as GraphQL gives it.
#[derive(Serialize)]
struct Answer<T> {
    data: T,
}

/// Serves until the process is ended.
pub fn serve(arguments: &FloorArguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let pool = Arc::new(Pool::connect(arguments).await?);
        let router = Router::new()
            .route("/ready", get(|| async {}))
            .route("/list", get(list))
            .route("/product", get(product))
            .route("/deep", get(deep))
            .with_state(pool);
        let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}

async fn list(State(pool): State<Arc<Pool>>, RawQuery(asked): RawQuery) -> Response {
    told(list::answer(&pool, value(asked.as_deref(), "after=")).await)
}

async fn product(State(pool): State<Arc<Pool>>, RawQuery(asked): RawQuery) -> Response {
    told(product::answer(&pool, value(asked.as_deref(), "handle=").unwrap_or_default()).await)
}

async fn deep(State(pool): State<Arc<Pool>>, RawQuery(asked): RawQuery) -> Response {
    told(deep::answer(&pool, value(asked.as_deref(), "after=")).await)
}

/// What the one parameter of a request says; cursors and handles need no decoding.
fn value<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.strip_prefix(name)
}

/// Writes the JSON of an answer.
fn written(data: impl Serialize) -> Result<Vec<u8>> {
    let mut body = Vec::with_capacity(16 * 1024);
    serde_json::to_writer(&mut body, &Answer { data })?;
    Ok(body)
}

fn told(body: Result<Vec<u8>>) -> Response {
    match body {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
