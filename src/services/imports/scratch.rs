//! A shop of its own for a test: an SQLite file in a temporary folder, removed afterwards.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::infrastructure::clock::Clock;
use crate::infrastructure::database::{Address, Database, migrate};
use crate::services::AppContext;
use crate::services::context::Projection;
use crate::services::search::project::project;

static PROJECTIONS: [Projection; 1] = [project];

/// An empty shop in which the clock stands still.
pub struct Scratch {
    pub app: AppContext,
    pub folder: PathBuf,
}

impl Scratch {
    pub async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("vitrine-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("shop.db").to_string_lossy().into_owned();
        let db = Database::connect(&Address::Sqlite(path), 2).await.unwrap();
        migrate::up(&db).await.unwrap();
        let app = AppContext::new(db, Clock::fixed(Self::now()), &PROJECTIONS, &[], 100).await.unwrap();
        Self { app, folder }
    }

    /// The moment that its clock shows.
    pub fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
