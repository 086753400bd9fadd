//! Reading reviews, always with the name under which they were written: published ones, for their authors and for who
//! moderates the others, too.

use std::collections::{HashMap, HashSet};

use entity::id::{AccountId, Id, ProductId, ReviewId, ReviewerId};
use entity::time::Timestamp;
use sea_orm::{ActiveEnum as _, ConnectionTrait, DbErr, Value};

use super::sealed::Content;
use crate::infrastructure::database::{Row, RowSource};
use crate::services::acting;
use crate::services::identity::vaults;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::markets::Locale;
use crate::services::page::{Extent, Page, Window};
use crate::services::sql::{self, Columns, Sql, uuids};
use crate::services::{AppContext, Permission, Result, Viewer};

pub use entity::engagement::review::ReviewStatus;

/// A review.
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
    /// Whether it is shown.
    pub status: ReviewStatus,
    /// What its author is told by who moderated it; empty where nothing was said, and where it is published.
    pub note: String,
    /// Grows with each change.
    pub version: i32,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it, or whether it is shown, was last changed.
    pub updated_at: Timestamp,
    /// Who wrote it.
    pub author: Reviewer,
    /// What the product is called, where that was read along.
    pub about: Option<About>,
}

/// What a product is called in a locale.
#[derive(Clone, Debug)]
pub struct About {
    /// Its slug.
    pub handle: String,
    /// Its title.
    pub title: String,
}

/// The public face of somebody who writes reviews.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// Their id.
    pub id: ReviewerId,
    /// The name that they chose to be seen under; empty where their account was erased.
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

    /// Its place among those that have had a status for as long.
    pub fn waiting_key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.updated_at.0)], id: self.id.0 }
    }
}

const COLUMNS: &str = "r.id AS review_id, r.product_id, r.rating, r.title, r.body, r.version, \
    r.created_at, r.updated_at, r.reviewer_id, w.display_name";
/// What stands behind them where reviews may not be published.
const UNPUBLISHED: &str = "r.status, r.note, r.sealed, a.account_id";
const NEWEST: Keyset = Keyset { columns: &["r.created_at", "r.id"], descending: true };
const WAITING: Keyset = Keyset { columns: &["r.updated_at", "r.id"], descending: false };
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
/// The same with what the products are called. PostgreSQL looks at each of them once.
const OF_REVIEWER_ABOUT: Children<'static> = Children {
    with: "JOIN reviewer w ON w.id = r.reviewer_id JOIN product_listing about ON about.product_id = r.product_id \
        AND about.locale_id = $2 AND about.published_at <= $3",
    condition: "r.status = 1{lateral}{window} AND EXISTS (SELECT 1 FROM product_listing l \
        WHERE l.product_id = r.product_id AND l.locale_id = $2 AND l.published_at <= $3){end}",
    ..OF_REVIEWER
};

/// Reviews of products, as many of each as a window shows.
pub async fn of_products(
    db: &impl RowSource,
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
    pages(&rows, window, published)
}

/// Reviews by reviewers of what is on offer in a locale, the latest first, as many of each as a window shows; where it is
/// laden, with what the products are called.
pub async fn of_reviewers(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    reviewers: impl IntoIterator<Item = ReviewerId>,
    window: &Window<Key>,
) -> Result<HashMap<ReviewerId, Page<Review>>> {
    let reviewers = reviewers.into_iter().map(|id| id.0);
    let values = [locale.id.into(), now.0.into()];
    if window.extent < Extent::Laden {
        return pages(&OF_REVIEWER.load(db, reviewers, window, values).await?, window, published);
    }
    let columns = format!("{COLUMNS}, about.handle, about.title AS product");
    let children = Children { columns: &columns, ..OF_REVIEWER_ABOUT };
    pages(&children.load(db, reviewers, window, values).await?, window, about)
}

fn pages<K: Id>(rows: &[Row], window: &Window<Key>, read: Read) -> Result<HashMap<K, Page<Review>>> {
    let found = sql::of_owners(rows, read)?;
    Ok(found.into_iter().map(|(parent, rows)| (parent, Page::of(rows, window))).collect())
}

/// Reviews by their ids: published ones, one's own, and all for who moderates them. One statement, and another one where
/// some are not published.
pub async fn by_ids(
    app: &AppContext,
    viewer: &Viewer,
    ids: impl IntoIterator<Item = ReviewId>,
) -> Result<HashMap<ReviewId, Review>> {
    let db = app.db.read()?;
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let text = format!(
        "SELECT {COLUMNS}, {UNPUBLISHED} FROM {{uuids $1}} k JOIN review r ON r.id = k.id JOIN reviewer w ON w.id = r.reviewer_id \
         LEFT JOIN reviewer_account a ON a.reviewer_id = r.reviewer_id \
         WHERE r.status = 1 OR $2 OR a.account_id = $3"
    );
    let account = Value::Uuid(viewer.account().map(|account| account.0));
    let values = vec![ids, viewer.may(Permission::ReviewsModerate).into(), account];
    let found = opened(app, &sql::fetch(db, &text, values).await?).await?;
    note_unpublished(&found);
    Ok(found.into_iter().map(|review| (review.id, review)).collect())
}

/// What only its author and the staff see is personal data, as auditors count it.
fn note_unpublished(reviews: &[Review]) {
    let unpublished = reviews.iter().filter(|review| review.status != ReviewStatus::Published);
    acting::note_read(unpublished.map(|review| review.author.id));
}

/// Reviews that an account has written, the latest first, whether or not they are shown.
pub async fn of_account(app: &AppContext, account: AccountId, window: &Window<Key>) -> Result<Page<Review>> {
    let mut values = vec![account.0.into(), window.fetch().into()];
    let (bounds, order) = (NEWEST.bounds(window, &mut values), NEWEST.order(window));
    let text = format!(
        "SELECT {COLUMNS}, {UNPUBLISHED} FROM reviewer_account a JOIN reviewer w ON w.id = a.reviewer_id \
         JOIN review r ON r.reviewer_id = w.id WHERE a.account_id = $1{bounds} ORDER BY {order} LIMIT $2"
    );
    page(app, sql::fetch(app.db.read()?, &text, values).await?, window).await
}

/// How many reviews an account has written.
pub async fn count_of_account(db: &impl RowSource, account: AccountId) -> Result<i64> {
    static COUNT: Sql = Sql::new(
        "SELECT count(*) FROM reviewer_account a JOIN review r ON r.reviewer_id = a.reviewer_id \
         WHERE a.account_id = $1",
    );
    let row = COUNT.one(db, [account.0.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// Reviews of all products with a status, the one first that has had it for longest.
pub async fn with_status(
    app: &AppContext,
    status: ReviewStatus,
    window: &Window<Key>,
) -> Result<Page<Review>> {
    let mut values = vec![status.to_value().into(), window.fetch().into()];
    let (bounds, order) = (WAITING.bounds(window, &mut values), WAITING.order(window));
    let text = format!(
        "SELECT {COLUMNS}, {UNPUBLISHED} FROM review r JOIN reviewer w ON w.id = r.reviewer_id \
         LEFT JOIN reviewer_account a ON a.reviewer_id = r.reviewer_id WHERE r.status = $1{bounds} ORDER BY {order} LIMIT $2"
    );
    let page = page(app, sql::fetch(app.db.read()?, &text, values).await?, window).await?;
    note_unpublished(&page.rows);
    Ok(page)
}

/// How many reviews have a status.
pub async fn count_with_status(db: &impl RowSource, status: ReviewStatus) -> Result<i64> {
    static COUNT: Sql = Sql::new("SELECT count(*) FROM review r WHERE r.status = $1");
    let row = COUNT.one(db, [status.to_value().into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

async fn page(app: &AppContext, rows: Vec<Row>, window: &Window<Key>) -> Result<Page<Review>> {
    let Page { rows, has_next, has_previous } = Page::of(rows, window);
    Ok(Page { rows: opened(app, &rows).await?, has_next, has_previous })
}

/// Reads reviews of which some may be sealed: the keys of all authors come in one statement, which is spared where everything
/// is published. Whoever wrote a review may be erased while it is read: then it is left out, as it will be in the next read.
async fn opened(app: &AppContext, rows: &[Row]) -> Result<Vec<Review>> {
    let kept = sql::each(rows, |row| {
        let published = published(row)?;
        let status = ReviewStatus::try_from_value(&row.get()?)?;
        let review = Review { status, note: row.get()?, ..published };
        Ok((review, row.maybe::<String>()?, row.some_id()?))
    })?;
    let hidden = || kept.iter().filter(|(review, ..)| review.status != ReviewStatus::Published);
    let vaults = if hidden().next().is_some() {
        let authors: HashSet<AccountId> = hidden().filter_map(|(.., author)| *author).collect();
        vaults(app, app.db.read()?, authors).await?
    } else {
        HashMap::new()
    };
    let mut reviews = Vec::with_capacity(kept.len());
    for (review, sealed, author) in kept {
        let Some(sealed) = sealed else {
            reviews.push(review);
            continue;
        };
        if let Some(vault) = author.and_then(|author| vaults.get(&author)) {
            let Content { title, body, note } = Content::open(vault, review.id, &sealed)?;
            reviews.push(Review { title, body, note, ..review });
        }
    }
    Ok(reviews)
}

/// Reviewers by their ids.
pub async fn reviewers(
    db: &impl RowSource,
    ids: impl IntoIterator<Item = ReviewerId>,
) -> Result<HashMap<ReviewerId, Reviewer>> {
    static BY_ID: Sql =
        Sql::new("SELECT w.id, w.display_name FROM {uuids $1} k JOIN reviewer w ON w.id = k.id");
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let found = sql::each(&BY_ID.fetch(db, [ids]).await?, reviewer)?;
    Ok(found.into_iter().map(|reviewer| (reviewer.id, reviewer)).collect())
}

/// How many published reviews of what is on offer in a locale reviewers have written.
pub async fn count_by_reviewers(
    db: &impl RowSource,
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

/// Reads some of the columns.
type Read = fn(&mut Columns<'_>) -> std::result::Result<Review, DbErr>;

/// Reads [`COLUMNS`] of a published review, and what its product is called.
fn about(row: &mut Columns<'_>) -> std::result::Result<Review, DbErr> {
    let review = published(row)?;
    Ok(Review { about: Some(About { handle: row.get()?, title: row.get()? }), ..review })
}

/// Reads [`COLUMNS`] of a published review.
fn published(row: &mut Columns<'_>) -> std::result::Result<Review, DbErr> {
    Ok(Review {
        id: row.id()?,
        product_id: row.id()?,
        rating: row.get()?,
        title: row.get()?,
        body: row.get()?,
        status: ReviewStatus::Published,
        note: String::new(),
        version: row.get()?,
        created_at: Timestamp(row.get()?),
        updated_at: Timestamp(row.get()?),
        author: reviewer(row)?,
        about: None,
    })
}

fn reviewer(row: &mut Columns<'_>) -> std::result::Result<Reviewer, DbErr> {
    Ok(Reviewer { id: row.id()?, display_name: row.get()? })
}
