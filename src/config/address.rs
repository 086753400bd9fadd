//! Where the shop's data is.

use std::fmt;

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A file on this machine.
    Sqlite(String),
    /// A server, as `postgres://user:password@host/database`.
    Postgres(String),
}

impl Address {
    /// Understands `sqlite:PATH`, `sqlite://PATH`, `postgres://...` and `postgresql://...`.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it: it may hold a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path.map(|path| path.split('?').next().unwrap_or_default()) {
            Some("" | ":memory:") => Err("an SQLite database needs the path of a file".to_owned()),
            Some(path) => Ok(Self::Sqlite(path.to_owned())),
            None => Err("it must begin with sqlite: or postgres://".to_owned()),
        }
    }

    /// Whether it is a file that is not there; connecting would make an empty one.
    pub fn is_missing_file(&self) -> bool {
        matches!(self, Self::Sqlite(path) if !std::path::Path::new(path).exists())
    }
}

/// Never shows a password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{path}"),
            Self::Postgres(_) => f.write_str("postgres://..."),
        }
    }
}
