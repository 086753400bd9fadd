//! Reading wishlists and what is on them.

use std::collections::{HashMap, HashSet};

use entity::id::{AccountId, ProductId, VariantId, WishlistId, WishlistItemId};
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::{MOST_LISTS, open_name};
use crate::infrastructure::database::RowSource;
use crate::services::identity::vaults;
use crate::services::keyset::{Children, Key, Keyset, SortValue};
use crate::services::page::{Page, Window};
use crate::services::sql::{self, Columns, Sql, uuids};
use crate::services::{AppContext, Result, Viewer};

/// A wishlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishlist {
    /// Its id.
    pub id: WishlistId,
    /// Its name; empty where nobody named it.
    pub name: String,
    /// Whether it is the one that is meant where none is named.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Something on a wishlist, whatever became of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: WishlistItemId,
    /// Its place in the list.
    pub position: i32,
    /// The product.
    pub product_id: ProductId,
    /// The variant, where one was chosen.
    pub variant_id: Option<VariantId>,
    /// The product's title when it was added.
    pub title: String,
    /// When it was added.
    pub added_at: Timestamp,
}

impl Item {
    /// Its place among the items of its list.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.position.into())], id: self.id.0 }
    }
}

const OF_LIST: Children<'static> = Children {
    keys: "uuids",
    columns: "i.id AS item_id, i.position, i.product_id, i.variant_id, i.title, i.added_at",
    from: "wishlist_item i",
    with: "",
    id: Some("i.id"),
    parent: "i.wishlist_id",
    condition: "true",
    keyset: Keyset { columns: &["i.position", "i.id"], descending: false },
};

/// What is on lists, in the order in which it was added, as much of each as a window shows.
pub async fn items(
    db: &impl RowSource,
    lists: impl IntoIterator<Item = WishlistId>,
    window: &Window<Key>,
) -> Result<HashMap<WishlistId, Page<Item>>> {
    let rows = OF_LIST.load(db, lists.into_iter().map(|id| id.0), window, []).await?;
    let found = sql::of_owners(&rows, item)?;
    Ok(found.into_iter().map(|(list, rows)| (list, Page::of(rows, window))).collect())
}

/// How much is on lists.
pub async fn count_items(
    db: &impl RowSource,
    lists: impl IntoIterator<Item = WishlistId>,
) -> Result<HashMap<WishlistId, i64>> {
    static COUNT: Sql = Sql::new(
        "SELECT i.wishlist_id, count(*) FROM wishlist_item i JOIN {uuids $1} k ON k.id = i.wishlist_id \
         GROUP BY i.wishlist_id",
    );
    let ids = uuids(db.get_database_backend(), lists.into_iter().map(|id| id.0));
    let rows = COUNT.all(db, [ids]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}

/// The lists of the customer who asks: the default one first, then the oldest.
pub async fn of_account(app: &AppContext, viewer: &Viewer) -> Result<Vec<Wishlist>> {
    static LISTS: Sql = Sql::new(
        "SELECT id, name, is_default, created_at, updated_at, account_id FROM wishlist WHERE account_id = $1 \
         ORDER BY is_default DESC, created_at, id LIMIT $2",
    );
    let Viewer::Customer { account, .. } = viewer else { return Ok(Vec::new()) };
    let rows = LISTS.all(app.db.read()?, [account.0.into(), MOST_LISTS.into()]).await?;
    opened(app, &rows).await
}

/// Lists by their ids; whose they are has been looked at before.
pub async fn by_ids(
    app: &AppContext,
    ids: impl IntoIterator<Item = WishlistId>,
) -> Result<HashMap<WishlistId, Wishlist>> {
    static BY_ID: Sql = Sql::new(
        "SELECT w.id, w.name, w.is_default, w.created_at, w.updated_at, w.account_id FROM {uuids $1} k \
         JOIN wishlist w ON w.id = k.id",
    );
    let db = app.db.read()?;
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let lists = opened(app, &BY_ID.all(db, [ids]).await?).await?;
    Ok(lists.into_iter().map(|list| (list.id, list)).collect())
}

/// Reads lists and opens their names: all keys come in one statement, and in none where no list has a name. Lists of
/// customers who are erased meanwhile are left out, as they will be in the next read.
pub(super) async fn opened(app: &AppContext, rows: &[QueryResult]) -> Result<Vec<Wishlist>> {
    let mut lists = Vec::with_capacity(rows.len());
    for row in rows {
        lists.push((wishlist(row)?, row.try_get_by_index::<Option<AccountId>>(5)?));
    }
    let named = lists.iter().filter(|(list, _)| !list.name.is_empty());
    let owners: HashSet<AccountId> = named.filter_map(|(_, owner)| *owner).collect();
    let vaults = if owners.is_empty() { HashMap::new() } else { vaults(app, app.db.read()?, owners).await? };
    let mut opened = Vec::with_capacity(lists.len());
    for (list, owner) in lists {
        if list.name.is_empty() {
            opened.push(list);
        } else if let Some(vault) = owner.and_then(|owner| vaults.get(&owner)) {
            opened.push(Wishlist { name: open_name(vault, list.id, &list.name)?, ..list });
        }
    }
    Ok(opened)
}

fn wishlist(row: &QueryResult) -> Result<Wishlist> {
    Ok(Wishlist {
        id: row.try_get_by_index(0)?,
        name: row.try_get_by_index(1)?,
        is_default: row.try_get_by_index(2)?,
        created_at: row.try_get_by_index(3)?,
        updated_at: row.try_get_by_index(4)?,
    })
}

pub(super) fn item(row: &mut Columns<'_>) -> std::result::Result<Item, DbErr> {
    Ok(Item {
        id: row.id()?,
        position: row.get()?,
        product_id: row.id()?,
        variant_id: row.some_id()?,
        title: row.get()?,
        added_at: Timestamp(row.get()?),
    })
}
