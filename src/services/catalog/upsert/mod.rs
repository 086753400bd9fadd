//! Making the shop's products what drafts say: whole batches, in a number of statements that does not depend on
//! how many products and variants there are.

mod former;
mod options;
mod parts;
mod product;
mod skus;
mod variants;

use std::collections::HashMap;

use entity::id::{CategoryId, MarketId, ProductId, VariantId};

pub use self::former::Earlier;
use self::skus::Claim;
use super::categories;
use super::draft::ProductDraft;
use super::whole::{self, Edit, Known, Lock, Names, Whole};
use crate::services::bulk::Together;
use crate::services::{Change, Result};

/// What came of one draft.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The product; `None` where there is none to change and too little told to make one.
    pub product: Option<ProductId>,
    /// Whether it is new.
    pub created: bool,
    /// Whether any of its rows was written.
    pub changed: bool,
    /// The variant of each of the draft's, in their order; `None` where one was refused.
    pub variants: Vec<Option<VariantId>>,
    /// Which of the draft's variants did not get their SKU, because it belongs to another variant.
    pub taken: Vec<usize>,
    /// What else was refused, with the index of the draft's variant that it is about.
    pub problems: Vec<(Option<usize>, String)>,
}

impl Outcome {
    /// Of a draft of which nothing was taken over.
    fn refused(draft: &ProductDraft, problem: String) -> Self {
        Self {
            variants: vec![None; draft.variants.len()],
            problems: vec![(None, problem)],
            ..Self::default()
        }
    }
}

/// What all drafts of a batch share while they are worked on.
struct Batch<'a> {
    change: &'a Change<'a>,
    known: Known,
    categories: HashMap<Vec<String>, CategoryId>,
    market: Option<MarketId>,
    claims: Vec<Claim>,
}

/// Adds and changes products, matched by handle or a former handle, and tells what came of each.
///
/// Nothing that a draft does not tell of is removed. `published` is about `market`. No handle may occur twice; a product
/// that is told of by two of its handles, here or `earlier`, is what the first one tells.
pub async fn upsert(
    change: &Change<'_>,
    drafts: &[ProductDraft],
    market: Option<MarketId>,
    earlier: &Earlier,
) -> Result<Vec<Outcome>> {
    let handles = drafts.iter().map(|draft| draft.handle.as_str());
    let mut existing = whole::by_handles(&change.tx, handles, Lock::Change).await?;
    let doubled = former::add(change, drafts, earlier, &mut existing).await?;
    let mut batch = Batch {
        change,
        known: Known::resolve(change, &names(drafts, &existing)).await?,
        categories: categories::ensure_paths(change, paths(drafts)).await?,
        market,
        claims: Vec::new(),
    };
    let mut edits = Vec::with_capacity(drafts.len());
    let mut outcomes = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if doubled.contains(&draft.handle) {
            let problem = "its product is told of by another of its handles already";
            outcomes.push(Outcome::refused(draft, problem.to_owned()));
            continue;
        }
        let at = (edits.len(), outcomes.len());
        let (edit, outcome) = batch.apply(draft, existing.remove(&draft.handle), at);
        edits.extend(edit);
        outcomes.push(outcome);
    }
    skus::settle(change, &batch.claims, &batch.known.skus, &mut edits, &mut outcomes).await?;
    let changed = whole::save(change, &mut edits, Together::default()).await?;
    for outcome in &mut outcomes {
        outcome.changed = outcome.product.is_some_and(|id| changed.contains(&id));
    }
    Ok(outcomes)
}

/// In the drafts' order, so that it does not depend on how they are batched which category is there first.
fn paths(drafts: &[ProductDraft]) -> impl Iterator<Item = &[String]> {
    let paths = drafts.iter().flat_map(|draft| draft.categories.iter().flatten());
    paths.map(Vec::as_slice).filter(|path| !path.is_empty())
}

fn names<'a>(drafts: &'a [ProductDraft], existing: &HashMap<String, Whole>) -> Names<'a> {
    let mut names = Names::default();
    for draft in drafts {
        let of = existing.get(&draft.handle);
        if let Some(vendor) = &draft.vendor {
            names.vendor(vendor, of);
        }
        if let Some(product_type) = &draft.product_type {
            names.product_type(product_type, of);
        }
        draft.tags.iter().flatten().for_each(|tag| names.tag(tag, of));
        draft
            .variants
            .iter()
            .filter_map(|variant| variant.sku.as_deref())
            .for_each(|sku| names.sku(sku, None));
    }
    names
}

impl Batch<'_> {
    /// What a draft makes of a product; `at` are the places of the edit and of the outcome.
    fn apply(
        &mut self,
        draft: &ProductDraft,
        existing: Option<Whole>,
        at: (usize, usize),
    ) -> (Option<Edit>, Outcome) {
        let mut outcome = Outcome { created: existing.is_none(), ..Outcome::default() };
        let edit = existing.map(Edit::of).or_else(|| self.new_product(draft));
        let Some(mut edit) = edit else {
            return (None, Outcome::refused(draft, "a new product needs a title".to_owned()));
        };
        let whole = &mut edit.after;
        let places = match options::fit(whole, draft) {
            Ok(places) => places,
            Err(problem) => return (None, Outcome::refused(draft, problem)),
        };
        outcome.product = Some(whole.id());
        self.tell(whole, draft);
        let media = self.media(whole, draft);
        self.variants(whole, draft, (&places, &media), at, &mut outcome);
        parts::metafields(whole, draft.metafields.iter(), None);
        self.labels(whole, draft);
        self.publication(whole, draft, outcome.created);
        (Some(edit), outcome)
    }
}
