//! Wishlists: of customers, who have several, and of visitors, who have one by a token that nobody can guess.
//!
//! A visitor's list is found by the SHA-256 of its token, which only the visitor has. It belongs to nobody and is
//! forgotten some time after its last change. It has no name; the names of customers' lists are sealed under their keys.

mod items;
mod lists;
mod merge;
mod names;
mod read;

pub use items::{Added, ItemInput, add, remove};
pub use lists::{create, delete, forget, rename};
pub use merge::{Merged, merge};
pub use names::open_name;
pub use read::{Item, Wishlist, by_ids, count_items, items, of_account};

use entity::id::{AccountId, WishlistId};
use sea_orm::QueryResult;

use crate::infrastructure::digest;
use crate::services::identity::held_customer;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer};

/// Items on a list.
pub const MOST_ITEMS: usize = 500;

/// Lists of a customer.
pub const MOST_LISTS: i64 = 20;

/// What tokens of visitors' lists begin with, so that people and scanners know one when they see it.
const PREFIX: &str = "vwl_";

/// Longer tokens are none.
const LONGEST_TOKEN: usize = 100;

/// Which list is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The customer's own that is meant where none is named; it is made when something is put there.
    Own,
    /// One of the customer's own.
    Named(WishlistId),
    /// A visitor's, by its token.
    OfToken(String),
}

/// A list that a change holds: who else changes it waits.
struct Held {
    id: WishlistId,
    merged_by: Option<AccountId>,
}

fn hash(token: &str) -> String {
    digest::sha256(token.as_bytes())
}

fn missing(which: &Which) -> crate::services::Error {
    match which {
        Which::OfToken(_) => Problems::one(Reason::NotFound, &[&"token"], "there is no such wishlist"),
        Which::Own | Which::Named(_) => {
            Problems::one(Reason::NotFound, &[&"id"], "there is no such wishlist")
        }
    }
}

/// The list that is meant, for who asks: looked up without a change.
pub async fn find(app: &AppContext, viewer: &Viewer, which: &Which) -> Result<Option<Wishlist>> {
    static BY_TOKEN: Sql = Sql::new(
        "SELECT id, name, is_default, created_at, updated_at, account_id FROM wishlist \
         WHERE token_hash = $1 AND merged_by IS NULL",
    );
    static OWN: Sql = Sql::new(
        "SELECT id, name, is_default, created_at, updated_at, account_id FROM wishlist \
         WHERE account_id = $1 AND is_default",
    );
    static NAMED: Sql = Sql::new(
        "SELECT id, name, is_default, created_at, updated_at, account_id FROM wishlist \
         WHERE account_id = $1 AND id = $2",
    );
    let db = app.db.read()?;
    let row = match (which, viewer) {
        (Which::OfToken(token), _) if token.len() > LONGEST_TOKEN => None,
        (Which::OfToken(token), _) => BY_TOKEN.one(db, [hash(token).into()]).await?,
        (Which::Own, Viewer::Customer { account, .. }) => OWN.one(db, [account.0.into()]).await?,
        (Which::Named(id), Viewer::Customer { account, .. }) => {
            NAMED.one(db, [account.0.into(), id.0.into()]).await?
        }
        _ => None,
    };
    Ok(read::opened(app, row.as_slice()).await?.pop())
}

/// The list that is meant, held for a change.
async fn hold(change: &Change<'_>, viewer: &Viewer, which: &Which) -> Result<Option<Held>> {
    static BY_TOKEN: Sql =
        Sql::new("SELECT id, merged_by FROM wishlist WHERE token_hash = $1{lateral} FOR UPDATE{window}{end}");
    static OWN: Sql = Sql::new(
        "SELECT id, merged_by FROM wishlist WHERE account_id = $1 AND is_default{lateral} FOR UPDATE{window}{end}",
    );
    static NAMED: Sql = Sql::new(
        "SELECT id, merged_by FROM wishlist WHERE account_id = $1 AND id = $2{lateral} FOR UPDATE{window}{end}",
    );
    let row = match which {
        Which::OfToken(token) if token.len() > LONGEST_TOKEN => None,
        Which::OfToken(token) => BY_TOKEN.one(&change.tx, [hash(token).into()]).await?,
        Which::Own => {
            let account = held_customer(change, viewer).await?;
            OWN.one(&change.tx, [account.0.into()]).await?
        }
        Which::Named(id) => {
            let account = held_customer(change, viewer).await?;
            NAMED.one(&change.tx, [account.0.into(), id.0.into()]).await?
        }
    };
    let held = |row: QueryResult| -> Result<Held> {
        Ok(Held { id: row.try_get_by_index(0)?, merged_by: row.try_get_by_index(1)? })
    };
    row.map(held).transpose()
}

/// The same for somebody who wants to change what is on it: a visitor's list that a customer took over is gone.
async fn hold_open(change: &Change<'_>, viewer: &Viewer, which: &Which) -> Result<WishlistId> {
    let held = hold(change, viewer, which).await?;
    held.filter(|held| held.merged_by.is_none()).map(|held| held.id).ok_or_else(|| missing(which))
}

/// Notes that a list was changed.
async fn touch(change: &Change<'_>, id: WishlistId) -> Result<()> {
    static TOUCH: Sql = Sql::new("UPDATE wishlist SET updated_at = $2 WHERE id = $1");
    TOUCH.run(&change.tx, [id.0.into(), change.now.0.into()]).await?;
    Ok(())
}
