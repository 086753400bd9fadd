//! Whether the service can do its work.

use super::sql::Sql;
use super::{AppContext, Result};
use crate::monitoring::metrics::Sample;

/// Asks the database something that costs nothing.
pub async fn check(app: &AppContext) -> Result<()> {
    static ASK: Sql = Sql::new("SELECT 1 FROM shop WHERE id = 1");
    ASK.all(app.db.read()?, []).await?;
    Ok(())
}

/// How busy the parts are at this moment.
pub fn sample(app: &AppContext) -> Sample {
    let passwords = match app.identity() {
        Ok(identity) => identity.passwords_load(),
        Err(_) => (0, 0),
    };
    Sample { pools: app.db.pools(), writers_waiting: app.db.waiting(), passwords }
}
