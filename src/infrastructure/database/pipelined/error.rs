//! What goes wrong, told as the other driver tells it: who reads an error need not know which of them was asked.

use std::borrow::Cow;
use std::error::Error as _;
use std::io;
use std::sync::Arc;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::error::{DatabaseError, ErrorKind};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// Why a statement was not answered.
pub fn of_query(error: Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(plain(error))))
}

/// Why there is no connection.
pub fn of_connecting(error: Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(plain(error))))
}

fn plain(error: Error) -> sqlx::Error {
    match error.as_db_error() {
        Some(told) => sqlx::Error::Database(Box::new(Told(told.clone()))),
        None => sqlx::Error::Io(io::Error::other(error)),
    }
}

/// Whether the connection was closed, so that the statement did not begin or was ended with it.
pub fn is_lost(error: &Error) -> bool {
    let by_the_database = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    error.is_closed()
        || io_error(error).is_some()
        || error.code().is_some_and(|code| by_the_database.contains(code))
}

/// Whether the next try to connect may succeed.
pub fn is_passing(error: &Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    let later = [SqlState::TOO_MANY_CONNECTIONS, SqlState::CANNOT_CONNECT_NOW];
    error.code().is_some_and(|code| later.contains(code))
        || io_error(error).is_some_and(|error| {
            matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
        })
}

fn io_error(error: &Error) -> Option<&io::Error> {
    error.source()?.downcast_ref()
}

/// What the database said.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Told(DbError);

impl DatabaseError for Told {
    fn message(&self) -> &str {
        self.0.message()
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.code().code().into())
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn constraint(&self) -> Option<&str> {
        self.0.constraint()
    }

    fn table(&self) -> Option<&str> {
        self.0.table()
    }

    /// Statements that read violate nothing.
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}
