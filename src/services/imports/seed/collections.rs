//! Which products of a seed are in which collection.

use std::collections::{BTreeMap, BTreeSet};

use entity::id::ProductId;

use super::random::Random;
use super::text::{capital, slug};
use super::words::MOMENTS;
use crate::services::catalog::collections;
use crate::services::{AppContext, Result};

/// The most products of a collection.
const MOST: u64 = 50;

const MEMBERS: u64 = 5;

/// Which places of products are in which collections, and the products found there so far.
#[derive(Debug, Default)]
pub struct Gathering {
    wanted: BTreeMap<u64, Vec<usize>>,
    found: Vec<Vec<ProductId>>,
}

impl Gathering {
    /// Chooses the places: 50 for each collection, or all where there are fewer products.
    pub fn new(products: u64) -> Self {
        let mut wanted: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for number in 0..MOMENTS.len() {
            let mut random = Random::new(MEMBERS, number as u64);
            let mut places = BTreeSet::new();
            while (places.len() as u64) < MOST.min(products) {
                places.insert(random.below(products));
            }
            for place in places {
                wanted.entry(place).or_default().push(number);
            }
        }
        Self { wanted, found: vec![Vec::new(); MOMENTS.len()] }
    }

    /// Tells that the product at a place is there.
    pub fn tell(&mut self, place: u64, product: ProductId) {
        for number in self.wanted.get(&place).into_iter().flatten() {
            self.found[*number].push(product);
        }
    }

    /// Adds the collections, a change each, and tells how many.
    pub async fn add(self, app: &AppContext) -> Result<u64> {
        for (moment, products) in MOMENTS.iter().zip(&self.found) {
            let change = app.begin().await?;
            let title = capital(moment);
            let about = format!("<p>Everything for {moment}, chosen by hand.</p>");
            let id = collections::add(&change, &slug(&title), &title, &about).await?;
            collections::set_products(&change, id, products).await?;
            change.commit().await?;
        }
        Ok(self.found.len() as u64)
    }
}
