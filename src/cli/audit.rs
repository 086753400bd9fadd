//! `vitrine audit`: whether the audit log is what was sealed.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::services::audit::{Mark, Verdict, verify};

/// Part of the log is sealed with a key that is not set.
const KEY_LOST: u8 = 3;
/// Something is not as it was sealed.
const TAMPERED: u8 = 4;

/// Look at the audit log: who changed what, and who read whose personal data
#[derive(Args)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Say whether entries are what was sealed, and name the first one that was changed or removed
    ///
    /// Exits with 0 where all is well, 3 where a key is missing so that part of the log could not be verified, 4 where
    /// something is not as it was sealed, and 1 where the log could not be looked at.
    Verify {
        /// What an earlier run printed as the mark, kept elsewhere: the log has to hold it
        #[arg(long, value_name = "NUMBER:SEAL")]
        mark: Option<Mark>,
    },
}

impl Audit {
    pub async fn run(self, config: &Config) -> Outcome {
        let What::Verify { mark } = self.what;
        let keys = app::audit_keys(config)?;
        let context = app::context(&config.database, config).await.map_err(|error| explain(&error))?;
        let verdict = verify(&context, &keys, mark.as_ref()).await.map_err(|error| explain(&error))?;
        tell(&verdict);
        Ok(match (&verdict.finding, verdict.unknown.is_empty()) {
            (Some(_), _) => ExitCode::from(TAMPERED),
            (None, false) => ExitCode::from(KEY_LOST),
            (None, true) => ExitCode::SUCCESS,
        })
    }
}

fn tell(verdict: &Verdict) {
    for (name, (first, last)) in &verdict.unknown {
        let name = if name.is_empty() { "(none)" } else { name };
        say!(
            "KEY    entries {first} to {last}, or some of them, are sealed with the key {name}, which is not among \
             VITRINE_SECRETS: they could not be verified. Name the former key there, too, to verify them."
        );
    }
    if let Some(finding) = &verdict.finding {
        say!("WRONG  {finding}");
        return;
    }
    match verdict.range {
        Some((first, last)) => {
            say!("ok     entries {first} to {last}: {} are what was sealed", verdict.verified);
            if first > 1 {
                say!("note   entries before {first} were deleted for their age");
            }
        }
        None => say!("ok     no entry is sealed"),
    }
    if verdict.unsealed > 0 {
        say!("note   {} entries are not sealed yet: a running server does that", verdict.unsealed);
    }
    if let Some(mark) = &verdict.mark {
        say!("mark   {mark}");
    }
}
