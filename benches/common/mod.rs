//! Empty shops for benchmarks, on both engines.

use std::error::Error;
use std::path::Path;

use tokio_postgres::NoTls;
use vitrine::config::{Config, Documents};
use vitrine::infrastructure::database::Address;
use vitrine::services::AppContext;
use vitrine::services::markets::write::{NewMarket, add_location, add_market};

/// What a benchmark may fail with.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Two databases without anything in them; what an earlier run has left is gone.
pub async fn databases(name: &str) -> Result<[Address; 2]> {
    Ok([sqlite(name)?, postgres(name).await?])
}

/// The settings that the environment tells, for one of the databases; everybody may run any document.
pub fn config(address: &Address) -> Result<Config> {
    let config = Config::read().map_err(|problems| problems.join("; "))?;
    Ok(Config { database: address.clone(), documents: Documents::Open, ..config })
}

/// What an engine is called in what is printed.
pub fn engine(address: &Address) -> &'static str {
    if matches!(address, Address::Sqlite(_)) { "SQLite" } else { "PostgreSQL" }
}

/// The market `us` and the location `main`.
pub async fn open(app: &AppContext) -> Result<()> {
    let change = app.begin().await?;
    let market = NewMarket {
        handle: "us".to_owned(),
        name: "US".to_owned(),
        currency: "USD".to_owned(),
        countries: Vec::new(),
        languages: vec!["en".to_owned()],
        tax_inclusive: false,
    };
    add_market(&change, market).await?;
    add_location(&change, "main", "Main", None).await?;
    change.commit().await?;
    app.refresh_markets().await?;
    Ok(())
}

fn sqlite(name: &str) -> Result<Address> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{name}.db"));
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
    Ok(Address::Sqlite(file.display().to_string()))
}

#[expect(clippy::disallowed_methods, reason = "benchmarks are told by the environment where PostgreSQL is")]
async fn postgres(name: &str) -> Result<Address> {
    let name = format!("vitrine_bench_{name}");
    let url = std::env::var("VITRINE_TEST_POSTGRES");
    let url = url.unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let server = url.rsplit_once('/').map_or(url.as_str(), |(server, _)| server);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await?;
    client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
    drop(client);
    connection.await??;
    Ok(Address::Postgres(format!("{server}/{name}?sslmode=disable")))
}
