//! Importing a file of Shopify's, chunk by chunk.
//!
//! There is nothing to resume: what has been imported is recognised by its handle and left alone, so an import that
//! was cut off is simply run again.

use std::collections::HashSet;
use std::io::Read;
use std::time::Instant;

use super::save::save;
use super::shopify::{Group, Options, Problem, Reader};
use super::target::{Target, Wish, ensure};
use crate::services::backoffice::pace::{PAUSE, Pace};
use crate::services::backoffice::statistics::Statistics;
use crate::services::catalog::draft::ProductDraft;
use crate::services::catalog::upsert::Outcome;
use crate::services::{AppContext, Error, Result};

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Products that are new.
    pub created: u64,
    /// Products that were there and are not what they were.
    pub changed: u64,
    /// Products that were as the file has them.
    pub unchanged: u64,
    /// Variants that the file has and that could be used.
    pub variants: u64,
    /// Images that the file has.
    pub images: u64,
    /// Rows, or parts of rows, that could not be used.
    pub problems: u64,
    /// Whether the file broke off.
    pub is_incomplete: bool,
}

/// Watches an import: told after each chunk how many bytes of the file have been read, and of each problem.
pub trait Watch {
    /// So far read, in bytes.
    fn progress(&mut self, bytes: u64);
    /// Something could not be used.
    fn problem(&mut self, problem: &Problem);
}

/// Imports a file; with `dry_run` everything is tried and nothing kept.
pub async fn shopify(
    app: &AppContext,
    source: impl Read,
    wish: &Wish,
    dry_run: bool,
    watch: &mut impl Watch,
) -> Result<Summary> {
    let target = prepare(app, wish, dry_run).await?;
    let options = Options { currency_exponent: target.1 };
    let mut reader =
        Reader::new(source, options).map_err(|problem| Error::BadRequest(problem.to_string()))?;
    let mut summary = Summary::default();
    let mut chunk = Chunk::default();
    let mut statistics = Statistics::default();
    for group in reader.by_ref() {
        if chunk.is_full() || chunk.handles.contains(&group.draft.handle) {
            chunk.write(app, wish, target.0, dry_run, &mut summary, watch).await?;
            if !dry_run {
                statistics.grown(app, summary.created).await?;
            }
        }
        chunk.add(group);
    }
    chunk.write(app, wish, target.0, dry_run, &mut summary, watch).await?;
    if !dry_run {
        statistics.complete(app, summary.created).await?;
    }
    summary.is_incomplete = reader.is_incomplete();
    Ok(summary)
}

/// The target where it is there or may be made, and the digits of its currency.
async fn prepare(app: &AppContext, wish: &Wish, dry_run: bool) -> Result<(Option<Target>, u32)> {
    let change = app.begin().await?;
    let target = ensure(&change, wish).await?;
    if dry_run {
        return Ok((None, target.digits));
    }
    change.commit().await?;
    app.refresh_markets().await?;
    Ok((Some(target), target.digits))
}

#[derive(Default)]
struct Chunk {
    groups: Vec<Group>,
    handles: HashSet<String>,
    rows: usize,
    pace: Pace,
}

impl Chunk {
    fn is_full(&self) -> bool {
        self.rows >= self.pace.rows()
    }

    fn add(&mut self, group: Group) {
        self.rows += usize::try_from(group.lines).unwrap_or(usize::MAX);
        self.handles.insert(group.draft.handle.clone());
        self.groups.push(group);
    }

    async fn write(
        &mut self,
        app: &AppContext,
        wish: &Wish,
        target: Option<Target>,
        dry_run: bool,
        summary: &mut Summary,
        watch: &mut impl Watch,
    ) -> Result<()> {
        let groups = std::mem::take(&mut self.groups);
        let rows = std::mem::take(&mut self.rows);
        self.handles.clear();
        let Some(last) = groups.last() else { return Ok(()) };
        let bytes = last.bytes_read;
        for problem in groups.iter().flat_map(|group| &group.problems) {
            summary.problems += 1;
            watch.problem(problem);
        }
        let (groups, drafts): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .filter(|group| !group.draft.handle.is_empty())
            .map(|group| (group.first_line, group.draft))
            .unzip();
        let began = Instant::now();
        let change = app.begin().await?;
        let target = match target {
            Some(target) => target,
            None => ensure(&change, wish).await?,
        };
        let outcomes = save(&change, &drafts, target).await?;
        if !dry_run {
            change.commit().await?;
        }
        self.pace.adapt(rows, began.elapsed());
        for ((line, draft), outcome) in groups.iter().zip(&drafts).zip(&outcomes) {
            summary.count(draft, outcome);
            for (number, reason) in &outcome.problems {
                summary.problems += 1;
                watch.problem(&problem(*line, draft, *number, reason));
            }
        }
        watch.progress(bytes);
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

impl Summary {
    fn count(&mut self, draft: &ProductDraft, outcome: &Outcome) {
        if outcome.product.is_none() {
            return;
        }
        match (outcome.created, outcome.changed) {
            (true, _) => self.created += 1,
            (false, true) => self.changed += 1,
            (false, false) => self.unchanged += 1,
        }
        self.variants += outcome.variants.iter().flatten().count() as u64;
        self.images += draft.media.len() as u64;
    }
}

/// A problem that only the shop could find, told with the product's first line.
fn problem(line: u64, draft: &ProductDraft, number: Option<usize>, reason: &str) -> Problem {
    let values = number.and_then(|number| draft.variants.get(number));
    Problem {
        line,
        column: None,
        reason: reason.to_owned(),
        value: Some(values.map_or_else(
            || draft.handle.clone(),
            |variant| format!("{} {}", draft.handle, variant.option_values.join(" / ")),
        )),
    }
}
