//! Puts the parts together: the only place that knows them all.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;

use crate::config::Config;
use crate::graphql::gate::Limits;
use crate::graphql::{Api, Settings};
use crate::http;
use crate::infrastructure::clock::Clock;
use crate::infrastructure::database::{Address, Database, migrate};
use crate::services::context::Projection;
use crate::services::{AppContext, Error, search};

/// What is derived from products when a change commits, in this order.
pub static PROJECTIONS: [Projection; 1] = [search::project::project];

/// Connects to the database and reads the markets.
///
/// # Errors
/// Where the database cannot be reached, or has no tables yet.
pub async fn context(database: &Address, config: &Config) -> Result<Arc<AppContext>, Error> {
    let database = Database::connect(database, config.connections).await?;
    context_of(database, Clock::system(), config.quantity_cap).await
}

/// The same for a database that is connected.
///
/// # Errors
/// Where it has no tables yet.
pub async fn context_of(
    database: Database,
    clock: Clock,
    quantity_cap: i32,
) -> Result<Arc<AppContext>, Error> {
    Ok(Arc::new(AppContext::new(database, clock, &PROJECTIONS, quantity_cap).await?))
}

/// Connects to the database, brings its tables up to date and reads the markets.
///
/// # Errors
/// Where the database cannot be reached or changed.
pub async fn migrated(database: &Address, config: &Config) -> Result<Arc<AppContext>, Error> {
    let database = Database::connect(database, config.connections).await?;
    migrate::up(&database).await?;
    context_of(database, Clock::system(), config.quantity_cap).await
}

/// The API over a shop.
///
/// # Errors
/// Where the schema cannot be read back from its own text.
pub fn api(app: Arc<AppContext>, config: &Config) -> io::Result<Api> {
    let settings = Settings {
        limits: Limits { cost: config.cost_limit, ..Limits::default() },
        deadline: config.deadline,
        introspection: config.introspection,
        public_url: config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen)),
    };
    Api::new(app, settings).map_err(io::Error::other)
}

/// Everything that answers over HTTP, with the switch that says when it is shutting down.
///
/// # Errors
/// As [`api`].
pub fn router(app: &Arc<AppContext>, config: &Config) -> io::Result<(Router, http::Health)> {
    let api = Arc::new(api(Arc::clone(app), config)?);
    let checked = Arc::clone(app);
    let health = http::Health::new(move || {
        let app = Arc::clone(&checked);
        async move { crate::services::health::check(&app).await.map_err(|error| error.to_string()) }
    });
    Ok((http::router(api, health.clone(), &options(config)), health))
}

/// What the HTTP layer has to know.
pub fn options(config: &Config) -> http::Options {
    http::Options {
        development: config.development,
        introspection: config.introspection,
        graphiql: config.graphiql,
        media: config.media.as_ref().map(PathBuf::from),
        ..http::Options::default()
    }
}
