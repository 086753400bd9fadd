//! Many whole products, in changes that each hold the writer for a moment only.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

pub use super::apply::OnError;
use super::apply::all;
use super::pace::{PAUSE, Pace};
use super::set::{Outcome, ProductSet};
use super::statistics::Statistics;
use crate::services::catalog::write::unraced;
use crate::services::problem::{Problem, Problems, Reason};
use crate::services::{AppContext, Result, Viewer};

/// Products that one call may set.
pub const PRODUCTS: usize = 1000;

/// Variants that one call may set.
pub const VARIANTS: usize = 10_000;

/// What came of one product of many.
#[derive(Clone, Debug)]
pub struct Row {
    /// What came of it.
    pub outcome: Outcome,
    /// Whether it was left alone because one before it could not be.
    pub skipped: bool,
}

/// Makes products what inputs say, in their order, and tells what came of each.
///
/// What is done stays done: they are not one change, so that others can write in between. Where one cannot be, it alone
/// is left as it was; with `Abort` also all those after it.
pub async fn set(
    app: &AppContext,
    viewer: &Viewer,
    inputs: &[ProductSet],
    on_error: OnError,
) -> Result<Vec<Row>> {
    check(viewer, inputs)?;
    let twice = twice(inputs);
    let mut rows: Vec<Row> = Vec::with_capacity(inputs.len());
    let mut pace = Pace::default();
    let mut statistics = Statistics::default();
    let mut created = 0;
    let mut from = 0;
    while from < inputs.len() {
        let to = chunk(inputs, from, pace.rows(), &twice);
        if to == from {
            rows.push(Row { outcome: repeated(), skipped: false });
            from += 1;
        } else {
            let some = &inputs[from..to];
            let began = Instant::now();
            let outcomes = unraced(|| {
                Box::pin(async move {
                    let change = app.begin().await?;
                    let outcomes = all(&change, viewer, &app.markets(), some, on_error).await?;
                    change.commit().await?;
                    Ok(outcomes)
                })
            })
            .await?;
            pace.adapt(some.iter().map(weight).sum(), began.elapsed());
            created += outcomes.iter().filter(|outcome| outcome.created).count() as u64;
            statistics.grown(app, created).await?;
            rows.extend(outcomes.into_iter().map(|outcome| {
                let skipped = outcome.product.is_none() && outcome.problems.is_empty();
                Row { outcome, skipped }
            }));
            from = to;
        }
        if on_error == OnError::Abort && rows.iter().any(|row| !row.outcome.problems.is_empty()) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    rows.resize_with(inputs.len(), || Row { outcome: Outcome::default(), skipped: true });
    Ok(rows)
}

/// Statements cost by the row: a product itself is about one.
fn weight(input: &ProductSet) -> usize {
    1 + input.variants.as_ref().map_or(0, Vec::len)
}

fn check(viewer: &Viewer, inputs: &[ProductSet]) -> Result<()> {
    let mut problems = Problems::default();
    let variants: usize = inputs.iter().map(|input| input.variants.as_ref().map_or(0, Vec::len)).sum();
    if inputs.is_empty() || inputs.len() > PRODUCTS || variants > VARIANTS {
        problems.add(
            Reason::Invalid,
            &[&"inputs"],
            "it takes 1 to 1,000 products with at most 10,000 variants",
        );
    }
    problems.none()?;
    inputs.iter().try_for_each(|input| input.permit(viewer))
}

/// Indices of inputs whose handle another one before them has.
fn twice(inputs: &[ProductSet]) -> HashSet<usize> {
    let mut seen = HashMap::new();
    let again = |(index, input): (usize, &ProductSet)| {
        seen.insert(input.handle.clone(), index).is_some().then_some(index)
    };
    inputs.iter().enumerate().filter_map(again).collect()
}

fn repeated() -> Outcome {
    let problem = Problem {
        reason: Reason::Invalid,
        path: vec!["handle".to_owned()],
        message: "another product of the input has this handle".to_owned(),
    };
    Outcome { problems: vec![problem], ..Outcome::default() }
}

/// Where the next change ends: after so many rows, or before a handle that occurred before.
fn chunk(inputs: &[ProductSet], from: usize, rows: usize, twice: &HashSet<usize>) -> usize {
    let mut weights = 0;
    let mut to = from;
    while to < inputs.len() && !twice.contains(&to) {
        weights += weight(&inputs[to]);
        if to > from && weights > rows {
            break;
        }
        to += 1;
    }
    to
}
