//! The seeded shops, kept between runs, and the places in them that requests ask for.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use tokio_postgres::NoTls;
use vitrine::infrastructure::database::{Address, Database};

use crate::Result;
use crate::client::{Client, graphql};
use crate::server::{Server, vitrine};

/// Pages of 100 products that the places are taken from.
const PAGES: usize = 40;

/// One of the databases that shops are measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

impl Engine {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }

    /// A shop with so many products, made where there is none.
    pub async fn shop(self, products: u64, reviews: bool) -> Result<Address> {
        let name = if reviews {
            format!("vitrine_bench_{products}")
        } else {
            format!("vitrine_bench_{products}_bare")
        };
        match self {
            Self::Sqlite => {
                let folder = folder()?;
                let (file, draft) =
                    (folder.join(format!("{name}.db")), folder.join(format!("{name}.draft.db")));
                if !file.exists() {
                    remove(&draft)?;
                    self.seed(&sqlite(&draft), products, reviews).await?;
                    std::fs::rename(&draft, &file)?;
                }
                Ok(sqlite(&file))
            }
            Self::Postgres => {
                let draft = format!("{name}_draft");
                let (server, connection) = tokio_postgres::connect(&postgres("postgres"), NoTls).await?;
                let connection = tokio::spawn(connection);
                let known =
                    server.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await?;
                if known.is_none() {
                    server.batch_execute(&format!("DROP DATABASE IF EXISTS {draft}")).await?;
                    server.batch_execute(&format!("CREATE DATABASE {draft}")).await?;
                    self.seed(&Address::Postgres(postgres(&draft)), products, reviews).await?;
                    server.batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}")).await?;
                }
                drop(server);
                connection.await??;
                Ok(Address::Postgres(postgres(&name)))
            }
        }
    }

    async fn seed(self, address: &Address, products: u64, reviews: bool) -> Result<()> {
        println!("seeding {products} products on {} ...", self.name());
        let began = Instant::now();
        let mut command = vitrine(address);
        command.args(["seed", "--products", &products.to_string()]);
        if !reviews {
            command.args(["--reviews", "0"]);
        }
        if !command.status()?.success() {
            return Err("the shop could not be seeded".into());
        }
        analyse(address).await?;
        println!("seeded in {:.1} s", began.elapsed().as_secs_f64());
        Ok(())
    }
}

/// The address of a PostgreSQL database for tests.
#[expect(clippy::disallowed_methods, reason = "benchmarks are told by the environment where PostgreSQL is")]
fn postgres(database: &str) -> String {
    let url = std::env::var("VITRINE_TEST_POSTGRES");
    let url = url.unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let server = url.rsplit_once('/').map_or(url.as_str(), |(server, _)| server);
    // Neither side encrypts: tokio-postgres would not by itself, sqlx would.
    format!("{server}/{database}?sslmode=disable")
}

/// The address of an SQLite file.
pub fn sqlite(file: &Path) -> Address {
    Address::Sqlite(file.display().to_string())
}

/// Where files are kept between runs.
pub fn folder() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Removes a file of SQLite with those beside it.
pub fn remove(file: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{suffix}", file.display()));
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// Tells the planner what there is.
async fn analyse(address: &Address) -> Result<()> {
    use sea_orm::ConnectionTrait;

    let database = Database::connect(address, 1).await?;
    let text = if matches!(address, Address::Postgres(_)) { "VACUUM ANALYZE" } else { "ANALYZE" };
    let writer = database.writer();
    if matches!(address, Address::Postgres(_)) {
        writer.execute_unprepared("SET statement_timeout = 0").await?;
    }
    writer.execute_unprepared(text).await?;
    Ok(database.close().await?)
}

/// Places in the list of products, and products.
pub struct Places {
    /// Cursors.
    pub cursors: Vec<String>,
    /// Handles.
    pub handles: Vec<String>,
}

impl Places {
    /// Walks through the shop.
    pub async fn of(server: &Server) -> Result<Self> {
        let query = "query Walk($after: String) { products(first: 100, after: $after) { \
            nodes { handle } pageInfo { hasNextPage endCursor } } }";
        let mut client = Client::connect(server.address).await?;
        let mut places = Self { cursors: Vec::new(), handles: Vec::new() };
        for _ in 0..PAGES {
            let data = client.data(&graphql(query, &json!({ "after": places.cursors.last() }))).await?;
            let page = &data["products"];
            let handles = page["nodes"].as_array().into_iter().flatten();
            places.handles.extend(handles.filter_map(|node| node["handle"].as_str().map(ToOwned::to_owned)));
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                break;
            }
            places.cursors.push(page["pageInfo"]["endCursor"].as_str().unwrap_or_default().to_owned());
        }
        Ok(places)
    }

    /// What cursors of the list begin with.
    pub fn list(&self) -> Result<u64> {
        use base64::Engine as _;

        let cursor = self.cursors.first().ok_or("the shop is too small")?;
        let parts = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(cursor)?;
        let parts: Value = serde_json::from_slice(&parts)?;
        Ok(parts[0].as_u64().ok_or("a cursor of another kind")?)
    }
}
