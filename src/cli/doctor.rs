//! `vitrine doctor`: looks at an installation and says what is wrong.

use std::process::ExitCode;

use clap::Args;

use super::{Failure, Outcome, explain};
use crate::app;
use crate::config::{Config, Secret};
use crate::infrastructure::database::{Database, migrate};
use crate::infrastructure::secrets::KeyRing;
use crate::infrastructure::tls::{self, Seen};
use crate::services::doctor::examine;
use crate::services::identity::{outside, seals};
use crate::services::search::project::rebuild;
use crate::services::{AppContext, audit};

/// Check the settings, the database, the keys and the shop, and say what is wrong
#[derive(Args)]
pub struct Doctor {
    /// Write what lists and search read anew from the products, before looking
    #[arg(long)]
    repair: bool,
}

/// What has been told so far.
struct Told {
    is_fine: bool,
}

impl Told {
    fn finding(&mut self, is_fine: bool, text: &str) {
        self.is_fine &= is_fine;
        say!("{}  {text}", if is_fine { "ok   " } else { "WRONG" });
    }

    /// Something that was not looked at, or that a server would refuse and a look at a backup need not have.
    fn note(text: &str) {
        say!("note   {text}");
    }

    fn exit_code(&self) -> ExitCode {
        if self.is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Doctor {
    pub async fn run(self, config: &Config) -> Outcome {
        let mut told = Told { is_fine: true };
        settings(config, &mut told);
        if config.database.is_missing_file() {
            told.finding(false, &format!("database {:?}: there is no such file", config.database));
            return Ok(told.exit_code());
        }
        let database = match Database::connect(&config.database, 2).await {
            Ok(database) => database,
            Err(error) => {
                told.finding(false, &format!("database {:?}: {error}", config.database));
                return Ok(told.exit_code());
            }
        };
        told.finding(true, &format!("database {:?} answers", config.database));
        let missing = migrate::status(&database).await?.into_iter().filter(|step| !step.applied).count();
        if missing > 0 {
            told.finding(false, &format!("{missing} migrations are missing: run `vitrine migrate up`"));
            return Ok(told.exit_code());
        }
        told.finding(true, "tables are up to date");
        let context = app::context(&config.database, config).await.map_err(|error| explain(&error))?;
        if self.repair {
            let products = rebuild(&context).await.map_err(|error| explain(&error))?;
            told.finding(true, &format!("{products} products listed and indexed anew"));
        }
        for finding in examine(&context).await.map_err(|error| explain(&error))? {
            told.finding(finding.is_fine, &finding.text);
        }
        match ring(config)? {
            Some(ring) => {
                for finding in seals::examine(&context, &ring).await.map_err(|error| explain(&error))? {
                    told.finding(finding.is_fine, &finding.text);
                }
                let finding = audit::head::examine(&context, &audit::Keys::of(&ring)?).await;
                let finding = finding.map_err(|error| explain(&error))?;
                told.finding(finding.is_fine, &finding.text);
            }
            None => {
                Told::note("VITRINE_SECRETS is not set: whether it opens what is sealed was not looked at");
            }
        }
        sealing(&context, &mut told).await?;
        if config.media.as_ref().is_some_and(|folder| !folder.is_dir()) {
            told.finding(false, "the media folder is not there");
        }
        if let Some(outside) = app::outside(config) {
            let finding = outside::examine(&outside).await;
            told.finding(finding.is_fine, &finding.text);
        }
        certificate(config, &mut told).await;
        Ok(told.exit_code())
    }
}

/// What `serve` would say of the settings.
fn settings(config: &Config, told: &mut Told) {
    told.finding(true, "settings");
    for danger in config.dangers() {
        let does = if config.accepts(&danger) { "accepts" } else { "refuses" };
        Told::note(&format!("`serve` {does} {}: {}", danger.name, danger.why));
    }
}

/// How far the audit log is sealed. While no server runs, nobody seals.
async fn sealing(context: &AppContext, told: &mut Told) -> Result<(), Failure> {
    let behind = audit::behind(context).await.map_err(|error| explain(&error))?;
    match behind.entries {
        0 => told.finding(true, "all audit entries are sealed"),
        entries => Told::note(&format!(
            "{entries} audit entries are not sealed, the oldest of them for {} seconds: a running server does that each \
             second",
            behind.seconds
        )),
    }
    Ok(())
}

fn ring(config: &Config) -> Result<Option<KeyRing>, Failure> {
    if config.secrets.is_empty() {
        return Ok(None);
    }
    Ok(Some(KeyRing::parse(config.secrets.iter().map(Secret::reveal))?))
}

/// Looks at the certificate of the address that browsers know.
async fn certificate(config: &Config, told: &mut Told) {
    let Some(place) = config.public_url.as_ref().and_then(|url| url.strip_prefix("https://")) else { return };
    let place = place.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().unwrap_or(443)),
        _ => (place, 443),
    };
    match tls::look(host.trim_matches(['[', ']']), port).await {
        Seen::Trusted => told.finding(true, &format!("{place} shows a certificate that browsers believe")),
        Seen::EndsSoon => {
            told.finding(true, &format!("{place} shows a certificate that browsers believe"));
            Told::note(&format!("it ends within {} days: is it renewed?", tls::SOON_DAYS));
        }
        Seen::NotTrusted(why) => {
            told.finding(false, &format!("{place} shows no certificate that browsers believe: {why}"));
        }
        Seen::Unreachable(why) => {
            Told::note(&format!(
                "{place} cannot be reached from here, so its certificate was not looked at: {why}"
            ));
        }
    }
}
