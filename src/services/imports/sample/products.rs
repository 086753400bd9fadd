//! The sample shop's products: prices and stock in each market, dates, reviews.

use std::collections::HashMap;

use entity::engagement::review;
use entity::engagement::review::ReviewStatus as Status;
use entity::id::{MarketId, ProductId, ReviewId, ReviewerId};
use entity::time::{DAY, Timestamp};

use super::drafts::{self, Paths};
use super::files::{Product, ReviewStatus, broken};
use super::shelves::Counter;
use crate::services::catalog::publications;
use crate::services::catalog::upsert::{Earlier, Outcome};
use crate::services::engagement::write;
use crate::services::imports::save::save;
use crate::services::{Change, Result};

/// Saves products market by market, and answers their ids in their order.
pub async fn add(
    change: &Change<'_>,
    products: &[Product],
    counters: &[Counter<'_>],
    paths: &Paths,
) -> Result<Vec<ProductId>> {
    let mut ids = Vec::new();
    for counter in counters {
        let drafts = products.iter().map(|product| drafts::draft(product, counter.place, paths));
        let drafts = drafts.collect::<Result<Vec<_>>>()?;
        let outcomes = save(change, &drafts, counter.target, &Earlier::default()).await?;
        let saved = products.iter().zip(&outcomes);
        ids = saved.map(|(product, outcome)| accept(product, outcome, counter)).collect::<Result<_>>()?;
    }
    date(change, products, &ids, counters).await?;
    Ok(ids)
}

/// A product that is not published in a market needs no prices there; every other problem is one.
fn accept(product: &Product, outcome: &Outcome, counter: &Counter<'_>) -> Result<ProductId> {
    let problem = outcome.problems.first().filter(|_| drafts::is_published(product, counter.place.market));
    match (outcome.product, problem) {
        (Some(id), None) => Ok(id),
        (_, problem) => Err(broken(format!("{}: {problem:?}", product.handle))),
    }
}

async fn date(
    change: &Change<'_>,
    products: &[Product],
    ids: &[ProductId],
    counters: &[Counter<'_>],
) -> Result<()> {
    let mut published: Vec<(ProductId, MarketId, Timestamp)> = Vec::new();
    let mut created = Vec::new();
    for (product, id) in products.iter().zip(ids) {
        let mut first = change.now;
        for counter in counters {
            if let Some(Some(told)) = product.publish.get(counter.place.market) {
                let from = moment(told, change.now)?;
                published.push((*id, counter.target.market, from));
                first = first.min(from);
            }
        }
        created.push((*id, first));
    }
    publications::set(change, &published).await?;
    publications::created(change, &created).await
}

/// `-90d` is ninety days before now, `+7d` a week after.
fn moment(told: &str, now: Timestamp) -> Result<Timestamp> {
    let days = told.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    let days = days.ok_or_else(|| broken(format!("{told:?} is no number of days such as -90d")))?;
    Ok(now.plus(days.saturating_mul(DAY)))
}

/// Adds what reviewers say, and tells how much it is.
pub async fn add_reviews(
    change: &Change<'_>,
    products: &[Product],
    ids: &[ProductId],
    reviewers: &HashMap<&str, ReviewerId>,
) -> Result<u64> {
    let mut reviews = Vec::new();
    for (product, id) in products.iter().zip(ids) {
        for told in &product.reviews {
            let unknown = || broken(format!("{}: nobody is called {:?}", product.handle, told.reviewer));
            reviews.push(review::Model {
                id: ReviewId::generate(),
                product_id: *id,
                reviewer_id: reviewers.get(told.reviewer.as_str()).copied().ok_or_else(unknown)?,
                rating: told.rating,
                title: told.title.clone(),
                body: told.body.clone(),
                status: match told.status {
                    ReviewStatus::Published => Status::Published,
                    ReviewStatus::Pending => Status::Pending,
                },
                note: String::new(),
                sealed: None,
                version: 1,
                created_at: change.now.plus(-told.days_ago.saturating_mul(DAY)),
                updated_at: change.now.plus(-told.days_ago.saturating_mul(DAY)),
            });
        }
    }
    write::add_reviews(change, &reviews).await?;
    Ok(reviews.len() as u64)
}
