//! The shop around the sample products: markets, locations, categories, collections, reviewers.

use std::collections::{HashMap, VecDeque};

use entity::engagement::reviewer;
use entity::id::{LocationId, MarketId, ProductId, ReviewerId};
use entity::money;

use super::drafts::Place;
use super::files::{Category, Collection, Reviewer, Shop, broken};
use crate::services::catalog::shelf::ShelfTexts;
use crate::services::catalog::{categories, collections, translations};
use crate::services::engagement::write;
use crate::services::imports::target::Target;
use crate::services::markets::write::{self as markets, NewMarket};
use crate::services::{Change, Result};

/// A market of the sample shop: where its drafts come from, and where they go.
#[derive(Clone, Copy, Debug)]
pub struct Counter<'a> {
    pub place: Place<'a>,
    pub target: Target,
}

/// Names the shop and opens its markets and locations; the default market first.
///
/// A market is served from the location in one of its countries.
pub async fn open<'a>(change: &Change<'_>, shop: &'a Shop) -> Result<Vec<Counter<'a>>> {
    let named = crate::services::markets::Shop {
        name: shop.name.clone(),
        description: shop.description.clone(),
        base_language: shop.base_language.clone(),
    };
    markets::name_shop(change, named).await?;
    let mut locations: Vec<(LocationId, &'a super::files::Location)> = Vec::new();
    for one in &shop.locations {
        let id = markets::add_location(change, &one.handle, &one.name, Some(&one.country)).await?;
        locations.push((id, one));
    }
    let mut in_order: Vec<_> = shop.markets.iter().collect();
    in_order.sort_by_key(|market| !market.default);
    let mut counters = Vec::new();
    for market in in_order {
        let near = locations.iter().find(|(_, location)| market.countries.contains(&location.country));
        let nowhere = || broken(format!("nothing is delivered to the market {:?}", market.handle));
        let (location, at) = near.or(locations.first()).ok_or_else(nowhere)?;
        let id: MarketId = markets::add_market(change, new_market(market)).await?;
        let digits = money::exponent(&market.currency);
        counters.push(Counter {
            place: Place { market: &market.handle, digits, location: &at.handle },
            target: Target { market: id, digits, location: *location },
        });
    }
    Ok(counters)
}

fn new_market(market: &super::files::Market) -> NewMarket {
    NewMarket {
        handle: market.handle.clone(),
        name: market.name.clone(),
        currency: market.currency.clone(),
        countries: market.countries.clone(),
        languages: market.languages.clone(),
        tax_inclusive: market.tax_inclusive,
    }
}

/// Grows the category tree, and tells how many categories it has.
pub async fn add_categories(change: &Change<'_>, roots: &[Category]) -> Result<u64> {
    let mut open: VecDeque<_> = roots.iter().map(|root| (None, root)).collect();
    let mut added = 0;
    while let Some((parent, category)) = open.pop_front() {
        let new = categories::NewCategory {
            parent,
            handle: category.handle.clone(),
            title: category.title.clone(),
            description: category.description.clone(),
            ..categories::NewCategory::default()
        };
        let id = categories::add(change, new).await?;
        for (language, texts) in &category.translations {
            let (title, description) = (texts.title.clone(), texts.description.clone());
            let texts = ShelfTexts { title, description, ..ShelfTexts::default() };
            translations::category(change, id, language, &texts).await?;
        }
        open.extend(category.children.iter().map(|child| (Some(id), child)));
        added += 1;
    }
    Ok(added)
}

/// Gathers the collections.
pub async fn add_collections(
    change: &Change<'_>,
    wanted: &[Collection],
    products: &HashMap<&str, ProductId>,
) -> Result<()> {
    for collection in wanted {
        let (handle, title) = (&collection.handle, &collection.title);
        let id = collections::add(change, handle, title, &collection.description_html).await?;
        for (language, texts) in &collection.translations {
            let (title, description) = (texts.title.clone(), texts.description_html.clone());
            let texts = ShelfTexts { title, description, ..ShelfTexts::default() };
            translations::collection(change, id, language, &texts).await?;
        }
        let find = |product: &String| {
            let unknown = || broken(format!("{handle}: there is no product {product:?}"));
            products.get(product.as_str()).copied().ok_or_else(unknown)
        };
        let members = collection.products.iter().map(find).collect::<Result<Vec<_>>>()?;
        collections::set_products(change, id, &members).await?;
    }
    Ok(())
}

/// Adds the reviewers, and answers who has which key.
pub async fn add_reviewers<'a>(
    change: &Change<'_>,
    people: &'a [Reviewer],
) -> Result<HashMap<&'a str, ReviewerId>> {
    let row = |person: &Reviewer| reviewer::Model {
        id: ReviewerId::generate(),
        display_name: person.display_name.clone(),
        created_at: change.now,
    };
    let rows: Vec<_> = people.iter().map(row).collect();
    write::add_reviewers(change, &rows).await?;
    Ok(people.iter().map(|person| person.key.as_str()).zip(rows.iter().map(|row| row.id)).collect())
}
