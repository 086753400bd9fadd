//! The shop of one test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use chrono::{DateTime, Utc};
use http::{Request, Response};
use sea_orm::{ConnectionTrait, Statement};
use tower::ServiceExt as _;
use vitrine::config::{Config, Documents};
use vitrine::graphql::Api;
use vitrine::infrastructure::clock::Clock;
use vitrine::infrastructure::database::{Address, Database};
use vitrine::services::AppContext;
use vitrine::services::catalog::draft::{ProductDraft, VariantDraft};
use vitrine::services::catalog::upsert::Earlier;
use vitrine::services::identity::Settings;
use vitrine::services::imports::save::save;
use vitrine::services::imports::target::{Wish, ensure};

use super::ask::Ask;
use super::engine::{Engine, Filling, Place};
use super::now;

/// A shop, its API, and the clock that both look at.
pub struct TestShop {
    pub app: Arc<AppContext>,
    pub api: Arc<Api>,
    pub clock: Clock,
    pub engine: Engine,
    pub address: Address,
    /// A folder for files of the test.
    pub folder: PathBuf,
    config: Config,
    router: OnceLock<Router>,
}

impl TestShop {
    pub async fn open(engine: Engine, filling: Filling, place: &Place) -> Self {
        let config = config(&place.address);
        let clock = Clock::fixed(now());
        let database = Database::connect(&place.address, 4).await.unwrap();
        if filling == Filling::Bare {
            // The context reads the markets, so it needs tables; what a test does with them is its own affair.
            vitrine::infrastructure::database::migrate::up(&database).await.unwrap();
        }
        let app = vitrine::app::context_of(database, clock.clone(), 100).await.unwrap();
        app.open_identity(Settings::quick().unwrap()).await.unwrap();
        let api = Arc::new(vitrine::app::api(Arc::clone(&app), &config).unwrap());
        let (address, folder) = (place.address.clone(), place.folder.clone());
        Self { app, api, clock, engine, address, folder, config, router: OnceLock::new() }
    }

    /// How it is set up.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Sets its HTTP side up differently, which begins anew then.
    pub fn configure(&mut self, set: impl FnOnce(&mut Config)) {
        set(&mut self.config);
        self.router = OnceLock::new();
    }

    /// A GraphQL operation to be sent.
    pub fn query(&self, text: &str) -> Ask {
        Ask::new(Arc::clone(&self.api), text)
    }

    /// Another API over the same shop, set up differently.
    pub fn api_with(&self, set: impl FnOnce(&mut Config)) -> Arc<Api> {
        let mut config = self.config.clone();
        set(&mut config);
        Arc::new(vitrine::app::api(Arc::clone(&self.app), &config).unwrap())
    }

    /// Sends a request through the whole HTTP side.
    pub async fn http(&self, request: Request<Body>) -> Response<Body> {
        self.router().oneshot(request).await.unwrap()
    }

    /// The HTTP side.
    pub fn router(&self) -> Router {
        let made = || vitrine::app::router(&self.app, &self.config).unwrap().0;
        self.router.get_or_init(made).clone()
    }

    pub fn set_clock(&self, moment: DateTime<Utc>) {
        self.clock.set(moment);
    }

    /// Runs statements on the database itself.
    pub async fn sql(&self, text: &str) {
        self.app.db.writer().execute_unprepared(text).await.unwrap();
    }

    /// The one number that a statement finds.
    pub async fn number(&self, text: &str) -> i64 {
        let writer = self.app.db.writer();
        let statement = Statement::from_string(writer.get_database_backend(), text);
        writer.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// All texts that a statement finds, one a row.
    pub async fn rows(&self, text: &str) -> Vec<String> {
        let writer = self.app.db.writer();
        let statement = Statement::from_string(writer.get_database_backend(), text);
        let rows = writer.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Adds or changes products in the default market.
    pub async fn save(&self, drafts: &[ProductDraft]) {
        let change = self.app.begin().await.unwrap();
        let target = ensure(&change, &Wish::default()).await.unwrap();
        let outcomes = save(&change, drafts, target, &Earlier::default()).await.unwrap();
        assert!(outcomes.iter().all(|outcome| outcome.problems.is_empty()), "{outcomes:?}");
        change.commit().await.unwrap();
        self.app.refresh_markets().await.unwrap();
    }
}

/// A product with one variant that is on offer.
pub fn draft(handle: &str, title: &str, price: i64) -> ProductDraft {
    ProductDraft {
        handle: handle.to_owned(),
        title: Some(title.to_owned()),
        published: Some(true),
        variants: vec![VariantDraft {
            option_values: vec!["Default Title".to_owned()],
            price: Some(price),
            ..VariantDraft::default()
        }],
        options: Some(vec!["Title".to_owned()]),
        ..ProductDraft::default()
    }
}

fn config(address: &Address) -> Config {
    Config {
        database: address.clone(),
        connections: 4,
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        metrics_listen: None,
        development: false,
        accept_unsafe: Vec::new(),
        introspection: true,
        graphiql: false,
        documents: Documents::Open,
        deadline: Duration::from_secs(20),
        cost_limit: 20_000,
        quantity_cap: 100,
        wishlist_days: 90,
        http_connections: 10_000,
        http_connections_per_address: 1_000,
        sockets: 100,
        sockets_per_address: 100,
        media: None,
        public_url: Some("http://shop.test".to_owned()),
        secrets: Vec::new(),
        access_token: Duration::from_mins(10),
        oidc: None,
        session_days: 30,
        code_days: 30,
        smtp_url: None,
        mail_from: "shop@shop.test".to_owned(),
        security_event_days: 90,
        second_factor_required: false,
        budgets: vitrine::config::Budgets { are_on: false, ..Default::default() },
        redis_url: None,
        replicas: 1,
        proxies: vitrine::config::Proxies::default(),
        proxies_say_forwarded: false,
        audit_days: 0,
        log_filter: None,
        log_json: true,
    }
}
