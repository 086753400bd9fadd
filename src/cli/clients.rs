//! `vitrine clients`: the frontends of the shop.

use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use super::{Failure, Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::services::AppContext;
use crate::services::clients::manage::{self, ClientInput};
use crate::services::clients::{Budget, Client, DocumentMode, Follower};

/// Add frontends (client apps), list and change them
#[derive(Args)]
pub struct Clients {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Add a client app: prints the public key that it sends in the header `Vitrine-Client`
    Add {
        /// Its slug: `web`, `ios`
        handle: String,
        #[command(flatten)]
        wish: Wish,
    },
    /// Change a client app; what is not told stays as it is
    Set {
        /// Its slug
        handle: String,
        #[command(flatten)]
        wish: Wish,
        /// Let it in again, or shut it out
        #[arg(long)]
        active: Option<bool>,
    },
    /// List the client apps
    List,
}

#[derive(Args)]
struct Wish {
    /// Its name
    #[arg(long)]
    name: Option<String>,
    /// Which documents it may run [trusted]
    #[arg(long)]
    mode: Option<Mode>,
    /// An origin of its pages, such as `https://shop.example`; may be given several times
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// What each of its users may ask for: points at once, and points that come back a second, as `20000/1000`
    #[arg(long, value_parser = budget)]
    budget: Option<Budget>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    /// Any
    Open,
    /// Any; those that are not registered are noted in the log
    Observe,
    /// Those that are registered
    Trusted,
}

impl Clients {
    pub async fn run(self, config: &Config) -> Outcome {
        let context = app::migrated(&config.database, config).await.map_err(|error| explain(&error))?;
        Follower::new(&context).await.map_err(|error| explain(&error))?;
        match self.what {
            What::Add { handle, wish } => {
                let input = ClientInput { handle: Some(handle), ..wish.input() };
                let made = manage::create(&context, input).await.map_err(|error| explain(&error))?;
                say!("{}", made.key);
            }
            What::Set { handle, wish, active } => {
                let client = named(&context, &handle)?;
                let input = ClientInput { is_active: active, ..wish.input() };
                manage::update(&context, client.id, input).await.map_err(|error| explain(&error))?;
            }
            What::List => context.clients().all().iter().for_each(|client| tell(client)),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Wish {
    fn input(self) -> ClientInput {
        let mode = self.mode.map(|mode| match mode {
            Mode::Open => DocumentMode::Open,
            Mode::Observe => DocumentMode::Observe,
            Mode::Trusted => DocumentMode::Trusted,
        });
        ClientInput {
            name: self.name,
            mode,
            origins: (!self.origins.is_empty()).then_some(self.origins),
            budget: self.budget.map(Some),
            ..ClientInput::default()
        }
    }
}

fn named(context: &AppContext, handle: &str) -> Result<Arc<Client>, Failure> {
    let found = context.clients().with_handle(handle).cloned();
    found.ok_or_else(|| Failure(format!("there is no client app {handle:?}")))
}

fn tell(client: &Client) {
    let Client { handle, name, key, mode, origins, documents, deactivated_at, .. } = client;
    let mode = format!("{mode:?}").to_lowercase();
    let out = if deactivated_at.is_some() { ", shut out" } else { "" };
    let count = documents.len();
    say!("{handle}: {name}, {mode}, {count} documents, {key}{out}");
    for origin in origins {
        say!("  {origin}");
    }
}

fn budget(text: &str) -> Result<Budget, String> {
    let numbers = text.split_once('/').and_then(|(points, per_second)| {
        Some((points.trim().parse::<NonZeroU32>().ok()?, per_second.trim().parse::<NonZeroU32>().ok()?))
    });
    let (points, per_second) = numbers.ok_or("two numbers above 0 with a slash between them are needed")?;
    Ok(Budget { points, per_second })
}
