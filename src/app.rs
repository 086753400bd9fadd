//! Puts the parts together: the only place that knows them all.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use crate::config::{Config, Documents, Secret};
use crate::graphql::gate::Limits;
use crate::graphql::{Api, Settings};
use crate::http;
use crate::infrastructure::clock::Clock;
use crate::infrastructure::database::{Address, Database, migrate};
use crate::services::audit::Keys;
use crate::services::budgets::Throttle;
use crate::services::clients::DocumentMode;
use crate::services::context::Projection;
use crate::services::identity::outside::{Issuer, OutsideSettings, algorithm};
use crate::services::identity::{
    AccountKind, Kept, KeyRing, Mailer, Parameters, Settings as IdentitySettings,
};
use crate::services::personal::Personal;
use crate::services::{AppContext, Error, customers, engagement, identity, search};

/// What is derived from products when a change commits, in this order.
pub static PROJECTIONS: [Projection; 1] = [search::project::project];

/// Who keeps something about people, in the order of the services: an export tells in this order, an erasure goes from
/// the last to the first, so that accounts with their keys go when all that hangs on them is gone.
pub static PERSONAL: [Personal; 4] =
    [identity::PERSONAL, customers::PERSONAL, engagement::personal::REVIEWS, engagement::personal::WISHLISTS];

/// Connects to a shop that is there, and reads the markets.
///
/// # Errors
/// Where the database cannot be reached, or its tables are not up to date.
pub async fn context(database: &Address, config: &Config) -> Result<Arc<AppContext>, Error> {
    if database.is_missing_file() {
        let problem = format!("{database:?}: there is no such file; DATABASE_URL names another one");
        return Err(Error::internal(io::Error::other(problem)));
    }
    let database = Database::connect(database, config.connections).await?;
    let missing = migrate::status(&database).await?.into_iter().filter(|step| !step.applied).count();
    if missing > 0 {
        let problem = format!("{missing} migrations are missing: run `vitrine migrate up`");
        return Err(Error::internal(io::Error::other(problem)));
    }
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
    Ok(Arc::new(AppContext::new(database, clock, &PROJECTIONS, &PERSONAL, quantity_cap).await?))
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

/// Sets up who may sign in: what serves needs it, and what changes accounts or keys.
///
/// # Errors
/// Where there are no keys, or they do not open what the shop has sealed.
pub async fn open_identity(app: &AppContext, config: &Config) -> Result<(), Error> {
    let mailer = match &config.smtp_url {
        Some(url) => Mailer::smtp(url.reveal(), &config.mail_from).map_err(Error::internal)?,
        None => Mailer::kept(config.development),
    };
    let settings = IdentitySettings {
        ring: key_ring(config).map_err(Error::internal)?,
        passwords: Parameters::default(),
        access: config.access_token,
        mailer,
        issuer: config.public_url.clone().unwrap_or_else(|| "vitrine".to_owned()),
        public_url: public_url(config),
        step: ANSWERS_EVERY,
        outside: outside(config),
        kept: Kept { session_days: config.session_days, code_days: config.code_days },
    };
    app.open_identity(settings).await?;
    app.identity()?.require_second_factor(config.second_factor_required);
    app.security.keep_for(config.security_event_days);
    Ok(())
}

/// Sets up what callers may spend: what serves needs it, and nothing else. A Redis is connected to in the background.
///
/// # Errors
/// Where `REDIS_URL` is none.
pub fn open_budgets(app: &AppContext, config: &Config) -> io::Result<()> {
    let throttle = match &config.redis_url {
        Some(url) => Throttle::with_redis(url.reveal(), config.replicas).map_err(io::Error::other)?,
        None => Throttle::alone(),
    };
    app.budgets.open(throttle, config.budgets.clone());
    Ok(())
}

/// How long fetching the keys of an outside issuer may take.
const ISSUER_PATIENCE: Duration = Duration::from_secs(5);
/// How often a key that is not known makes us ask the issuer.
const ISSUER_AGAIN: Duration = Duration::from_secs(30);

/// The outside issuer, if one is set.
pub fn outside(config: &Config) -> Option<OutsideSettings> {
    let oidc = config.oidc.as_ref()?;
    let issuer = Issuer {
        url: oidc.issuer.clone(),
        audience: oidc.audience.clone(),
        clients: oidc.clients.clone(),
        algorithms: oidc.algorithms.iter().filter_map(|name| algorithm(name)).collect(),
        roles_claim: oidc.roles_claim.clone(),
        roles: oidc.roles.clone(),
        tls_only: !config.development,
    };
    let kind = if oidc.is_for_staff { AccountKind::Staff } else { AccountKind::Customer };
    Some(OutsideSettings {
        issuer,
        kind,
        makes_accounts: oidc.makes_accounts,
        patience: ISSUER_PATIENCE,
        again: ISSUER_AGAIN,
    })
}

/// Answers that must not tell whether an account exists come at multiples of this.
const ANSWERS_EVERY: Duration = Duration::from_millis(250);

/// The keys that seal audit entries, derived from the operator's.
///
/// # Errors
/// Where there are no keys.
pub fn audit_keys(config: &Config) -> io::Result<Keys> {
    Keys::of(&key_ring(config)?).map_err(io::Error::other)
}

/// The operator's keys. In development a file of them is made beside the database.
///
/// # Errors
/// Where none are set, or the file cannot be read.
pub fn key_ring(config: &Config) -> io::Result<KeyRing> {
    if !config.secrets.is_empty() {
        return KeyRing::parse(config.secrets.iter().map(Secret::reveal)).map_err(io::Error::other);
    }
    if !config.development {
        return Err(io::Error::other(
            "VITRINE_SECRETS is not set. Make a key with `vitrine keys new`, and keep it safe: without it nobody can sign \
             in, and what is sealed stays sealed",
        ));
    }
    let folder = match &config.database {
        Address::Sqlite(path) => Path::new(path).parent().unwrap_or(Path::new("")),
        Address::Postgres(_) => Path::new(""),
    };
    let path = folder.join("vitrine.key");
    KeyRing::in_file(&path).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

fn public_url(config: &Config) -> String {
    config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen))
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
        documents: match config.documents {
            Documents::Open => DocumentMode::Open,
            Documents::Observe => DocumentMode::Observe,
            Documents::Trusted => DocumentMode::Trusted,
        },
        public_url: public_url(config),
        uploads: config.media.is_some(),
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
    Ok((http::router(api, Arc::clone(app), health.clone(), &options(app, config)), health))
}

/// What the HTTP layer has to know.
pub fn options(app: &Arc<AppContext>, config: &Config) -> http::Options {
    let (of_origins, proxies) = (Arc::clone(app), config.proxies.clone());
    let own = config.public_url.as_deref().and_then(origin);
    http::Options {
        development: config.development,
        introspection: config.introspection,
        graphiql: config.graphiql,
        media: config.media.as_ref().map(PathBuf::from),
        proxies: believed(config),
        max_connections: config.http_connections,
        max_connections_per_address: config.http_connections_per_address,
        gateways: http::Question::new(move |address: &IpAddr| {
            address.is_loopback() || proxies.contain(*address)
        }),
        origins: http::Question::new(move |origin: &str| {
            own.as_deref() == Some(origin) || of_origins.clients().allow(origin)
        }),
        hsts: !config.development
            && config.public_url.as_ref().is_some_and(|url| url.starts_with("https://")),
        metrics_here: config.development && config.metrics_listen.is_none(),
        metrics: Arc::clone(&app.metrics),
        registered: registered(app),
        sockets: http::SocketOptions {
            most: config.sockets,
            most_of_address: config.sockets_per_address,
            ..http::SocketOptions::default()
        },
        ..http::Options::default()
    }
}

/// Names that metrics may tell: of client apps, and of operations that are registered for one.
fn registered(app: &Arc<AppContext>) -> http::Registered {
    let (of_operations, of_clients) = (Arc::clone(app), Arc::clone(app));
    http::Registered {
        operations: http::Question::new(move |name: &str| of_operations.clients().has_operation(name)),
        clients: http::Question::new(move |name: &str| of_clients.clients().named(name).is_some()),
    }
}

fn believed(config: &Config) -> http::Trusted {
    let proxies = config.proxies.clone();
    if proxies.are_none() {
        return http::Trusted::default();
    }
    http::Trusted::new(move |address| proxies.contain(address), config.proxies_say_forwarded)
}

/// The origin (RFC 6454) of an address: scheme, host and port.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next().filter(|authority| !authority.is_empty())?;
    Some(format!("{scheme}://{authority}").to_ascii_lowercase())
}
