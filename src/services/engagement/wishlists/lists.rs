//! Making, naming, deleting and forgetting wishlists.

use entity::id::{AccountId, WishlistId};
use entity::time::Timestamp;

use super::{MOST_LISTS, PREFIX, Which, hash, hold_open, names};
use crate::infrastructure::secrets;
use crate::services::identity::{held_customer, vault};
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, text};

const LONGEST_NAME: usize = 100;

/// Lists that are forgotten in one go.
const AT_ONCE: i64 = 1_000;

/// Makes a list of the customer who asks; the first one is the one that is meant where none is named.
///
/// # Errors
/// At `name` where it cannot be one; `Invalid` where the customer has as many lists as there can be.
pub async fn create(app: &AppContext, viewer: &Viewer, name: &str) -> Result<WishlistId> {
    let name = checked(name)?;
    let change = app.begin().await?;
    let account = held_customer(&change, viewer).await?;
    let id = WishlistId::generate();
    let name = names::seal(&vault(app, &change.tx, account).await?, id, &name)?;
    insert(&change, account, id, &name).await?;
    change.commit().await?;
    Ok(id)
}

/// Gives a list of one's own another name.
///
/// # Errors
/// At `name` where it cannot be one; `NotFound` where one has no such list.
pub async fn rename(app: &AppContext, viewer: &Viewer, id: WishlistId, name: &str) -> Result<()> {
    static RENAME: Sql = Sql::new("UPDATE wishlist SET name = $2, updated_at = $3 WHERE id = $1");
    let name = checked(name)?;
    let change = app.begin().await?;
    let account = held_customer(&change, viewer).await?;
    let id = hold_open(&change, viewer, &Which::Named(id)).await?;
    let name = names::seal(&vault(app, &change.tx, account).await?, id, &name)?;
    RENAME.run(&change.tx, [id.0.into(), name.into(), change.now.0.into()]).await?;
    change.commit().await
}

/// Deletes a list with all that is on it. Of a customer's others the oldest is then the one that is meant where none is
/// named, if it was that one.
///
/// # Errors
/// `NotFound` where there is no such list for the one who asks.
pub async fn delete(app: &AppContext, viewer: &Viewer, which: &Which) -> Result<WishlistId> {
    static DELETE: Sql = Sql::new("DELETE FROM wishlist WHERE id = $1");
    static NEXT: Sql = Sql::new(
        "UPDATE wishlist SET is_default = true WHERE id = (SELECT w.id FROM wishlist w WHERE w.account_id = $1 \
         ORDER BY w.created_at, w.id LIMIT 1) \
         AND NOT EXISTS (SELECT 1 FROM wishlist d WHERE d.account_id = $1 AND d.is_default)",
    );
    let change = app.begin().await?;
    let id = hold_open(&change, viewer, which).await?;
    DELETE.run(&change.tx, [id.0.into()]).await?;
    if let Some(account) = viewer.account().filter(|_| !matches!(which, Which::OfToken(_))) {
        NEXT.run(&change.tx, [account.0.into()]).await?;
    }
    change.commit().await?;
    Ok(id)
}

/// Forgets visitors' lists that nobody has changed since a moment, at most a thousand, and tells how many there were.
pub async fn forget(change: &Change<'_>, before: Timestamp) -> Result<u64> {
    static FORGET: Sql = Sql::new(
        "DELETE FROM wishlist WHERE id IN (SELECT id FROM wishlist WHERE account_id IS NULL AND updated_at < $1 \
         ORDER BY updated_at LIMIT $2)",
    );
    Ok(FORGET.run(&change.tx, [before.0.into(), AT_ONCE.into()]).await?)
}

fn checked(name: &str) -> Result<String> {
    let mut problems = Problems::default();
    let name = text::line(&mut problems, &[&"name"], name, 1..=LONGEST_NAME);
    problems.none()?;
    Ok(name.unwrap_or_default())
}

/// A list of a customer whose account the change holds, with its name as it is kept.
pub(super) async fn insert(
    change: &Change<'_>,
    account: AccountId,
    id: WishlistId,
    name: &str,
) -> Result<()> {
    static COUNT: Sql = Sql::new("SELECT count(*) FROM wishlist WHERE account_id = $1");
    static INSERT: Sql = Sql::new(
        "INSERT INTO wishlist (id, account_id, name, is_default, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $5)",
    );
    let row = COUNT.one(&change.tx, [account.0.into()]).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    if count >= MOST_LISTS {
        let message = format!("a customer has at most {MOST_LISTS} wishlists");
        return Err(Problems::one(Reason::Invalid, &[], message));
    }
    let values = [id.0.into(), account.0.into(), name.into(), (count == 0).into(), change.now.0.into()];
    INSERT.run(&change.tx, values).await?;
    Ok(())
}

/// A list of a visitor, and its token.
pub(super) async fn insert_for_visitor(change: &Change<'_>) -> Result<(WishlistId, String)> {
    static INSERT: Sql = Sql::new(
        "INSERT INTO wishlist (id, token_hash, name, is_default, created_at, updated_at) \
         VALUES ($1, $2, '', false, $3, $3)",
    );
    let (id, token) = (WishlistId::generate(), format!("{PREFIX}{}", secrets::random_token()?));
    INSERT.run(&change.tx, [id.0.into(), hash(&token).into(), change.now.0.into()]).await?;
    Ok((id, token))
}
