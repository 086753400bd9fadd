//! Where an import is tried: on SQLite a copy of the shop, so that nobody waits for the writer meanwhile; on PostgreSQL
//! the shop itself, in a change that is never committed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use super::backup::copy;
use super::{Failure, explain};
use crate::app;
use crate::config::{Address, Config};
use crate::services::{AppContext, Error};

/// A shop to try something on.
pub struct Rehearsal {
    /// The shop.
    pub context: Arc<AppContext>,
    /// The folder of the copy, if it is one: what is written there is not kept.
    copy: Option<Folder>,
}

impl Rehearsal {
    /// Opens it. A shop that is not there yet is not made, and one that lacks migrations does not get them.
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        let failed = |error: Error| explain(&error);
        let Address::Sqlite(path) = &config.database else {
            let context = app::context(&config.database, config).await.map_err(failed)?;
            return Ok(Self { context, copy: None });
        };
        let folder = Folder::new()?;
        let copy_at = folder.0.join("shop.db").to_string_lossy().into_owned();
        if !config.database.is_missing_file() {
            copy(path, &copy_at).await.map_err(failed)?;
        }
        let context = app::migrated(&Address::Sqlite(copy_at), config).await.map_err(failed)?;
        Ok(Self { context, copy: Some(folder) })
    }

    /// Ends it, and what was written to a copy.
    pub async fn close(self) {
        if let Some(context) = Arc::into_inner(self.context) {
            let _ = context.db.close().await;
        }
    }

    /// Whether it is a copy.
    pub fn is_copy(&self) -> bool {
        self.copy.is_some()
    }
}

/// A folder that goes with its content.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("vitrine-dry-run-{}", Uuid::now_v7()));
        // The shop's own file may lie where nobody else looks.
        let mut folder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}

/// Whether two paths lead to the same file, by whatever name.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let id = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
        if id(one).is_some_and(|id_of_one| id(other) == Some(id_of_one)) {
            return true;
        }
    }
    fs::canonicalize(one).is_ok_and(|path| fs::canonicalize(other).is_ok_and(|same| same == path))
}
