//! Products with their prices and stock, saved together.

use std::collections::HashSet;

use entity::id::{ProductId, VariantId};
use entity::inventory::stock_movement::MovementReason;

use super::target::Target;
use crate::services::catalog::draft::{ProductDraft, VariantDraft};
use crate::services::catalog::upsert::{self, Earlier, Outcome};
use crate::services::events::{self, Event};
use crate::services::inventory::levels;
use crate::services::pricing::prices::{self, PriceDraft};
use crate::services::{Change, Result};

/// Adds and changes products, their prices in the target's market and their stock at its location.
///
/// The number of statements does not depend on how many there are. No handle may occur twice. Products of which the file
/// told `earlier` by another handle are left as that made them.
pub async fn save(
    change: &Change<'_>,
    drafts: &[ProductDraft],
    target: Target,
    earlier: &Earlier,
) -> Result<Vec<Outcome>> {
    let mut outcomes = upsert::upsert(change, drafts, Some(target.market), earlier).await?;
    let saved = saved_variants(drafts, &outcomes);
    let told: Vec<PriceDraft> = saved.iter().map(|(id, draft)| price(*id, draft)).collect();
    let priced = prices::set(change, target.market, &told).await?;
    let counted = saved.iter().filter_map(|(id, draft)| Some((*id, draft.quantity?)));
    let counted: Vec<(VariantId, i64)> = counted.collect();
    let stocked = levels::set(change, target.location, &counted, MovementReason::Import).await?;

    let mut only_here: Vec<ProductId> = Vec::new();
    for outcome in &mut outcomes {
        report_unpriced(outcome, &priced.unpriced);
        let moved = |id: &VariantId| priced.changed.contains(id) || stocked.contains(id);
        if !outcome.changed && outcome.variants.iter().flatten().any(moved) {
            outcome.changed = true;
            only_here.extend(outcome.product);
        }
    }
    events::publish(change, Event::ProductChanged, only_here.iter().map(|id| id.0)).await?;
    change.touch(only_here);
    Ok(outcomes)
}

fn saved_variants<'a>(
    drafts: &'a [ProductDraft],
    outcomes: &[Outcome],
) -> Vec<(VariantId, &'a VariantDraft)> {
    let pairs = drafts
        .iter()
        .zip(outcomes)
        .flat_map(|(draft, outcome)| draft.variants.iter().zip(outcome.variants.clone()));
    pairs.filter_map(|(draft, id)| Some((id?, draft))).collect()
}

fn price(variant: VariantId, draft: &VariantDraft) -> PriceDraft {
    PriceDraft {
        variant,
        amount: draft.price,
        compare_at: draft.compare_at_price,
        unit_cost: draft.unit_cost,
    }
}

fn report_unpriced(outcome: &mut Outcome, unpriced: &HashSet<VariantId>) {
    let without = |(number, id): (usize, &Option<VariantId>)| {
        let problem = "it has no price in this market, so it is not sold there".to_owned();
        id.filter(|id| unpriced.contains(id)).map(|_| (Some(number), problem))
    };
    let problems: Vec<_> = outcome.variants.iter().enumerate().filter_map(without).collect();
    outcome.problems.extend(problems);
}
