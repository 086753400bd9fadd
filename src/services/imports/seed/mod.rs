//! A catalogue of any size, made up from its number of products: for measuring, and for trying out.
//!
//! The same number gives the same content. Only ids differ, and dates are told back from now.

mod collections;
mod departments;
mod product;
mod random;
mod reviews;
mod sentences;
#[cfg(test)]
mod tests;
mod text;
mod words;

use std::collections::{BTreeSet, HashSet};

use entity::id::{LocationId, ProductId};
use entity::inventory::stock_movement::MovementReason;
use entity::money;

use self::collections::Gathering;
use self::departments::{LEAVES, Leaf};
use self::product::{LOCATIONS, Plan, Planned};
use self::reviews::Crowd;
use super::empty;
use super::save::save;
use super::target::Target;
use crate::services::backoffice::statistics::Statistics;
use crate::services::catalog::draft::ProductDraft;
use crate::services::catalog::upsert::{Earlier, Outcome};
use crate::services::catalog::{categories, publications};
use crate::services::engagement::write;
use crate::services::inventory::levels;
use crate::services::markets::Markets;
use crate::services::markets::write::{NewMarket, add_location, add_market};
use crate::services::{AppContext, Change, Error, Result};

/// Products that are written in one change.
const CHUNK: usize = 200;

/// Reviewers that are written in one change.
const PEOPLE: u64 = 2000;

/// Locations that are added where the shop has fewer than three.
const PLACES: [(&str, &str); LOCATIONS] =
    [("east", "Warehouse east"), ("central", "Warehouse central"), ("west", "Warehouse west")];

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// How many products.
    pub products: u64,
    /// Whether they have reviews: from 0 to 30 each, by half as many reviewers as there are products.
    pub reviews: bool,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Products.
    pub products: u64,
    /// Their variants.
    pub variants: u64,
    /// Categories of the tree.
    pub categories: u64,
    /// Collections.
    pub collections: u64,
    /// People who write reviews.
    pub reviewers: u64,
    /// What they wrote.
    pub reviews: u64,
}

/// Where everything goes.
struct Shop {
    target: Target,
    /// The target's location, and two more.
    locations: Vec<LocationId>,
}

/// Fills a shop without products, chunk by chunk; `watch` is told after each how many products there are.
///
/// Prices are in the default market, which is made where there is none: `us`, in US dollars and English.
///
/// # Errors
/// `BadRequest` where the shop has products.
pub async fn seed(app: &AppContext, wish: &Seed, mut watch: impl FnMut(u64)) -> Result<Summary> {
    let now = app.now();
    let (shop, categories) = prepare(app).await?;
    let plan = Plan { products: wish.products, now, digits: shop.target.digits };
    let crowd = Crowd { size: if wish.reviews { Crowd::of(wish.products, now).size } else { 0 }, now };
    invite(app, crowd).await?;
    let mut statistics = Statistics::default();
    let mut gathering = Gathering::new(wish.products);
    let mut summary = Summary { categories, reviewers: crowd.size, ..Summary::default() };
    while summary.products < wish.products {
        let first = summary.products;
        let planned: Vec<Planned> =
            (first..wish.products).take(CHUNK).map(|place| plan.product(place)).collect();
        let change = app.begin().await?;
        let products = add(&change, &shop, &planned).await?;
        summary.reviews += review(&change, crowd, first, &planned, &products).await?;
        change.commit().await?;
        for (place, product) in (first..).zip(&products) {
            gathering.tell(place, *product);
        }
        summary.products += products.len() as u64;
        summary.variants += planned.iter().map(|product| product.stock.len() as u64).sum::<u64>();
        statistics.grown(app, summary.products).await?;
        watch(summary.products);
    }
    summary.collections = gathering.add(app).await?;
    statistics.complete(app, summary.products).await?;
    Ok(summary)
}

/// Market, locations and category tree, with the number of categories.
async fn prepare(app: &AppContext) -> Result<(Shop, u64)> {
    let change = app.begin().await?;
    empty::of_products(&change.tx).await?;
    let markets = Markets::load(&change.tx).await?;
    let (market, digits) = match markets.markets.first() {
        Some(market) => (market.id, market.digits),
        None => (add_market(&change, united_states()).await?, money::exponent("USD")),
    };
    let mut locations: Vec<LocationId> = markets.locations.iter().map(|location| location.id).collect();
    let is_new = |handle: &str| markets.locations.iter().all(|location| location.handle != handle);
    for (handle, name) in PLACES.into_iter().filter(|(handle, _)| is_new(handle)) {
        if locations.len() < LOCATIONS {
            locations.push(add_location(&change, handle, name, Some("US")).await?);
        }
    }
    let paths: Vec<Vec<String>> = (0..LEAVES).map(|number| Leaf::new(number).path()).collect();
    let in_order: BTreeSet<&[String]> = paths.iter().map(Vec::as_slice).collect();
    categories::ensure_paths(&change, in_order).await?;
    let steps = paths.iter().flat_map(|path| (1..=path.len()).map(|depth| &path[..depth]));
    let number_of_categories = steps.collect::<HashSet<_>>().len() as u64;
    change.commit().await?;
    app.refresh_markets().await?;
    let target = Target { market, digits, location: locations[0] };
    Ok((Shop { target, locations }, number_of_categories))
}

fn united_states() -> NewMarket {
    NewMarket {
        handle: "us".to_owned(),
        name: "United States".to_owned(),
        currency: "USD".to_owned(),
        countries: vec!["US".to_owned()],
        languages: vec!["en".to_owned()],
        tax_inclusive: false,
    }
}

async fn invite(app: &AppContext, crowd: Crowd) -> Result<()> {
    let mut begin = 0;
    while begin < crowd.size {
        let end = crowd.size.min(begin + PEOPLE);
        let people: Vec<_> = (begin..end).map(|number| crowd.reviewer(number)).collect();
        let change = app.begin().await?;
        write::add_reviewers(&change, &people).await?;
        change.commit().await?;
        begin = end;
    }
    Ok(())
}

/// Saves a chunk of products with prices, stock everywhere, and dates.
async fn add(change: &Change<'_>, shop: &Shop, planned: &[Planned]) -> Result<Vec<ProductId>> {
    let drafts: Vec<ProductDraft> = planned.iter().map(|product| product.draft.clone()).collect();
    let outcomes = save(change, &drafts, shop.target, &Earlier::default()).await?;
    let products = outcomes.iter().map(accept).collect::<Result<Vec<ProductId>>>()?;
    for (place, location) in shop.locations.iter().enumerate().take(LOCATIONS).skip(1) {
        let variants = outcomes.iter().flat_map(|outcome| outcome.variants.iter().flatten());
        let pieces = planned.iter().flat_map(|product| product.stock.iter().map(|at| at[place]));
        let counted: Vec<_> = variants.copied().zip(pieces).collect();
        levels::set(change, *location, &counted, MovementReason::Import).await?;
    }
    let dated = products.iter().zip(planned);
    let published: Vec<_> =
        dated.clone().map(|(id, product)| (*id, shop.target.market, product.published)).collect();
    let created: Vec<_> = dated.map(|(id, product)| (*id, product.created)).collect();
    publications::set(change, &published).await?;
    publications::created(change, &created).await?;
    Ok(products)
}

/// A made-up product has no problems; where one does, the fault is ours.
fn accept(outcome: &Outcome) -> Result<ProductId> {
    let problem = outcome.problems.first().map(|(_, problem)| problem.as_str());
    match (outcome.product, problem) {
        (Some(id), None) => Ok(id),
        (_, problem) => Err(Error::internal(problem.unwrap_or("a product was not saved"))),
    }
}

async fn review(
    change: &Change<'_>,
    crowd: Crowd,
    first: u64,
    planned: &[Planned],
    products: &[ProductId],
) -> Result<u64> {
    if crowd.size == 0 {
        return Ok(0);
    }
    let chunk = (first..).zip(planned).zip(products);
    let reviews: Vec<_> =
        chunk.flat_map(|((place, product), id)| crowd.reviews(place, *id, product.published)).collect();
    write::add_reviews(change, &reviews).await?;
    Ok(reviews.len() as u64)
}
