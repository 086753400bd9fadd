//! `vitrine migrate`: brings the tables up to date, or back.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Outcome;
use crate::config::Config;
use crate::infrastructure::database::{Database, migrate};

/// Change the database's tables, one process at a time
#[derive(Args)]
pub struct Migrate {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Subcommand)]
enum Direction {
    /// Apply what is missing, all of it or nothing
    Up,
    /// Take back the last changes, with the data in them
    Down {
        /// How many
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// List all changes
    Status,
}

impl Migrate {
    pub async fn run(self, config: &Config) -> Outcome {
        let database = Database::connect(&config.database, 1).await?;
        match self.direction {
            Direction::Up => migrate::up(&database).await?,
            Direction::Down { steps } => migrate::down(&database, steps).await?,
            Direction::Status => {}
        }
        for step in migrate::status(&database).await? {
            say!("{} {}", if step.applied { "applied" } else { "missing" }, step.name);
        }
        Ok(ExitCode::SUCCESS)
    }
}
