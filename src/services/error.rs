//! Why a service did not do what was asked.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr};

use super::problem::Problem;
use crate::infrastructure::database::operation::Expired;

/// The closed list of error codes that a client may meet in `extensions.code`.
///
/// Never renamed and never reused: clients branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The caller has to sign in first.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden,
    /// The request cannot be understood or breaks a limit; sending it again will not help.
    BadRequest,
    /// The caller's budget is used up for now.
    Throttled,
    /// The operation would cost more than any operation may.
    CostExceeded,
    /// The document's hash is not known here; send its text.
    PersistedQueryNotFound,
    /// The operation's deadline passed.
    Timeout,
    /// The service cannot answer just now; a later try may succeed.
    Unavailable,
    /// A fault of ours; the request id finds it in the log.
    Internal,
}

impl Code {
    /// The code as clients read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadRequest => "BAD_REQUEST",
            Self::Throttled => "THROTTLED",
            Self::CostExceeded => "COST_EXCEEDED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a service did not do what was asked.
///
/// `Display` is what a client may read; causes stay in `source` for the log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The caller asked for something that cannot be; says what.
    #[error("{0}")]
    BadRequest(String),
    /// What the caller can put right: told beside the change, not as an error of the operation.
    #[error("the input of the change is not right")]
    Problems(Vec<Problem>),
    /// The caller has to sign in.
    #[error("sign in to continue")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("you are not allowed to do this")]
    Forbidden,
    /// The operation's time is over.
    #[error("the operation took too long")]
    Timeout,
    /// The database is too busy just now.
    #[error("the service is busy, try again in a moment")]
    Unavailable,
    /// There were too many tries of late.
    #[error("there were too many tries: try again later")]
    Throttled {
        /// After which time it can be tried again.
        retry_after: Duration,
    },
    /// A fault of ours.
    #[error("something went wrong on our side")]
    Internal(#[source] Arc<dyn StdError + Send + Sync>),
}

/// What services answer.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A fault of ours with its cause.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(Arc::from(cause.into()))
    }

    /// The code under which clients see it.
    pub fn code(&self) -> Code {
        match self {
            Self::BadRequest(_) | Self::Problems(_) => Code::BadRequest,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Forbidden => Code::Forbidden,
            Self::Timeout => Code::Timeout,
            Self::Unavailable => Code::Unavailable,
            Self::Throttled { .. } => Code::Throttled,
            Self::Internal(_) => Code::Internal,
        }
    }
}

impl From<Expired> for Error {
    fn from(_: Expired) -> Self {
        Self::Timeout
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match database_code(&error).as_deref() {
            Some(STATEMENT_CANCELED | SQLITE_INTERRUPT) => Self::Timeout,
            Some(LOCK_TIMEOUT | DEADLOCK | SQLITE_BUSY | SQLITE_BUSY_SNAPSHOT) => Self::Unavailable,
            _ if matches!(error, DbErr::ConnectionAcquire(_)) => Self::Unavailable,
            _ => Self::internal(error),
        }
    }
}

const STATEMENT_CANCELED: &str = "57014";
const LOCK_TIMEOUT: &str = "55P03";
const DEADLOCK: &str = "40P01";
const SQLITE_BUSY: &str = "5";
const SQLITE_BUSY_SNAPSHOT: &str = "517";
const SQLITE_INTERRUPT: &str = "9";

/// The database's own code of a failure: an SQLSTATE or SQLite's number.
fn database_code(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(cause) | DbErr::Query(cause) | DbErr::Conn(cause)) = error else {
        return None;
    };
    let RuntimeErr::SqlxError(cause) = cause else { return None };
    Some(cause.as_database_error()?.code()?.into_owned())
}
