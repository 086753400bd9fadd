//! The columns of a row, read one after the other.
//!
//! Lists read tens of thousands of columns a second. The ORM and the driver check the type of each against that of the
//! value that is wanted; here the statement stands beside the reading, and tests run every one of them on both engines.

use std::sync::Arc;

use entity::id::Id;
use sea_orm::{DbErr, RuntimeErr};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite};
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use crate::infrastructure::database;

/// A value that a column of either engine holds, whichever driver reads it.
pub trait Column: for<'r> Decode<'r, Postgres> + for<'r> Decode<'r, Sqlite> + for<'r> FromSql<'r> {}

impl Column for bool {}
impl Column for f64 {}
impl Column for i16 {}
impl Column for i32 {}
impl Column for i64 {}
impl Column for String {}
impl Column for Uuid {}

/// The columns of a row that have not been read yet.
#[derive(Clone, Copy)]
pub struct Columns<'r> {
    row: Row<'r>,
    next: usize,
}

#[derive(Clone, Copy)]
enum Row<'r> {
    Postgres(&'r PgRow),
    Sqlite(&'r SqliteRow),
    Pipelined(&'r tokio_postgres::Row),
}

impl<'r> Columns<'r> {
    /// All columns of a row.
    ///
    /// # Errors
    /// Where the row is of neither engine.
    pub fn of(row: &'r database::Row) -> Result<Self, DbErr> {
        let row = match row {
            database::Row::Pipelined(row) => Some(Row::Pipelined(row)),
            database::Row::Plain(row) => {
                let of_postgres = row.try_as_pg_row().map(Row::Postgres);
                of_postgres.or_else(|| row.try_as_sqlite_row().map(Row::Sqlite))
            }
        };
        let row = row.ok_or_else(|| DbErr::Custom("a row of an engine that is not known".to_owned()))?;
        Ok(Self { row, next: 0 })
    }

    /// The next column.
    ///
    /// # Errors
    /// Where there is none, or it is null.
    pub fn get<T: Column>(&mut self) -> Result<T, DbErr> {
        self.maybe()?.ok_or_else(|| DbErr::Custom(format!("column {} is null", self.next)))
    }

    /// The next column; `None` where it is null.
    ///
    /// # Errors
    /// Where there is none.
    pub fn maybe<T: Column>(&mut self) -> Result<Option<T>, DbErr> {
        let place = self.next;
        self.next += 1;
        let read = match self.row {
            Row::Postgres(row) => row.try_get_unchecked(place),
            Row::Sqlite(row) => row.try_get_unchecked(place),
            Row::Pipelined(row) => row.try_get(place).map_err(|error| sqlx::Error::Decode(error.into())),
        };
        read.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
    }

    /// The next column as an id.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn id<I: Id>(&mut self) -> Result<I, DbErr> {
        self.get().map(I::from_uuid)
    }

    /// The next column as an id; `None` where it is null.
    ///
    /// # Errors
    /// As [`maybe`](Self::maybe).
    pub fn some_id<I: Id>(&mut self) -> Result<Option<I>, DbErr> {
        Ok(self.maybe()?.map(I::from_uuid))
    }
}
