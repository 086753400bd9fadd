//! What the engine knows about its tables while a shop grows.
//!
//! Plans are kept. PostgreSQL's first plans for empty tables read them from end to end, which is right then and ruinous
//! a million rows later: so it is told to look again whenever a shop has grown severalfold.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::services::{AppContext, Result};

/// Products after which the engine looks at its tables for the first time.
const FIRST: u64 = 200;

/// How many times as many products there are when it looks again.
const GROWTH: u64 = 8;

/// When to look again.
#[derive(Debug)]
pub struct Statistics {
    due: u64,
}

impl Default for Statistics {
    fn default() -> Self {
        Self { due: FIRST }
    }
}

impl Statistics {
    /// Told how many products have been added so far, looks where it is time to.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn grown(&mut self, app: &AppContext, products: u64) -> Result<()> {
        if products >= self.due {
            self.due = products.saturating_mul(GROWTH);
            gather(app).await?;
        }
        Ok(())
    }

    /// Looks once more at the end, where anything has been added.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn complete(self, app: &AppContext, products: u64) -> Result<()> {
        if products > 0 { gather(app).await } else { Ok(()) }
    }
}

/// Looks at samples of all tables; takes seconds for a million products.
///
/// # Errors
/// Where the database fails.
pub async fn gather(app: &AppContext) -> Result<()> {
    let change = app.begin_upkeep().await?;
    let texts: &[&str] = match change.engine() {
        DbBackend::Postgres => &["SET LOCAL statement_timeout = 0", "ANALYZE"],
        _ => &["PRAGMA analysis_limit = 1000", "ANALYZE"],
    };
    for text in texts {
        change.tx.execute_unprepared(text).await?;
    }
    change.commit().await
}
