//! Whether the service can do its work.

use super::sql::Sql;
use super::{AppContext, Result};

/// Asks the database something that costs nothing.
pub async fn check(app: &AppContext) -> Result<()> {
    static ASK: Sql = Sql::new("SELECT 1 FROM shop WHERE id = 1");
    ASK.all(app.db.read()?, []).await?;
    Ok(())
}
