//! Taking over what a visitor wished for, once the visitor has signed in.

use std::collections::HashSet;

use entity::id::{WishlistId, WishlistItemId};

use super::items::{all, input, own, put_behind};
use super::{MOST_ITEMS, Which, hold, hold_open, missing};
use crate::services::identity::held_customer;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Result, Viewer};

/// What came of taking over a visitor's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The customer's list.
    pub list: WishlistId,
    /// How much was put there now.
    pub added: usize,
    /// How much was there already.
    pub known: usize,
    /// The titles of what did not fit: it stays where it was, and may be taken over later.
    pub left: Vec<String>,
}

/// Takes over what is on a visitor's list: behind what is on the customer's own, in its order, as far as it fits.
///
/// From then on the token is good for nothing but taking over the rest, and for this customer alone. The same again, also
/// at the same moment, does nothing more. Whoever takes lists over holds the account first, then the visitor's list.
///
/// # Errors
/// `NotFound` at `token` where there is no such list, or another customer has taken it over; at `id` where the customer has
/// no such list.
pub async fn merge(
    app: &AppContext,
    viewer: &Viewer,
    token: &str,
    into: Option<WishlistId>,
) -> Result<Merged> {
    static TAKEN: Sql =
        Sql::new("DELETE FROM wishlist_item WHERE wishlist_id = $2 AND id IN (SELECT id FROM {uuids $1} k)");
    static MARK: Sql = Sql::new("UPDATE wishlist SET merged_by = $2, updated_at = $3 WHERE id = $1");
    let change = app.begin().await?;
    let account = held_customer(&change, viewer).await?;
    let source = Which::OfToken(token.to_owned());
    let from = hold(&change, viewer, &source).await?;
    let from = from.filter(|held| held.merged_by.is_none_or(|by| by == account));
    let from = from.ok_or_else(|| missing(&source))?;
    let list = match into {
        Some(id) => hold_open(&change, viewer, &Which::Named(id)).await?,
        None => own(&change, viewer, account).await?,
    };
    let there = all(&change, list).await?;
    let known: HashSet<_> = there.iter().map(input).collect();
    let (twice, mut new): (Vec<_>, Vec<_>) =
        all(&change, from.id).await?.into_iter().partition(|item| known.contains(&input(item)));
    let left = new.split_off(MOST_ITEMS.saturating_sub(there.len()).min(new.len()));
    let put = new.iter().map(|item| (input(item), item.title.clone(), item.added_at));
    put_behind(&change, list, &there, put).await?;
    let gone: Vec<WishlistItemId> = new.iter().chain(&twice).map(|item| item.id).collect();
    let ids = uuids(change.engine(), gone.into_iter().map(|id| id.0));
    TAKEN.run(&change.tx, [ids, from.id.0.into()]).await?;
    MARK.run(&change.tx, [from.id.0.into(), account.0.into(), change.now.0.into()]).await?;
    change.commit().await?;
    let left = left.into_iter().map(|item| item.title).collect();
    Ok(Merged { list, added: new.len(), known: twice.len(), left })
}
