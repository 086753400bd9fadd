//! Several whole products made what their inputs say, in the same few statements for any number of them.

use std::collections::{HashMap, HashSet};

use entity::id::{ProductId, VariantId};

use super::beside::Beside;
use super::set::{Outcome, ProductSet};
use super::tell::{self, Told};
use crate::services::catalog::whole::{self, Edit, Known, Lock, Names, Whole};
use crate::services::catalog::write::{Raced, check_version, products};
use crate::services::markets::Markets;
use crate::services::problem::{Problems, Reason};
use crate::services::{Change, Error, Permission, Problem, Result, Viewer};

/// What happens to the other products where one cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// They are made what they are to be.
    Skip,
    /// Those after it are left alone.
    Abort,
}

/// Applies inputs in their order, and tells what came of each; no handle may occur twice. Where one is aborted, those
/// after it have an outcome with neither a product nor a problem.
pub async fn all(
    change: &Change<'_>,
    viewer: &Viewer,
    markets: &Markets,
    inputs: &[ProductSet],
    on_error: OnError,
) -> Result<Vec<Outcome>> {
    let handles = inputs.iter().map(|input| input.handle.as_str()).filter(|handle| !handle.contains('\0'));
    let mut existing = whole::by_handles(&change.tx, handles, Lock::Change).await?;
    let mut told = Vec::with_capacity(inputs.len());
    let mut refused = Vec::with_capacity(inputs.len());
    for input in inputs {
        let mut problems = Problems::default();
        let of = existing.get(&input.handle);
        if of.is_none() {
            tell::new_handle(&mut problems, &input.handle);
            if input.fields.title.is_none() {
                problems.add(Reason::Invalid, &[&"title"], "a new product needs a title");
            }
        }
        told.push(Told::of(input, markets, &mut problems));
        refused.push(problems);
    }
    let pairs: Vec<(&Told<'_>, Option<&Whole>)> =
        told.iter().flatten().map(|told| (told, existing.get(&told.input.handle))).collect();
    let known = Known::resolve(change, &names(&pairs)).await?;
    if !known.made.is_empty() {
        return Err(Error::internal(Raced));
    }
    let mut run = Run {
        change,
        viewer,
        known,
        beside: Beside::load(change, &pairs).await?,
        claimed: HashMap::new(),
        edits: Vec::new(),
    };
    let mut outcomes = Vec::with_capacity(inputs.len());
    for (told, problems) in told.iter().zip(refused) {
        let outcome = match told {
            Some(told) => run.one(told, existing.remove(&told.input.handle)),
            None => Err(problems),
        };
        let is_bad = outcome.is_err();
        outcomes.push(
            outcome.unwrap_or_else(|problems| Outcome { problems: told_of(problems), ..Outcome::default() }),
        );
        if is_bad && on_error == OnError::Abort {
            break;
        }
    }
    outcomes.resize_with(inputs.len(), Outcome::default);
    run.beside.record(change, markets);
    let writes = run.beside.writes(change);
    let changed = whole::save(change, &mut run.edits, writes).await?;
    for outcome in &mut outcomes {
        outcome.changed = outcome.product.is_some_and(|id| changed.contains(&id));
    }
    Ok(outcomes)
}

fn names<'a>(pairs: &[(&'a Told<'a>, Option<&Whole>)]) -> Names<'a> {
    let mut names = Names::default();
    for (told, of) in pairs {
        products::fields_names(&mut names, &told.fields, *of);
        if of.is_none() {
            names.new_handle(&told.input.handle);
        }
        told.input.categories.iter().flatten().for_each(|handle| names.category(handle, *of));
        let skus = told.variants.iter().flatten().filter_map(|variant| variant.fields.sku.as_deref());
        skus.for_each(|sku| names.sku(sku, *of));
    }
    names
}

fn told_of(problems: Problems) -> Vec<Problem> {
    match problems.none() {
        Err(Error::Problems(problems)) => problems,
        _ => Vec::new(),
    }
}

/// What all inputs of a run share.
struct Run<'a> {
    change: &'a Change<'a>,
    viewer: &'a Viewer,
    known: Known,
    beside: Beside,
    /// SKUs that products of this run have, and whose.
    claimed: HashMap<String, ProductId>,
    edits: Vec<Edit>,
}

impl Run<'_> {
    fn one(&mut self, told: &Told<'_>, existing: Option<Whole>) -> std::result::Result<Outcome, Problems> {
        let mut problems = Problems::default();
        if let Some(before) = &existing
            && check_version(before, told.input.version, &[]).is_err()
        {
            let message = format!("the product has version {} by now", before.product.version);
            problems.add(Reason::Conflict, &[&"version"], message);
            return Err(problems);
        }
        let created = existing.is_none();
        let title = told.fields.title.as_deref().unwrap_or_default();
        let mut edit = existing
            .map_or_else(|| Edit::new(Whole::new(&told.input.handle, title, self.change.now)), Edit::of);
        let variants = told.apply(&mut edit.after, &self.known, &mut problems, self.change.now);
        self.skus(&edit.after, &mut problems);
        if let Some(before) = &edit.before {
            self.removed(before, &edit.after, &mut problems);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        edit.beside = self.beside.tell(told, &variants);
        let product = edit.after.id();
        let skus = edit.after.variants.iter().filter_map(|row| row.sku.clone());
        self.claimed.extend(skus.map(|sku| (sku, product)));
        self.edits.push(edit);
        Ok(Outcome { product: Some(product), created, ..Outcome::default() })
    }

    /// A SKU belongs to one variant of the shop.
    fn skus(&self, whole: &Whole, problems: &mut Problems) {
        let mut own: HashSet<&str> = HashSet::new();
        for (index, row) in whole.variants.iter().enumerate() {
            let Some(sku) = row.sku.as_deref() else { continue };
            let elsewhere = self.known.skus.get(sku).map(|(_, product)| product).or(self.claimed.get(sku));
            if !own.insert(sku) || elsewhere.is_some_and(|product| *product != whole.product.id) {
                problems.add(Reason::Taken, &[&"variants", &index, &"sku"], "another variant has this SKU");
            }
        }
    }

    /// Taking variants away for good needs a right of its own.
    fn removed(&self, before: &Whole, after: &Whole, problems: &mut Problems) {
        let stay: HashSet<VariantId> = after.variants.iter().map(|row| row.id).collect();
        let goes = before.variants.iter().any(|row| !stay.contains(&row.id));
        if goes && !self.viewer.may(Permission::ProductsDelete) {
            let message =
                "the product has variants that are not named here: removing them needs products.delete";
            problems.add(Reason::NotYours, &[&"variants"], message);
        }
    }
}
