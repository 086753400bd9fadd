//! Importing a file of Shopify's, chunk by chunk.
//!
//! There is nothing to resume: what has been imported is recognised by its handle and left alone, so an import that
//! was cut off is simply run again.

use std::collections::HashMap;
use std::io::Read;
use std::mem::take;
use std::time::{Duration, Instant};

use entity::id::ProductId;

use super::chunk::{Chunk, Lines};
use super::patience::patiently;
use super::save::save;
use super::shopify::{Options, Problem, Reader};
use super::target::{Target, Wish, ensure};
use super::waiting::{Waiter, Waiting};
use crate::services::backoffice::pace::{PAUSE, Pace};
use crate::services::backoffice::statistics::{self, Statistics};
use crate::services::catalog::draft::ProductDraft;
use crate::services::catalog::upsert::{Earlier, Outcome};
use crate::services::{AppContext, Change, Error, Result};

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
    if dry_run {
        let change = app.begin().await?;
        return rehearse(app, &change, source, wish, watch).await;
    }
    let target = patiently(async || prepare(app, wish).await).await?;
    app.refresh_markets().await?;
    Import::new(app, None, target, watch).run(source).await
}

/// Imports a file into a change that is not committed, so that its problems are those of an import; files that follow
/// find what this one left.
pub async fn rehearse(
    app: &AppContext,
    change: &Change<'_>,
    source: impl Read,
    wish: &Wish,
    watch: &mut impl Watch,
) -> Result<Summary> {
    let target = ensure(change, wish).await?;
    Import::new(app, Some(change), target, watch).run(source).await
}

async fn prepare(app: &AppContext, wish: &Wish) -> Result<Target> {
    let change = app.begin().await?;
    let target = ensure(&change, wish).await?;
    change.commit().await?;
    Ok(target)
}

/// What became of a product; the last that was true counts, and new stays new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Unchanged,
    Changed,
    Created,
}

/// An import on its way.
struct Import<'a, W> {
    app: &'a AppContext,
    /// The change that holds everything where nothing is to be kept.
    rehearsal: Option<&'a Change<'a>>,
    target: Target,
    watch: &'a mut W,
    pace: Pace,
    statistics: Statistics,
    fates: HashMap<ProductId, Fate>,
    /// What the file has called the products so far.
    earlier: Earlier,
    waiting: Waiting,
    summary: Summary,
}

impl<'a, W: Watch> Import<'a, W> {
    fn new(app: &'a AppContext, rehearsal: Option<&'a Change<'a>>, target: Target, watch: &'a mut W) -> Self {
        Self {
            app,
            rehearsal,
            target,
            watch,
            pace: Pace::default(),
            statistics: Statistics::default(),
            fates: HashMap::new(),
            earlier: Earlier::new(),
            waiting: Waiting::default(),
            summary: Summary::default(),
        }
    }

    async fn run(mut self, source: impl Read) -> Result<Summary> {
        let options = Options { currency_exponent: self.target.digits };
        let mut reader =
            Reader::new(source, options).map_err(|problem| Error::BadRequest(problem.to_string()))?;
        let mut chunk = Chunk::default();
        let mut before = 0;
        for group in reader.by_ref() {
            if chunk.is_full_for(&group, self.pace) {
                self.write(take(&mut chunk)).await?;
                self.learn().await?;
            }
            let bytes = group.bytes_read.saturating_sub(before);
            before = group.bytes_read;
            chunk.add(group, bytes);
        }
        self.write(chunk).await?;
        self.end_waiting().await?;
        self.summary.is_incomplete = reader.is_incomplete();
        if self.rehearsal.is_none() && self.summary.created > 0 {
            patiently(async || statistics::gather(self.app).await).await?;
        }
        Ok(self.summary)
    }

    async fn write(&mut self, chunk: Chunk) -> Result<()> {
        let Some(bytes) = chunk.bytes_read else { return Ok(()) };
        for problem in &chunk.problems {
            self.tell(problem);
        }
        if !chunk.drafts.is_empty() {
            let (outcomes, took) = self.save(&chunk.drafts).await?;
            self.pace.adapt(chunk.rows, took);
            for ((draft, lines), outcome) in chunk.drafts.iter().zip(&chunk.lines).zip(&outcomes) {
                self.count(draft, outcome);
                self.tell_of(draft, lines, outcome);
            }
        }
        self.watch.progress(bytes);
        self.pause().await;
        Ok(())
    }

    async fn pause(&self) {
        if self.rehearsal.is_none() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Saves products, and tells how long that held the writer.
    async fn save(&self, drafts: &[ProductDraft]) -> Result<(Vec<Outcome>, Duration)> {
        if let Some(change) = self.rehearsal {
            let began = Instant::now();
            return Ok((save(change, drafts, self.target, &self.earlier).await?, began.elapsed()));
        }
        patiently(async || {
            let change = self.app.begin().await?;
            let began = Instant::now();
            let outcomes = save(&change, drafts, self.target, &self.earlier).await?;
            change.commit().await?;
            Ok((outcomes, began.elapsed()))
        })
        .await
    }

    /// Lets the engine look at its tables while they grow; where it is too busy for that, it looks later.
    async fn learn(&mut self) -> Result<()> {
        if self.rehearsal.is_some() {
            return Ok(());
        }
        match self.statistics.grown(self.app, self.summary.created).await {
            Err(Error::Unavailable) => Ok(()),
            outcome => outcome,
        }
    }

    /// Gives SKUs to those that waited for them, now that the whole file has been read.
    async fn end_waiting(&mut self) -> Result<()> {
        let waiting = take(&mut self.waiting);
        let groups = match self.rehearsal {
            Some(change) => waiting.groups(&change.tx).await?,
            None => waiting.groups(self.app.db.read()?).await?,
        };
        let mut batch: Vec<Waiter> = Vec::new();
        for group in groups {
            if !batch.is_empty() && variants(&batch) + variants(&group) > self.pace.rows() {
                self.grant(take(&mut batch)).await?;
            }
            batch.extend(group);
        }
        self.grant(batch).await
    }

    async fn grant(&mut self, batch: Vec<Waiter>) -> Result<()> {
        let rows = variants(&batch);
        let (drafts, lines): (Vec<ProductDraft>, Vec<Lines>) = batch.into_iter().unzip();
        if drafts.is_empty() {
            return Ok(());
        }
        let (outcomes, took) = self.save(&drafts).await?;
        self.pace.adapt(rows, took);
        for ((draft, lines), outcome) in drafts.iter().zip(&lines).zip(&outcomes) {
            self.decide(draft, outcome);
            // What is wrong with its variants has been told before.
            let refused = outcome.problems.iter().filter(|_| outcome.product.is_none());
            for (number, reason) in refused {
                self.tell(&problem(draft, lines, *number, reason));
            }
            for number in &outcome.taken {
                self.tell(&taken(draft, lines, *number));
            }
        }
        self.pause().await;
        Ok(())
    }

    fn tell(&mut self, problem: &Problem) {
        self.summary.problems += 1;
        self.watch.problem(problem);
    }

    fn tell_of(&mut self, draft: &ProductDraft, lines: &Lines, outcome: &Outcome) {
        for (number, reason) in &outcome.problems {
            self.tell(&problem(draft, lines, *number, reason));
        }
        for number in &outcome.taken {
            if !self.waiting.add(draft, lines, *number) {
                self.tell(&taken(draft, lines, *number));
            }
        }
    }

    fn count(&mut self, draft: &ProductDraft, outcome: &Outcome) {
        if outcome.product.is_some() {
            self.decide(draft, outcome);
            self.summary.variants += outcome.variants.iter().flatten().count() as u64;
            self.summary.images += draft.media.len() as u64;
        }
    }

    /// A product counts once, however many groups of rows it has.
    fn decide(&mut self, draft: &ProductDraft, outcome: &Outcome) {
        let Some(id) = outcome.product else { return };
        self.earlier.entry(id).or_insert_with(|| draft.handle.as_str().into());
        let now = match (outcome.created, outcome.changed) {
            (true, _) => Fate::Created,
            (false, true) => Fate::Changed,
            (false, false) => Fate::Unchanged,
        };
        let before = self.fates.get(&id).copied();
        if before.is_some_and(|before| before >= now) {
            return;
        }
        self.fates.insert(id, now);
        if let Some(before) = before {
            *self.summary.of(before) -= 1;
        }
        *self.summary.of(now) += 1;
    }
}

impl Summary {
    fn of(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::Created => &mut self.created,
            Fate::Changed => &mut self.changed,
            Fate::Unchanged => &mut self.unchanged,
        }
    }
}

fn variants(batch: &[Waiter]) -> usize {
    batch.iter().map(|(draft, _)| draft.variants.len()).sum()
}

/// A problem that only the shop could find.
fn problem(draft: &ProductDraft, lines: &Lines, number: Option<usize>, reason: &str) -> Problem {
    let variant = number.and_then(|number| draft.variants.get(number));
    Problem {
        line: lines.of(number),
        column: None,
        reason: reason.to_owned(),
        value: Some(variant.map_or_else(
            || draft.handle.clone(),
            |variant| format!("{} {}", draft.handle, variant.option_values.join(" / ")),
        )),
    }
}

fn taken(draft: &ProductDraft, lines: &Lines, number: usize) -> Problem {
    let sku = draft.variants.get(number).and_then(|variant| variant.sku.as_deref()).unwrap_or_default();
    problem(draft, lines, Some(number), &format!("the SKU {sku:?} belongs to another variant"))
}
