//! The two engines, and how a test gets a shop of its own on one: a copy of one that was filled before.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use vitrine::infrastructure::clock::Clock;
use vitrine::infrastructure::database::{Address, Database, migrate};
use vitrine::services::imports::sample::sample;

use super::{now, setting};

/// Where the shop of a test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// What the shop of a test has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling {
    /// The sample shop.
    Sample,
    /// Its tables.
    Empty,
    /// Nothing, not even tables.
    Bare,
}

/// A database for one test, and the folder beside it.
#[derive(Clone, Debug)]
pub struct Place {
    pub address: Address,
    pub folder: PathBuf,
    database: Option<String>,
}

/// Everything that tests leave behind for a moment.
fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shops")
}

/// Tells one build of the tests from another: its templates are not those of the next.
fn build() -> String {
    let program = std::env::current_exe().unwrap();
    let changed = fs::metadata(&program).unwrap().modified().unwrap();
    format!("{:08x}", hash((program, changed)))
}

fn hash(of: impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).unwrap()
}

/// What the databases of this checkout's tests begin with.
fn prefix() -> String {
    format!("vitrine_test_{:08x}", hash(env!("CARGO_MANIFEST_DIR")))
}

fn postgres_url() -> String {
    setting("VITRINE_TEST_POSTGRES")
        .unwrap_or_else(|| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// The same server, another database.
fn url_of(database: &str) -> String {
    let url = postgres_url();
    let (address, parameters) =
        url.split_once('?').map_or((url.as_str(), ""), |(address, rest)| (address, rest));
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{server}/{database}{mark}{parameters}")
}

/// Runs statements beside the shops: in the database that the address names.
struct Server(DatabaseConnection);

impl Server {
    async fn connect() -> Result<Self, sea_orm::DbErr> {
        let mut options = ConnectOptions::new(postgres_url());
        options.max_connections(1).connect_timeout(Duration::from_secs(3)).sqlx_logging(false);
        Ok(Self(sea_orm::Database::connect(options).await?))
    }

    async fn run(&self, sql: &str) -> Result<(), sea_orm::DbErr> {
        self.0.execute_unprepared(sql).await.map(|_| ())
    }

    async fn databases(&self, like: &str) -> Vec<String> {
        let text = format!("SELECT datname FROM pg_database WHERE datname LIKE '{like}'");
        let rows = self.0.query_all_raw(Statement::from_string(DbBackend::Postgres, text)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// What earlier builds and runs left behind goes; what is in use refuses to.
    async fn tidy(&self) {
        for name in self.databases(&format!("{}%", prefix())).await {
            if !name.contains(&build()) {
                let _ = self.run(&format!("DROP DATABASE IF EXISTS {name}")).await;
            }
        }
    }
}

impl Engine {
    /// Whether it can be reached, else why not.
    pub async fn is_there(self) -> Result<(), String> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => match Server::connect().await {
                Ok(server) => server.0.close().await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    /// A place of its own for a test.
    pub async fn place(self, filling: Filling) -> Place {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}_{}_{}_{number}", prefix(), build(), std::process::id());
        let folder = scratch().join(&name);
        fs::create_dir_all(&folder).unwrap();
        match self {
            Self::Sqlite => {
                let file = folder.join("shop.db");
                if filling != Filling::Bare {
                    fs::copy(sqlite_template(filling).await, &file).unwrap();
                }
                Place { address: Address::Sqlite(file.display().to_string()), folder, database: None }
            }
            Self::Postgres => {
                let template = match filling {
                    Filling::Bare => "template0".to_owned(),
                    _ => postgres_template(filling).await,
                };
                let server = Server::connect().await.unwrap();
                server.run(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
                server.0.close().await.unwrap();
                Place { address: Address::Postgres(url_of(&name)), folder, database: Some(name) }
            }
        }
    }
}

impl Place {
    /// Leaves nothing behind.
    pub async fn remove(self) {
        if let Some(name) = self.database {
            let server = Server::connect().await.unwrap();
            server.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
            server.0.close().await.unwrap();
        }
        let _ = fs::remove_dir_all(self.folder);
    }
}

/// Makes something once for all processes that run tests of this build.
fn lock() -> fs::File {
    fs::create_dir_all(scratch()).unwrap();
    let file = fs::File::create(scratch().join("lock")).unwrap();
    file.lock().unwrap();
    file
}

async fn sqlite_template(filling: Filling) -> PathBuf {
    let _lock = lock();
    let file = scratch().join(format!("{}_{filling:?}.db", build()));
    if !file.exists() {
        let unfinished = file.with_extension("new");
        let _ = fs::remove_file(&unfinished);
        fill(&Address::Sqlite(unfinished.display().to_string()), filling).await;
        fs::rename(unfinished, &file).unwrap();
    }
    file
}

async fn postgres_template(filling: Filling) -> String {
    let _lock = lock();
    let name = format!("{}_{}_{filling:?}", prefix(), build()).to_lowercase();
    let server = Server::connect().await.unwrap();
    if server.databases(&name).await.is_empty() {
        server.tidy().await;
        server.run(&format!("DROP DATABASE IF EXISTS {name}_new")).await.unwrap();
        server.run(&format!("CREATE DATABASE {name}_new TEMPLATE template0")).await.unwrap();
        fill(&Address::Postgres(url_of(&format!("{name}_new"))), filling).await;
        server.run(&format!("ALTER DATABASE {name}_new RENAME TO {name}")).await.unwrap();
    }
    server.0.close().await.unwrap();
    name
}

async fn fill(address: &Address, filling: Filling) {
    let database = Database::connect(address, 2).await.unwrap();
    migrate::up(&database).await.unwrap();
    if filling == Filling::Sample {
        let app = vitrine::app::context_of(database.clone(), Clock::fixed(now()), 100).await.unwrap();
        sample(&app, &scratch().join("media")).await.unwrap();
    }
    if let Address::Sqlite(_) = address {
        database.writer().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    } else {
        database.writer().execute_unprepared("ANALYZE").await.unwrap();
    }
    database.close().await.unwrap();
}

/// Says past the test runner, which keeps what tests print to itself, that an engine is left out.
pub fn tell_left_out(engine: Engine, why: &str) {
    let _ = writeln!(std::io::stderr(), "LEFT OUT: tests on {engine:?}, because it cannot be reached: {why}");
}
