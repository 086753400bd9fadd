//! `vitrine staff`: the first people who work in the shop.

use std::io::Read as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::services::identity::{outside, second_factor, staff};

/// Add people who work in the shop
#[derive(Args)]
pub struct Staff {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Invite somebody: prints the link of the invitation, which is good for a week
    Add {
        /// The e-mail address to sign in with
        email: String,
        /// The name
        #[arg(long)]
        name: Option<String>,
        /// The handle of a role
        #[arg(long, default_value = staff::OWNERS)]
        role: String,
        /// Read a password from standard input, so that no link is needed
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let somebody who has an account sign in as who the outside issuer calls so
    Link {
        /// The e-mail address of the account
        email: String,
        /// What the issuer calls the person: the claim `sub` of its tokens
        subject: String,
    },
    /// Take the second factor from somebody who has lost it, and sign all their devices out
    ResetSecondFactor {
        /// The e-mail address to sign in with
        email: String,
    },
}

impl Staff {
    pub async fn run(self, config: &Config) -> Outcome {
        let password = match &self.what {
            What::Add { password_stdin: true, .. } => Some(read_password()?),
            _ => None,
        };
        let context = app::migrated(&config.database, config).await.map_err(|error| explain(&error))?;
        app::open_identity(&context, config).await.map_err(|error| explain(&error))?;
        match self.what {
            What::Add { email, name, role, .. } => {
                let added = staff::add(&context, &email, name.as_deref(), &role, password.as_deref()).await;
                let link = added.map_err(|error| explain(&error))?;
                let text = if password.is_some() { format!("{email} can sign in now.") } else { link };
                say!("{text}");
            }
            What::Link { email, subject } => {
                outside::link(&context, &email, &subject).await.map_err(|error| explain(&error))?;
                say!("{email} can sign in by the outside issuer now.");
            }
            What::ResetSecondFactor { email } => {
                second_factor::reset_of(&context, &email).await.map_err(|error| explain(&error))?;
                say!("{email} can sign in without a code now, and should set up a new one.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The first line of what is typed or piped in.
fn read_password() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(64 * 1024).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
