//! Migrations under a lock: one replica at a time.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::Database;

/// The advisory lock that replicas take in turn on PostgreSQL: the letters VITR.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1447646290)";

/// A migration and whether it has been applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name, which begins with its date.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// Applies what is missing, all of it or nothing.
pub async fn up(database: &Database) -> Result<(), DbErr> {
    let transaction = lock(database).await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

/// Takes back the last `steps` migrations, all of them or none.
pub async fn down(database: &Database, steps: u32) -> Result<(), DbErr> {
    let transaction = lock(database).await?;
    Migrator::down(&transaction, Some(steps)).await?;
    transaction.commit().await
}

/// Every migration in order.
pub async fn status(database: &Database) -> Result<Vec<Step>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(database.writer()).await?;
    let pending: Vec<String> = pending.iter().map(|step| step.name().to_owned()).collect();
    Ok(Migrator::migrations()
        .iter()
        .map(|step| Step {
            name: step.name().to_owned(),
            applied: !pending.iter().any(|name| name == step.name()),
        })
        .collect())
}

async fn lock(database: &Database) -> Result<sea_orm::DatabaseTransaction, DbErr> {
    let transaction = database.begin().await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared("SET LOCAL lock_timeout = 0").await?;
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        transaction.execute_unprepared(LOCK).await?;
    }
    Ok(transaction)
}
