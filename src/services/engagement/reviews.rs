//! Reading reviews: only published ones, always with the name under which they were written.

use std::collections::HashMap;

use entity::id::{ProductId, ReviewId, ReviewerId};
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::services::Result;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Page, Window};
use crate::services::sql::{Sql, uuids};

/// A published review.
#[derive(Clone, Debug)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// What it is about.
    pub product_id: ProductId,
    /// From 1 to 5.
    pub rating: i16,
    /// Its heading.
    pub title: String,
    /// What it says, without markup.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Who wrote it.
    pub author: Reviewer,
}

/// The public face of somebody who writes reviews.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// Their id.
    pub id: ReviewerId,
    /// The name that they chose to be seen under.
    pub display_name: String,
}

/// In which order reviews are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReviewSort {
    /// The latest first.
    #[default]
    Newest,
    /// The best rated first, the latest of them first.
    Best,
}

impl Review {
    /// Its place in a list sorted so.
    pub fn key(&self, sort: ReviewSort) -> Key {
        let created = SortValue::Int(self.created_at.0);
        let sort = match sort {
            ReviewSort::Newest => vec![created],
            ReviewSort::Best => vec![SortValue::Int(self.rating.into()), created],
        };
        Key { sort, id: self.id.0 }
    }
}

const COLUMNS: &str =
    "r.id AS review_id, r.product_id, r.rating, r.title, r.body, r.created_at, r.reviewer_id, w.display_name";
const NEWEST: Keyset = Keyset { columns: &["r.created_at", "r.id"], descending: true };
const BEST: Keyset = Keyset { columns: &["r.rating", "r.created_at", "r.id"], descending: true };

const OF_PRODUCT: Children<'static> = Children {
    keys: "uuids",
    columns: COLUMNS,
    from: "review r",
    with: "JOIN reviewer w ON w.id = r.reviewer_id",
    id: Some("r.id"),
    parent: "r.product_id",
    condition: "r.status = 1",
    keyset: NEWEST,
};
/// A review of a product that is not on offer does not exist.
const OF_REVIEWER: Children<'static> = Children {
    parent: "r.reviewer_id",
    condition: "r.status = 1 AND EXISTS (SELECT 1 FROM product_listing l WHERE l.product_id = r.product_id \
        AND l.locale_id = $2 AND l.published_at <= $3)",
    ..OF_PRODUCT
};

/// Reviews of products, as many of each as a window shows.
pub async fn of_products(
    db: &impl ConnectionTrait,
    products: impl IntoIterator<Item = ProductId>,
    sort: ReviewSort,
    window: &Window<Key>,
) -> Result<HashMap<ProductId, Page<Review>>> {
    let keyset = match sort {
        ReviewSort::Newest => NEWEST,
        ReviewSort::Best => BEST,
    };
    let children = Children { keyset, ..OF_PRODUCT };
    let rows = children.load(db, products.into_iter().map(|id| id.0), window, []).await?;
    pages(&rows, window)
}

/// Reviews by reviewers of what is on offer in a locale, the latest first, as many of each as a window shows.
pub async fn of_reviewers(
    db: &impl ConnectionTrait,
    locale: &Locale,
    now: Timestamp,
    reviewers: impl IntoIterator<Item = ReviewerId>,
    window: &Window<Key>,
) -> Result<HashMap<ReviewerId, Page<Review>>> {
    let rows = OF_REVIEWER
        .load(db, reviewers.into_iter().map(|id| id.0), window, [locale.id.into(), now.0.into()])
        .await?;
    pages(&rows, window)
}

fn pages<K: Eq + std::hash::Hash + sea_orm::TryGetable>(
    rows: &[QueryResult],
    window: &Window<Key>,
) -> Result<HashMap<K, Page<Review>>> {
    let mut found: HashMap<K, Vec<Review>> = HashMap::new();
    for row in rows {
        found.entry(row.try_get_by_index(0)?).or_default().push(read(row, 1)?);
    }
    Ok(found.into_iter().map(|(parent, rows)| (parent, Page::of(rows, window))).collect())
}

/// Reviews by their ids.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ReviewId>,
) -> Result<HashMap<ReviewId, Review>> {
    static BY_ID: Sql = Sql::new(
        "SELECT r.id, r.product_id, r.rating, r.title, r.body, r.created_at, r.reviewer_id, w.display_name \
         FROM {uuids $1} k JOIN review r ON r.id = k.id JOIN reviewer w ON w.id = r.reviewer_id \
         WHERE r.status = 1",
    );
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let rows = BY_ID.all(db, [ids]).await?;
    let found = rows.iter().map(|row| read(row, 0).map(|review| (review.id, review)));
    Ok(found.collect::<std::result::Result<_, DbErr>>()?)
}

/// Reviewers by their ids.
pub async fn reviewers(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ReviewerId>,
) -> Result<HashMap<ReviewerId, Reviewer>> {
    static BY_ID: Sql =
        Sql::new("SELECT w.id, w.display_name FROM {uuids $1} k JOIN reviewer w ON w.id = k.id");
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let mut found = HashMap::new();
    for row in BY_ID.all(db, [ids]).await? {
        let id = row.try_get_by_index(0)?;
        found.insert(id, Reviewer { id, display_name: row.try_get_by_index(1)? });
    }
    Ok(found)
}

/// How many published reviews of what is on offer in a locale reviewers have written.
pub async fn count_by_reviewers(
    db: &impl ConnectionTrait,
    locale: &Locale,
    now: Timestamp,
    reviewers: impl IntoIterator<Item = ReviewerId>,
) -> Result<HashMap<ReviewerId, i64>> {
    static COUNT: Sql = Sql::new(
        "SELECT r.reviewer_id, count(*) FROM {uuids $1} k \
         {lateral}JOIN{window}CROSS JOIN{end} review r ON r.reviewer_id = k.id AND r.status = 1 \
         JOIN product_listing l ON l.product_id = r.product_id AND l.locale_id = $2 AND l.published_at <= $3 \
         GROUP BY r.reviewer_id",
    );
    let ids = uuids(db.get_database_backend(), reviewers.into_iter().map(|id| id.0));
    let rows = COUNT.all(db, [ids, locale.id.into(), now.0.into()]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}

fn read(row: &QueryResult, at: usize) -> std::result::Result<Review, DbErr> {
    Ok(Review {
        id: row.try_get_by_index(at)?,
        product_id: row.try_get_by_index(at + 1)?,
        rating: row.try_get_by_index(at + 2)?,
        title: row.try_get_by_index(at + 3)?,
        body: row.try_get_by_index(at + 4)?,
        created_at: row.try_get_by_index(at + 5)?,
        author: Reviewer { id: row.try_get_by_index(at + 6)?, display_name: row.try_get_by_index(at + 7)? },
    })
}
