//! What reads ask, whichever engine answers.

use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::connections::Connections;
use crate::monitoring::metrics::Pool;

/// The connections that read. They write nothing: not by this type, and not where a statement that finds something
/// would write, too, because the database refuses that to them.
#[derive(Clone, Debug)]
pub enum Reader {
    /// Connections to an SQLite file.
    Sqlite(Connections<sqlx::Sqlite>),
    /// Connections to PostgreSQL.
    Postgres(Connections<sqlx::Postgres>),
}

impl Reader {
    /// How many connections there are.
    pub fn pool(&self) -> Pool {
        match self {
            Self::Sqlite(connections) => connections.pool("read"),
            Self::Postgres(connections) => connections.pool("read"),
        }
    }

    /// Ends them.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(connections) => connections.close().await,
            Self::Postgres(connections) => connections.close().await,
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(connections) => connections.rows(statement).await,
            Self::Postgres(connections) => connections.rows(statement).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(writes())
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(writes())
    }
}

fn writes() -> DbErr {
    DbErr::Custom("a connection that reads was asked to write".to_owned())
}
