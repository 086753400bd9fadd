//! Reviews as customers write them: one a product, shown once somebody of the staff has read it.
//!
//! Until it is published, what a review says is sealed under its author's key.
//!
//! Text is text: it is kept and told as it was typed, whatever markup or script it looks like, and is never HTML.
//!
//! A change holds the customer's account, then the products that it counts the reviews of, so that of two at the same
//! moment the second one sees what the first one did.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::id::{AccountId, ProductId, ReviewId, ReviewerId};
use sea_orm::QueryResult;

use super::sealed::{Content, seal_all};
use super::write;
use crate::services::change::AT_ONCE;
use crate::services::events::{self, Event};
use crate::services::identity::{Vault, held_customer, vault};
use crate::services::markets::Locale;
use crate::services::search::listings;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, text};

const LONGEST_NAME: usize = 50;
const LONGEST_TITLE: usize = 200;
const LONGEST_BODY: usize = 5_000;

/// What a customer says of a product. For a change, what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// From 1 to 5; has to be there for a new one.
    pub rating: Option<i32>,
    /// The heading, at most 200 characters.
    pub title: Option<String>,
    /// The text, at most 5,000 characters.
    pub body: Option<String>,
    /// The name that all the customer's reviews are seen under, 1 to 50 characters; has to be there for the first one.
    pub display_name: Option<String>,
}

impl Words {
    /// Looks at everything that is there; what is fine is tidied.
    fn check(mut self) -> Result<Self> {
        let mut problems = Problems::default();
        if self.rating.is_some_and(|rating| !(1..=5).contains(&rating)) {
            problems.add(Reason::Invalid, &[&"rating"], "a rating goes from 1 to 5");
        }
        if let Some(title) = self.title {
            self.title = text::line(&mut problems, &[&"title"], &title, 0..=LONGEST_TITLE);
        }
        if let Some(body) = self.body {
            self.body = text::lines(&mut problems, &[&"body"], &body, LONGEST_BODY);
        }
        if let Some(name) = self.display_name {
            self.display_name = text::line(&mut problems, &[&"displayName"], &name, 1..=LONGEST_NAME);
        }
        problems.none()?;
        Ok(self)
    }
}

/// Adds what a customer says of a product that is on offer in a locale. It waits to be read by the staff.
///
/// # Errors
/// What is wrong with it, each at its field; `NotFound` where there is no such product there, `Taken` where the customer
/// has reviewed it before.
pub async fn create(
    app: &AppContext,
    viewer: &Viewer,
    locale: &Locale,
    product: ProductId,
    words: Words,
) -> Result<ReviewId> {
    static INSERT: Sql = Sql::new(
        "INSERT INTO review (id, product_id, reviewer_id, rating, title, body, status, note, sealed, version, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, '', '', 0, '', $5, 1, $6, $6) ON CONFLICT DO NOTHING",
    );
    let words = words.check()?;
    let needed = || Problems::one(Reason::Invalid, &[&"rating"], "a review has a rating");
    let rating = words.rating.ok_or_else(needed)?;
    let change = app.begin().await?;
    let account = held_customer(&change, viewer).await?;
    let vault = vault(app, &change.tx, account).await?;
    let reviewer = face(&change, (account, &vault), words.display_name, product).await?;
    if listings::by_ids(&change.tx, locale, change.now, [product]).await?.is_empty() {
        return Err(Problems::one(Reason::NotFound, &[&"productId"], "there is no such product"));
    }
    let id = ReviewId::generate();
    let (title, body) = (words.title.unwrap_or_default(), words.body.unwrap_or_default());
    let sealed = Content { title, body, note: String::new() }.seal(&vault, id)?;
    let values = [id.0.into(), product.0.into(), reviewer.0.into(), rating.into(), sealed.into()];
    if INSERT.run(&change.tx, values.into_iter().chain([change.now.0.into()])).await? == 0 {
        let message = "you have reviewed this product: change that review";
        return Err(Problems::one(Reason::Taken, &[&"productId"], message));
    }
    events::publish(&change, Event::ReviewChanged, [id.0]).await?;
    change.commit().await?;
    Ok(id)
}

/// Changes a review of one's own. It waits to be read again, and does not count until then.
///
/// # Errors
/// What is wrong with it, each at its field; `NotFound` where one has written no such review.
pub async fn update(app: &AppContext, viewer: &Viewer, id: ReviewId, words: Words) -> Result<()> {
    static UPDATE: Sql = Sql::new(
        "UPDATE review SET rating = $2, title = '', body = '', status = 0, note = '', sealed = $3, \
         version = version + 1, updated_at = $4 WHERE id = $1",
    );
    let words = words.check()?;
    let change = app.begin().await?;
    let account = held_customer(&change, viewer).await?;
    let vault = vault(app, &change.tx, account).await?;
    let own = own(&change, account, id).await?;
    let product: ProductId = own.try_get_by_index(0)?;
    let stars = i32::from(own.try_get_by_index::<i16>(1)?);
    let said = Content { note: String::new(), ..Content::read(&own, 2, id, Some(&vault))? };
    face(&change, (account, &vault), words.display_name, product).await?;
    let rating = words.rating.unwrap_or(stars);
    let (title, body) = (words.title.unwrap_or(said.title.clone()), words.body.unwrap_or(said.body.clone()));
    let says = Content { title, body, note: String::new() };
    if (rating, &says) != (stars, &said) {
        let sealed = says.seal(&vault, id)?;
        let values = [id.0.into(), rating.into(), sealed.into(), change.now.0.into()];
        UPDATE.run(&change.tx, values).await?;
        write::rate(&change, &HashSet::from([product])).await?;
        events::publish(&change, Event::ReviewChanged, [id.0]).await?;
    }
    change.commit().await
}

/// Takes a review of one's own back for good.
///
/// # Errors
/// `NotFound` where one has written no such review.
pub async fn delete(app: &AppContext, viewer: &Viewer, id: ReviewId) -> Result<()> {
    static DELETE: Sql = Sql::new("DELETE FROM review WHERE id = $1");
    let change = app.begin().await?;
    let account = held_customer(&change, viewer).await?;
    let product: ProductId = own(&change, account, id).await?.try_get_by_index(0)?;
    change.hold(&BTreeSet::from([product])).await?;
    DELETE.run(&change.tx, [id.0.into()]).await?;
    write::rate(&change, &HashSet::from([product])).await?;
    events::publish(&change, Event::ReviewChanged, [id.0]).await?;
    change.commit().await
}

/// A review of somebody's own: its product, its rating and what [`Content`] reads.
async fn own(change: &Change<'_>, account: AccountId, id: ReviewId) -> Result<QueryResult> {
    static OWN: Sql = Sql::new(
        "SELECT r.product_id, r.rating, r.title, r.body, r.note, r.sealed FROM review r \
         JOIN reviewer_account a ON a.reviewer_id = r.reviewer_id WHERE r.id = $1 AND a.account_id = $2",
    );
    let row = OWN.one(&change.tx, [id.0.into(), account.0.into()]).await?;
    row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such review"))
}

/// The public face of an account, made where there is none, with the name that was told. Holds the products whose reviews
/// are changed: the one that is meant, and those reviewed under a name that is no longer the same.
async fn face(
    change: &Change<'_>,
    (account, vault): (AccountId, &Vault),
    name: Option<String>,
    product: ProductId,
) -> Result<ReviewerId> {
    static KNOWN: Sql = Sql::new(
        "SELECT w.id, w.display_name FROM reviewer_account a JOIN reviewer w ON w.id = a.reviewer_id \
         WHERE a.account_id = $1",
    );
    let known = KNOWN.one(&change.tx, [account.0.into()]).await?;
    let held = BTreeSet::from([product]);
    match (known, name) {
        (Some(row), Some(name)) if row.try_get_by_index::<String>(1)? != name => {
            let id = row.try_get_by_index(0)?;
            rename(change, (id, vault), name, held).await?;
            Ok(id)
        }
        (Some(row), _) => {
            change.hold(&held).await?;
            Ok(row.try_get_by_index(0)?)
        }
        (None, Some(name)) => {
            change.hold(&held).await?;
            first(change, account, name).await
        }
        (None, None) => {
            let message = "tell the name that your reviews are to be seen under";
            Err(Problems::one(Reason::Invalid, &[&"displayName"], message))
        }
    }
}

async fn first(change: &Change<'_>, account: AccountId, name: String) -> Result<ReviewerId> {
    static REVIEWER: Sql =
        Sql::new("INSERT INTO reviewer (id, display_name, created_at) VALUES ($1, $2, $3)");
    static LINK: Sql = Sql::new("INSERT INTO reviewer_account (account_id, reviewer_id) VALUES ($1, $2)");
    let id = ReviewerId::generate();
    REVIEWER.run(&change.tx, [id.0.into(), name.into(), change.now.0.into()]).await?;
    LINK.run(&change.tx, [account.0.into(), id.0.into()]).await?;
    Ok(id)
}

/// Nobody of the staff has seen the new name yet: so what was published under the old one waits, too, and is sealed again;
/// and what somebody reads just now under the old one has another version.
async fn rename(
    change: &Change<'_>,
    (reviewer, vault): (ReviewerId, &Vault),
    name: String,
    mut held: BTreeSet<ProductId>,
) -> Result<()> {
    static WRITTEN: Sql = Sql::new("SELECT product_id FROM review WHERE reviewer_id = $1");
    static RENAME: Sql = Sql::new("UPDATE reviewer SET display_name = $2 WHERE id = $1");
    static UNREAD: Sql =
        Sql::new("UPDATE review SET version = version + 1 WHERE reviewer_id = $1 AND status <> 1");
    static WAIT: Sql = Sql::new(
        "UPDATE review SET status = 0, version = version + 1, updated_at = $2 \
         WHERE reviewer_id = $1 AND status = 1 RETURNING product_id, id, title, body, note, sealed",
    );
    for row in WRITTEN.all(&change.tx, [reviewer.0.into()]).await? {
        held.insert(row.try_get_by_index(0)?);
    }
    if held.len() > AT_ONCE {
        let message = format!("the name of more than {AT_ONCE} reviews cannot be changed");
        return Err(Problems::one(Reason::Invalid, &[&"displayName"], message));
    }
    change.hold(&held).await?;
    RENAME.run(&change.tx, [reviewer.0.into(), name.into()]).await?;
    UNREAD.run(&change.tx, [reviewer.0.into()]).await?;
    let rows = WAIT.all(&change.tx, [reviewer.0.into(), change.now.0.into()]).await?;
    let (mut products, mut reviews) = (HashSet::<ProductId>::new(), HashMap::<ReviewId, Content>::new());
    for row in &rows {
        let id = row.try_get_by_index(1)?;
        products.insert(row.try_get_by_index(0)?);
        reviews.insert(id, Content::read(row, 2, id, None)?);
    }
    if !reviews.is_empty() {
        seal_all(change, vault, &reviews).await?;
        write::rate(change, &products).await?;
    }
    events::publish(change, Event::ReviewChanged, reviews.keys().map(|id| id.0)).await
}
