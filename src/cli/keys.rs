//! `vitrine keys`: what seals and signs.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};

use super::{Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::services::identity::{Key, KeyRing, SigningKeyRow, rotate_signing_key, seals, signing_keys};
use crate::services::{AppContext, audit};

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

/// Make keys that seal and sign, list them, and replace the one that signs
#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Print a new key for `VITRINE_SECRETS`; nothing is changed by it
    New,
    /// List the keys that sign access tokens, and how much each of the keys in `VITRINE_SECRETS` has sealed
    List,
    /// Replace a key; nobody is signed out by it
    Rotate {
        #[command(subcommand)]
        which: Which,
    },
}

#[derive(Subcommand)]
enum Which {
    /// The key that signs access tokens
    Signing {
        /// Sign with it in ten seconds; without, in six minutes, when everybody who caches our public keys knows it
        #[arg(long)]
        now: bool,
    },
    /// Seal everything with the first key of `VITRINE_SECRETS`, so that those behind it can be removed; may be stopped at
    /// any time and run again, and may run while the shop is open
    Data,
}

impl Keys {
    pub async fn run(self, config: &Config) -> Outcome {
        if matches!(self.what, What::New) {
            say!("{}", Key::generate()?.reveal());
            return Ok(ExitCode::SUCCESS);
        }
        let context = app::context(&config.database, config).await.map_err(|error| explain(&error))?;
        match self.what {
            What::New => {}
            What::List => {
                let keys = signing_keys(&context).await.map_err(|error| explain(&error))?;
                keys.iter().for_each(tell);
                let ring = app::key_ring(config).ok();
                tell_sealed(&context, ring.as_ref()).await?;
            }
            What::Rotate { which: Which::Data } => {
                let ring = app::key_ring(config)?;
                let mut last = None;
                let tell = |progress: seals::Progress| {
                    if last.is_none_or(|at: Instant| at.elapsed() >= EVERY) {
                        last = Some(Instant::now());
                        say!(
                            "{}: {} rows looked at, {} sealed anew",
                            progress.what,
                            progress.looked_at,
                            progress.resealed
                        );
                    }
                };
                let done = seals::reseal(&context, &ring, tell).await.map_err(|error| explain(&error))?;
                say!("{} rows looked at, {} sealed anew", done.looked_at, done.resealed);
                let keys = audit::Keys::of(&ring)?;
                if audit::head::renew(&context, &keys).await.map_err(|error| explain(&error))? {
                    say!("the end of the audit log: sealed anew");
                }
                tell_sealed(&context, Some(&ring)).await?;
            }
            What::Rotate { which: Which::Signing { now } } => {
                app::open_identity(&context, config).await.map_err(|error| explain(&error))?;
                tell(&rotate_signing_key(&context, now).await.map_err(|error| explain(&error))?);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(key: &SigningKeyRow) {
    let SigningKeyRow { kid, created_at, signs_from, verifies_until } = key;
    let until = verifies_until.map(|at| format!(", is believed until {at}")).unwrap_or_default();
    say!("{kid}: made {created_at}, signs from {signs_from}{until}");
}

/// Which of the operator's keys has sealed how much.
async fn tell_sealed(context: &AppContext, ring: Option<&KeyRing>) -> Result<(), super::Failure> {
    let sealed = seals::sealed(context).await.map_err(|error| explain(&error))?;
    let names = ring.map(KeyRing::names).unwrap_or_default();
    let rows = |name: &str| sealed.iter().find(|of| of.key == name).map_or(0, |of| of.rows);
    for (index, name) in names.iter().enumerate() {
        let does = if index == 0 { "seals" } else { "opens" };
        say!("data key {name}: {does}, has sealed {} rows", rows(name));
    }
    for other in sealed.iter().filter(|of| !names.contains(&of.key)) {
        let state = if ring.is_some() { "is not set" } else { "may be set or not" };
        say!("data key {}: {state}, has sealed {} rows", other.key, other.rows);
    }
    Ok(())
}
