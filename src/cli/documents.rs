//! `vitrine documents`: what client apps may run.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{Failure, Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::graphql::{Facts, LARGEST_MANIFEST};
use crate::services::clients::{self, Client, DocumentRow, Follower};
use crate::services::page::Window;
use crate::services::{AppContext, Error};

/// Register the documents of a client app, list them, retire them, switch them off and on
#[derive(Args)]
pub struct Documents {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Register all documents of a version, or none and tell everything that is wrong with them
    Publish {
        /// The handle of the client app
        #[arg(long)]
        client: String,
        /// The version of the client app
        #[arg(long)]
        version: String,
        /// The file that Apollo's, Relay's or GraphQL Code Generator's own tool wrote
        manifest: PathBuf,
    },
    /// List documents with what they cost, what they need, and which versions of the app still send them
    List {
        /// The handle of the client app
        #[arg(long)]
        client: String,
    },
    /// Refuse documents from a moment on
    Retire {
        #[command(flatten)]
        which: Which,
        /// From when, such as `2027-01-31T00:00:00Z`; `never`: they are to stay
        #[arg(long, value_parser = moment)]
        at: Moment,
    },
    /// Switch documents off, within a second everywhere
    Kill(Which),
    /// Switch documents on again
    Revive(Which),
}

#[derive(Args)]
struct Which {
    /// The handle of the client app
    #[arg(long)]
    client: String,
    /// The documents by their ids in the app
    #[arg(required = true)]
    ids: Vec<String>,
}

/// A moment, or never.
#[derive(Clone, Copy)]
struct Moment(Option<DateTime<Utc>>);

impl Documents {
    pub async fn run(self, config: &Config) -> Outcome {
        let context = app::migrated(&config.database, config).await.map_err(|error| explain(&error))?;
        Follower::new(&context).await.map_err(|error| explain(&error))?;
        let told = |error: Error| explain(&error);
        match self.what {
            What::Publish { client, version, manifest } => {
                publish(&context, config, &client, &version, &manifest).await?;
            }
            What::List { client } => {
                let client = named(&context, &client)?;
                list(&context, &client).await?;
            }
            What::Retire { which, at } => {
                let client = named(&context, &which.client)?;
                let at = at.0.map(Into::into);
                clients::retire(&context, client.id, &which.ids, at).await.map_err(told)?;
            }
            What::Kill(which) => {
                let client = named(&context, &which.client)?;
                clients::kill(&context, client.id, &which.ids).await.map_err(told)?;
            }
            What::Revive(which) => {
                let client = named(&context, &which.client)?;
                clients::revive(&context, client.id, &which.ids).await.map_err(told)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn publish(
    context: &Arc<AppContext>,
    config: &Config,
    client: &str,
    version: &str,
    manifest: &PathBuf,
) -> Result<(), Failure> {
    let client = named(context, client)?;
    let about = |error: &dyn std::fmt::Display| Failure(format!("{}: {error}", manifest.display()));
    let size = std::fs::metadata(manifest).map_err(|error| about(&error))?.len();
    if size > LARGEST_MANIFEST as u64 {
        return Err(about(&format!("a manifest has at most {} MiB", LARGEST_MANIFEST >> 20)));
    }
    let text = std::fs::read_to_string(manifest).map_err(|error| about(&error))?;
    let api = app::api(Arc::clone(context), config)?;
    let examined = api.examine(version, &text).await;
    let examined = match examined {
        Err(Error::Problems(problems)) => {
            let wrong = problems.iter().map(|problem| format!("\n  {}", problem.message)).collect::<String>();
            return Err(about(&format!("nothing was registered, because of this:{wrong}")));
        }
        other => other.map_err(|error| explain(&error))?,
    };
    let done = clients::publish(context, client.id, &examined).await.map_err(|error| explain(&error))?;
    say!("{} documents are new, {} were registered before.", done.added, done.known);
    Ok(())
}

async fn list(context: &AppContext, client: &Client) -> Result<(), Failure> {
    let mut window = Window { ends_unseen: false, ..Window::first(100) };
    loop {
        let page = clients::documents(context, client.id, &window).await.map_err(|error| explain(&error))?;
        page.rows.iter().for_each(tell);
        match page.rows.last() {
            Some(last) if page.has_next => window.after = Some(last.key()),
            _ => return Ok(()),
        }
    }
}

fn tell(document: &DocumentRow) {
    let facts: Facts = serde_json::from_str(&document.facts).unwrap_or_default();
    let state = match (document.killed_at, document.retires_at) {
        (Some(at), _) => format!(", switched off since {at}"),
        (None, Some(at)) => format!(", retires {at}"),
        (None, None) => String::new(),
    };
    say!("{}{state}", document.document_id);
    for operation in facts.operations {
        let name = operation.name.unwrap_or_else(|| "(without a name)".to_owned());
        say!("  {} {name}: costs {}, at most {}", operation.kind, operation.cost, operation.most);
    }
    if !facts.needs.is_empty() {
        say!("  needs {}", facts.needs.join(", "));
    }
    if document.uses.is_empty() {
        say!("  was never run");
    }
    for (version, at) in &document.uses {
        let version = if version.is_empty() { "(a version that was not published)" } else { version };
        say!("  {version} ran it last {at}");
    }
}

fn named(context: &AppContext, handle: &str) -> Result<Arc<Client>, Failure> {
    let found = context.clients().with_handle(handle).cloned();
    found
        .ok_or_else(|| Failure(format!("there is no client app {handle:?}: `vitrine clients add` makes one")))
}

fn moment(text: &str) -> Result<Moment, String> {
    if text == "never" {
        return Ok(Moment(None));
    }
    let moment = DateTime::parse_from_rfc3339(text);
    moment.map(|moment| Moment(Some(moment.to_utc()))).map_err(|error| error.to_string())
}
