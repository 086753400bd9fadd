//! `vitrine import`: brings a catalogue in.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::rehearsal::{Rehearsal, is_same_file};
use super::{Failure, Outcome, explain, stop};
use crate::app;
use crate::config::{Address, Config};
use crate::services::imports::run::{self, Summary, Watch};
use crate::services::imports::shopify::Problem;
use crate::services::imports::target::Wish;
use crate::services::{AppContext, Change};

/// Problems that are shown at the terminal; the errors file has them all.
const SHOWN: u64 = 50;

/// Bring a catalogue in; running it again changes nothing, and finishes what was cut off
#[derive(Args)]
pub struct Import {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand)]
enum Format {
    /// Shopify's product CSV, as it is written today or was before
    Shopify(Shopify),
}

#[derive(Args)]
struct Shopify {
    /// Files to import, in this order
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Handle of the market that prices are for [default: the default market]
    #[arg(long)]
    market: Option<String>,
    /// Currency (ISO 4217) of a market that has to be made, or that the market must have
    #[arg(long)]
    currency: Option<String>,
    /// Handle of the location where stock lies [default: the first location]
    #[arg(long)]
    location: Option<String>,
    /// Try everything, keep nothing
    #[arg(long)]
    dry_run: bool,
    /// Write every problem to this file, as CSV
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

impl Import {
    pub async fn run(self, config: &Config) -> Outcome {
        let Format::Shopify(shopify) = self.format;
        shopify.run(config).await
    }
}

impl Shopify {
    async fn run(self, config: &Config) -> Outcome {
        self.refuse_own_files(config)?;
        let wish = Wish {
            market: self.market.clone(),
            currency: self.currency.clone(),
            location: self.location.clone(),
        };
        let mut errors = self.errors.as_deref().map(Errors::create).transpose()?;
        let problems = if self.dry_run {
            let stop = stop()?;
            let rehearsal = Rehearsal::open(config).await?;
            let change = if rehearsal.is_copy() {
                None
            } else {
                Some(rehearsal.context.begin().await.map_err(|error| explain(&error))?)
            };
            let problems = tokio::select! {
                problems = self.import(&rehearsal.context, change.as_ref(), &wish, errors.as_mut()) => problems,
                () = stop => Err(Failure("it was stopped; nothing was kept".to_owned())),
            };
            drop(change);
            rehearsal.close().await;
            problems?
        } else {
            let context = app::migrated(&config.database, config).await.map_err(|error| explain(&error))?;
            self.import(&context, None, &wish, errors.as_mut()).await?
        };
        if let Some(errors) = errors {
            errors.finish()?;
        }
        Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
    }

    /// Imports all files, for good or into a change, and tells how many problems there were.
    async fn import(
        &self,
        context: &AppContext,
        change: Option<&Change<'_>>,
        wish: &Wish,
        mut errors: Option<&mut Errors>,
    ) -> Result<u64, Failure> {
        let mut problems = 0;
        for path in &self.files {
            let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let mut watch = Terminal::new(path, file.metadata()?.len(), errors.as_deref_mut());
            let done = match change {
                Some(change) => run::rehearse(context, change, file, wish, &mut watch).await,
                None => run::shopify(context, file, wish, false, &mut watch).await,
            };
            watch.bar.finish_and_clear();
            watch.tell_hidden();
            let summary = done.map_err(|error| {
                let Failure(text) = explain(&error);
                format!("{}: {text}", path.display())
            })?;
            problems += summary.problems;
            tell(path, &summary, self.dry_run);
        }
        Ok(problems)
    }

    /// The errors file is written anew, so it must not be one that is still needed.
    fn refuse_own_files(&self, config: &Config) -> Result<(), Failure> {
        let Some(errors) = &self.errors else { return Ok(()) };
        let database = match &config.database {
            Address::Sqlite(path) => Some(PathBuf::from(path)),
            Address::Postgres(_) => None,
        };
        if let Some(own) = self.files.iter().chain(&database).find(|own| is_same_file(own, errors)) {
            return Err(format!("--errors {}: it would overwrite {}", errors.display(), own.display()).into());
        }
        Ok(())
    }
}

fn tell(path: &Path, summary: &Summary, dry_run: bool) {
    let Summary { created, changed, unchanged, variants, images, problems, is_incomplete } = summary;
    let kept = if dry_run { " (tried, nothing kept)" } else { "" };
    say!(
        "{}: {} products ({created} new, {changed} changed, {unchanged} unchanged), {variants} variants, \
         {images} images, {problems} problems{kept}",
        path.display(),
        created + changed + unchanged,
    );
    if *created + *changed + *problems == 0 && !is_incomplete {
        say!("Nothing to change: the shop is as the file has it.");
    } else if *created + *changed == 0 && !is_incomplete {
        say!("Nothing to change, apart from what could not be used.");
    }
    if *is_incomplete {
        say!("The file breaks off; everything before that was imported.");
    }
}

/// Shows a bar and the first problems.
struct Terminal<'a> {
    name: String,
    bar: ProgressBar,
    shown: u64,
    errors: Option<&'a mut Errors>,
}

impl<'a> Terminal<'a> {
    fn new(path: &Path, bytes: u64, errors: Option<&'a mut Errors>) -> Self {
        let bar = ProgressBar::new(bytes);
        let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { name: path.display().to_string(), bar, shown: 0, errors }
    }

    fn tell_hidden(&self) {
        if self.shown > SHOWN {
            eprintln!("{}: {} more problems; --errors FILE keeps them all", self.name, self.shown - SHOWN);
        }
    }
}

impl Watch for Terminal<'_> {
    fn progress(&mut self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn problem(&mut self, problem: &Problem) {
        self.shown += 1;
        if self.shown <= SHOWN {
            let line = format!("{}: {problem}", self.name);
            self.bar.suspend(|| eprintln!("{line}"));
        }
        if let Some(errors) = &mut self.errors {
            errors.write(&self.name, problem);
        }
    }
}

/// The file that keeps every problem.
struct Errors {
    csv: csv::Writer<BufWriter<File>>,
    failed: Option<csv::Error>,
}

impl Errors {
    fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut csv = csv::Writer::from_writer(BufWriter::new(file));
        csv.write_record(["file", "line", "column", "reason", "value"])?;
        Ok(Self { csv, failed: None })
    }

    fn write(&mut self, file: &str, problem: &Problem) {
        let line = problem.line.to_string();
        let column = problem.column.as_deref().unwrap_or_default();
        let value = problem.value.as_deref().unwrap_or_default();
        let written = self.csv.write_record([file, &line, column, &problem.reason, value]);
        self.failed = self.failed.take().or(written.err());
    }

    fn finish(self) -> Result<(), Failure> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        let mut buffer = self.csv.into_inner().map_err(|error| error.to_string())?;
        Ok(buffer.flush()?)
    }
}
