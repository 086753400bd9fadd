//! `vitrine keys`: what seals and signs.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::services::identity::{Key, SigningKeyRow, rotate_signing_key, signing_keys};

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
    /// List the keys that sign access tokens
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
