//! `vitrine doctor`: looks at an installation and says what is wrong.

use std::process::ExitCode;

use clap::Args;

use super::{Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::infrastructure::database::{Database, migrate};
use crate::services::doctor::examine;
use crate::services::search::project::rebuild;

/// Check the settings, the database and the shop, and say what is wrong
#[derive(Args)]
pub struct Doctor {
    /// Write what lists and search read anew from the products, before looking
    #[arg(long)]
    repair: bool,
}

impl Doctor {
    pub async fn run(self, config: &Config) -> Outcome {
        println!("ok     settings");
        if config.database.is_missing_file() {
            println!("WRONG  database {:?}: there is no such file", config.database);
            return Ok(ExitCode::FAILURE);
        }
        let database = match Database::connect(&config.database, 2).await {
            Ok(database) => database,
            Err(error) => {
                println!("WRONG  database {:?}: {error}", config.database);
                return Ok(ExitCode::FAILURE);
            }
        };
        println!("ok     database {:?} answers", config.database);
        let missing = migrate::status(&database).await?.into_iter().filter(|step| !step.applied).count();
        if missing > 0 {
            println!("WRONG  {missing} migrations are missing: run `vitrine migrate up`");
            return Ok(ExitCode::FAILURE);
        }
        println!("ok     tables are up to date");
        let context = app::context(&config.database, config).await.map_err(|error| explain(&error))?;
        if self.repair {
            let products = rebuild(&context).await.map_err(|error| explain(&error))?;
            println!("ok     {products} products listed and indexed anew");
        }
        let mut healthy = true;
        for finding in examine(&context).await.map_err(|error| explain(&error))? {
            healthy &= finding.is_fine;
            println!("{}  {}", if finding.is_fine { "ok   " } else { "WRONG" }, finding.text);
        }
        if config.media.as_ref().is_some_and(|folder| !folder.is_dir()) {
            healthy = false;
            println!("WRONG  the media folder is not there");
        }
        Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
