//! A row, whichever driver read it.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult, Statement, Value,
};

/// A row that a statement found.
#[derive(Debug)]
pub enum Row {
    /// Read by the ORM's driver.
    Plain(QueryResult),
    /// Read over a connection that is sent several statements at once.
    Pipelined(tokio_postgres::Row),
}

/// Where rows are read from: connections that read, or a change.
pub trait RowSource: ConnectionTrait {
    /// All rows that a statement finds.
    fn fetch(&self, text: &str, values: Vec<Value>) -> impl Future<Output = Result<Vec<Row>, DbErr>> + Send;
}

impl RowSource for DatabaseTransaction {
    async fn fetch(&self, text: &str, values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
        plain(self, text, values).await
    }
}

impl RowSource for DatabaseConnection {
    async fn fetch(&self, text: &str, values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
        plain(self, text, values).await
    }
}

/// All rows that a statement finds, read by the ORM's driver.
pub async fn plain(db: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    Ok(db.query_all_raw(statement).await?.into_iter().map(Row::Plain).collect())
}
