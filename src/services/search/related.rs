//! Products that somebody who looks at one may like as well.

use std::collections::{BTreeSet, HashMap};

use entity::id::{CategoryId, ProductId};
use entity::time::Timestamp;

use super::listings::{self, COLUMNS, Listing};
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::keyset::{Children, Keyset};
use crate::services::markets::Locale;
use crate::services::page::Window;
use crate::services::sql;

const IN_CATEGORY: Children<'static> = Children {
    keys: "uuids",
    columns: COLUMNS,
    from: "product_listing l",
    with: "",
    id: Some("l.id"),
    parent: "l.category_id",
    condition: "l.locale_id = $2 AND l.published_at <= $3",
    keyset: Keyset { columns: &["l.available", "l.rating_key", "l.product_id"], descending: true },
};
const IN_BRANCH: Children<'static> = Children { parent: "l.branch_id", ..IN_CATEGORY };

/// A product whose shopper may like others, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The product.
    pub product: ProductId,
    /// Its main category.
    pub category: Option<CategoryId>,
    /// The category above that.
    pub branch: Option<CategoryId>,
}

/// What some products are related to.
#[derive(Debug, Default)]
pub struct Related {
    /// All that any of them is related to, each once.
    pub listings: Vec<Listing>,
    /// For each product the places of those that it is related to, the best first.
    pub places: HashMap<Subject, Vec<usize>>,
}

/// The best products of the main categories of products, at most `size` of each: what can be bought first, the best
/// rated of them first. Where there are too few, the best of the categories beside follow.
///
/// One statement, or two.
pub async fn to_products(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    subjects: Vec<Subject>,
    size: u32,
) -> Result<Related> {
    let mut adding = Adding::default();
    let categories = subjects.iter().filter_map(|subject| subject.category);
    // One more than wanted, as the product itself may be among them.
    let best_in = best(IN_CATEGORY, db, locale, now, categories, size + 1).await?;
    adding.add(&subjects, |subject| subject.category, best_in, size);
    let lacks = |subject: &&Subject| adding.related.places[*subject].len() < size as usize;
    let lacking: Vec<Subject> = subjects.iter().filter(lacks).copied().collect();
    let branches: Vec<CategoryId> = lacking.iter().filter_map(|subject| subject.branch).collect();
    if !branches.is_empty() {
        // As many again, as those of the main category are among them.
        let best_below = best(IN_BRANCH, db, locale, now, branches, 2 * size + 1).await?;
        adding.add(&lacking, |subject| subject.branch, best_below, size);
    }
    Ok(adding.related)
}

/// What has been found so far.
#[derive(Default)]
struct Adding {
    related: Related,
    known: HashMap<ProductId, usize>,
}

impl Adding {
    /// Gives each product the best of one of its categories, until it has enough.
    fn add(
        &mut self,
        subjects: &[Subject],
        category: impl Fn(&Subject) -> Option<CategoryId>,
        best: HashMap<CategoryId, Vec<Listing>>,
        size: u32,
    ) {
        let mut places: HashMap<CategoryId, Vec<usize>> = HashMap::new();
        for (category, listings) in best {
            let place = |listing: Listing| {
                *self.known.entry(listing.product_id).or_insert_with(|| {
                    self.related.listings.push(listing);
                    self.related.listings.len() - 1
                })
            };
            places.insert(category, listings.into_iter().map(place).collect());
        }
        for subject in subjects {
            let found = self.related.places.entry(*subject).or_default();
            let best = category(subject).and_then(|category| places.get(&category));
            for place in best.into_iter().flatten() {
                let is_itself = self.related.listings[*place].product_id == subject.product;
                if found.len() < size as usize && !is_itself && !found.contains(place) {
                    found.push(*place);
                }
            }
        }
    }
}

async fn best(
    children: Children<'static>,
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    categories: impl IntoIterator<Item = CategoryId>,
    size: u32,
) -> Result<HashMap<CategoryId, Vec<Listing>>> {
    let categories: BTreeSet<CategoryId> = categories.into_iter().collect();
    let values = [locale.id.into(), now.0.into()];
    let categories = categories.into_iter().map(|id| id.0);
    let rows = children.load(db, categories, &Window::first(size), values).await?;
    Ok(sql::of_owners(&rows, listings::read)?)
}
