//! Connections that take turns. Each sends statements on without waiting for the answers before (pipelining).

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::{Client, Config, NoTls, Statement};
use uuid::Uuid;

use crate::Result;
use crate::options::FloorArguments;

use super::{deep, list, product};

/// A connection with its statements.
pub struct Connection {
    /// The connection.
    pub client: Client,
    /// What the list needs.
    pub list: list::Statements,
    /// What the product page needs.
    pub product: product::Statements,
    /// What the deep list needs.
    pub deep: deep::Statements,
}

/// All connections, and what the service keeps in memory, too.
pub struct Pool {
    connections: Vec<Connection>,
    next: AtomicUsize,
    /// The market.
    pub market: Market,
}

/// The default market.
pub struct Market {
    /// Its id.
    pub id: Uuid,
    /// The number of its first language in the projection.
    pub locale: i64,
    /// Its currency, which has two digits after the point.
    pub currency: String,
    /// The shop's locations.
    pub locations: HashMap<Uuid, String>,
    /// What cursors begin with.
    pub list: u64,
}

impl Pool {
    /// Connects and prepares all statements.
    pub async fn connect(arguments: &FloorArguments) -> Result<Self> {
        let mut config: Config = arguments.database.parse()?;
        config.options("-c jit=off").application_name("floor");
        let mut connections = Vec::with_capacity(arguments.clients);
        for _ in 0..arguments.clients {
            let (client, driver) = config.connect(NoTls).await?;
            tokio::spawn(driver);
            let list = list::Statements::prepare(&client).await?;
            let product = product::Statements::prepare(&client).await?;
            let deep = deep::Statements::prepare(&client).await?;
            connections.push(Connection { client, list, product, deep });
        }
        let client = &connections.first().ok_or("no connections")?.client;
        let market = Market::load(client, arguments.list).await?;
        Ok(Self { connections, next: AtomicUsize::new(0), market })
    }

    /// The connection whose turn it is.
    pub fn connection(&self) -> &Connection {
        &self.connections[self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len()]
    }
}

impl Market {
    async fn load(client: &Client, list: u64) -> Result<Self> {
        let market = "SELECT m.id, l.id, m.currency FROM market m JOIN market_language l ON l.market_id = m.id \
            ORDER BY m.is_default DESC, m.position, l.position LIMIT 1";
        let market = client.query_one(market, &[]).await?;
        let locations = client.query("SELECT id, name FROM location", &[]).await?;
        Ok(Self {
            id: market.get(0),
            locale: market.get(1),
            currency: market.get(2),
            locations: locations.iter().map(|row| (row.get(0), row.get(1))).collect(),
            list,
        })
    }
}

/// Prepares a statement.
pub async fn prepare(client: &Client, text: &str) -> Result<Statement> {
    Ok(client.prepare(text).await?)
}

/// Now, in microseconds of Unix time.
pub fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?)
}
