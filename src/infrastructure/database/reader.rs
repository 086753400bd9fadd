//! What reads ask, whichever engine answers.

use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, Value};

use super::connections::Connections;
use super::pipelined::Pipelines;
use super::row::{self, Row, RowSource};
use crate::monitoring::metrics::Pool;

/// The connections that read. They write nothing: not by this type, and not where a statement that finds something
/// would write, too, because the database refuses that to them.
#[derive(Clone, Debug)]
pub enum Reader {
    /// Connections to an SQLite file.
    Sqlite(Connections<sqlx::Sqlite>),
    /// Connections to PostgreSQL: for what the ORM asks, and for what is read side by side.
    Postgres(Connections<sqlx::Postgres>, Pipelines),
}

impl Reader {
    /// How many connections there are.
    pub fn pools(&self) -> Vec<Pool> {
        match self {
            Self::Sqlite(connections) => vec![connections.pool("read")],
            Self::Postgres(connections, pipelines) => vec![connections.pool("read"), pipelines.pool()],
        }
    }

    /// Ends them.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(connections) => connections.close().await,
            Self::Postgres(connections, pipelines) => {
                pipelines.close().await;
                connections.close().await;
            }
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(..) => DbBackend::Postgres,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(connections) => connections.rows(statement).await,
            Self::Postgres(connections, _) => connections.rows(statement).await,
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

impl RowSource for Reader {
    async fn fetch(&self, text: &str, values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
        match self {
            Self::Sqlite(_) => row::plain(self, text, values).await,
            Self::Postgres(_, pipelines) => {
                Ok(pipelines.rows(text, &values).await?.into_iter().map(Row::Pipelined).collect())
            }
        }
    }
}

fn writes() -> DbErr {
    DbErr::Custom("a connection that reads was asked to write".to_owned())
}
