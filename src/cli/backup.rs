//! `vitrine backup`: copies an embedded shop while it is served.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Failure, Outcome, explain};
use crate::config::{Address, Config};
use crate::infrastructure::database::Database;
use crate::services::Error;

/// Copy an embedded shop to a file of its own, also while it is served
#[derive(Args)]
pub struct Backup {
    /// The file to make; one that is there is never replaced
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

impl Backup {
    pub async fn run(self, config: &Config) -> Outcome {
        let Address::Sqlite(from) = &config.database else {
            let problem = "PostgreSQL is backed up by its own pg_dump; see docs/operations.md";
            return Err(Failure(problem.to_owned()));
        };
        if config.database.is_missing_file() {
            return Err(Failure(format!("{:?}: there is no such file", config.database)));
        }
        let to = self.to.display();
        if fs::symlink_metadata(&self.to).is_ok() {
            return Err(Failure(format!("{to}: it is there already")));
        }
        let made = whole(from, &self.to).await;
        made.map_err(|Failure(problem)| Failure(format!("{to}: {problem}")))?;
        say!("{to}: {} bytes. Uploaded files are not in it.", fs::metadata(&self.to)?.len());
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the file under another name first: what has the name that was asked for is whole, whatever happens meanwhile.
async fn whole(from: &str, to: &Path) -> Result<(), Failure> {
    let mut name = to.file_name().ok_or_else(|| Failure("it names no file".to_owned()))?.to_owned();
    name.push(format!(".part-{}", std::process::id()));
    let part = to.with_file_name(name);
    let made = match copy(from, &part.to_string_lossy()).await {
        Ok(()) => named(&part, to).map_err(Failure::from),
        Err(error) => Err(explain(&error)),
    };
    // After the second name the first one is not needed.
    let _ = fs::remove_file(&part);
    made
}

/// Gives a file that has reached the disk its name, unless something has that name by now.
fn named(part: &Path, to: &Path) -> std::io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::hard_link(part, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Copies an SQLite file, as it is now, to one that is not there yet.
pub async fn copy(from: &str, to: &str) -> Result<(), Error> {
    let database = Database::connect(&Address::Sqlite(from.to_owned()), 1).await?;
    let copied = database.copy_to(to).await;
    database.close().await?;
    Ok(copied?)
}
