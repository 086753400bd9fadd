//! `vitrine cost`: what documents cost, for people and for a CI.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Failure, Outcome};
use crate::config::Config;
use crate::graphql::gate::{Limits, Model, quote};

/// Tell what the operations of GraphQL documents cost, in objects that they may return
#[derive(Args)]
pub struct Cost {
    /// Documents, each whole in its file
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A schema with `@cost` and `@listSize`, instead of this program's own
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// End with 1 where an operation costs more at the defaults of its variables
    #[arg(long, value_name = "COST")]
    limit: Option<u64>,
    /// Hold the limit against the most that an operation costs, whatever its variables
    #[arg(long, requires = "limit")]
    worst: bool,
}

impl Cost {
    pub fn run(self, config: &Config) -> Outcome {
        let sdl = match &self.schema {
            Some(file) => read(file)?,
            None => crate::graphql::sdl(),
        };
        let model = Model::parse(&sdl)?;
        let limits = Limits { cost: config.cost_limit, ..Limits::default() };
        let (mut above, mut wrong) = (0, 0);
        say!("{:>10} {:>10}  operation", "cost", "at most");
        for file in &self.files {
            match quote(&read(file)?, &model, &limits) {
                Ok(quotes) => {
                    for quote in quotes {
                        let place = file.display();
                        let name = quote.name.as_deref().unwrap_or("(no name)");
                        let held = if self.worst { quote.most } else { quote.usual };
                        let mark = if self.limit.is_some_and(|limit| held > limit) {
                            "  ABOVE THE LIMIT"
                        } else {
                            ""
                        };
                        above += usize::from(!mark.is_empty());
                        say!(
                            "{:>10} {:>10}  {place} {name} = {}{mark}",
                            quote.usual,
                            quote.most,
                            quote.formula
                        );
                    }
                }
                Err(refusal) => {
                    wrong += 1;
                    for problem in refusal.errors {
                        let at = problem.locations.first().map(|(line, column)| format!(":{line}:{column}"));
                        eprintln!("{}{}: {}", file.display(), at.unwrap_or_default(), problem.message);
                    }
                }
            }
        }
        match (wrong, above, self.limit) {
            (0, 0, _) => Ok(ExitCode::SUCCESS),
            (0, _, Some(limit)) => Err(Failure(format!("{above} operations cost more than {limit}"))),
            _ => Err(Failure(format!("{wrong} documents are wrong"))),
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure(format!("{}: {error}", file.display())))
}
