//! `vitrine schema`: prints the schema, and looks what a new one would break.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Failure, Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::graphql::Facts;
use crate::graphql::gate::{Limits, Model, Refusal, fits};
use crate::services::AppContext;
use crate::services::clients::{self, Client, DocumentRow, Follower};
use crate::services::page::Window;

/// Print the schema in GraphQL's schema language, or look what a new one would break
#[derive(Args)]
pub struct Schema {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Name every registered document, with the versions of the app that have it, that another schema would break
    Check {
        /// The other schema
        #[arg(value_name = "FILE")]
        schema: PathBuf,
    },
}

impl Schema {
    pub async fn run(self, config: &Config) -> Outcome {
        match self.what {
            None => say!("{}", crate::graphql::sdl().trim_end()),
            Some(What::Check { schema }) => return check(&schema, config).await,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn check(schema: &Path, config: &Config) -> Outcome {
    let sdl =
        std::fs::read_to_string(schema).map_err(|error| Failure(format!("{}: {error}", schema.display())))?;
    let model = Model::parse(&sdl)?;
    let limits = Limits { cost: config.cost_limit, ..Limits::default() };
    let context = app::context(&config.database, config).await.map_err(|error| explain(&error))?;
    Follower::new(&context).await.map_err(|error| explain(&error))?;
    let (mut looked_at, mut broken) = (0_usize, 0_usize);
    for client in context.clients().all() {
        let mut window = Window { ends_unseen: false, ..Window::first(100) };
        loop {
            let page = documents(&context, client, &window).await?;
            for document in &page.rows {
                looked_at += 1;
                if let Err(refusal) = fits(&document.text, &model, &limits) {
                    broken += 1;
                    tell(client, document, &refusal);
                }
            }
            match page.rows.last() {
                Some(last) if page.has_next => window.after = Some(last.key()),
                _ => break,
            }
        }
    }
    if broken > 0 {
        return Err(Failure(format!("{broken} of {looked_at} registered documents would break")));
    }
    say!("None of {looked_at} registered documents would break.");
    Ok(ExitCode::SUCCESS)
}

async fn documents(
    context: &AppContext,
    client: &Client,
    window: &Window<crate::services::keyset::Key>,
) -> Result<crate::services::page::Page<DocumentRow>, Failure> {
    clients::documents(context, client.id, window).await.map_err(|error| explain(&error))
}

fn tell(client: &Client, document: &DocumentRow, refusal: &Refusal) {
    let facts: Facts = serde_json::from_str(&document.facts).unwrap_or_default();
    let used =
        document.uses.iter().map(|(version, _)| version.as_str()).filter(|version| !version.is_empty());
    let versions: BTreeSet<&str> = document.versions.iter().map(String::as_str).chain(used).collect();
    let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
    say!("{} {} ({}), in {versions}", client.handle, document.document_id, facts.names());
    for problem in &refusal.errors {
        say!("  {}", problem.message);
    }
}
