//! Putting things on wishlists and taking them off.

use std::collections::{HashMap, HashSet};

use entity::id::{AccountId, ProductId, VariantId, WishlistId, WishlistItemId};
use entity::time::Timestamp;
use serde_json::{Value as Json, json};

use super::read::{Item, item};
use super::{MOST_ITEMS, Which, hold, hold_open, lists, missing, touch};
use crate::services::bulk::{Kind, Rows, key, maybe_key};
use crate::services::check::ROWS;
use crate::services::identity::held_customer;
use crate::services::markets::Locale;
use crate::services::search::listings;
use crate::services::sql::{self, Sql, uuids};
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer};

/// What is to be put on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ItemInput {
    /// The product.
    pub product: ProductId,
    /// One of its variants, where one was chosen.
    pub variant: Option<VariantId>,
}

/// What came of putting things on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The list.
    pub list: WishlistId,
    /// Its token, where it was made for a visitor just now.
    pub token: Option<String>,
    /// How much was put there.
    pub added: usize,
    /// How much was there already.
    pub known: usize,
}

const ITEM: Rows = Rows {
    table: "wishlist_item",
    columns: &[
        ("id", Kind::Uuid),
        ("wishlist_id", Kind::Uuid),
        ("position", Kind::Int),
        ("product_id", Kind::Uuid),
        ("variant_id", Kind::Uuid),
        ("title", Kind::Text),
        ("added_at", Kind::Int),
    ],
    key: 1,
    keep: &[],
};

/// Puts things on a list, behind what is there; what is there already stays where it is. A customer's default list is made
/// where there is none, and a visitor who shows no token gets a new list with one.
///
/// # Errors
/// Each at its place: what is not on offer in the locale; `NotFound` where there is no such list; `Invalid` at `items`
/// where there would be more than [`MOST_ITEMS`].
pub async fn add(
    app: &AppContext,
    viewer: &Viewer,
    locale: &Locale,
    which: &Which,
    wanted: &[ItemInput],
) -> Result<Added> {
    bounded("items", wanted.len())?;
    let change = app.begin().await?;
    let (list, token) = open(&change, viewer, which).await?;
    let titles = titles(&change, locale, wanted).await?;
    let there = all(&change, list).await?;
    let known: HashSet<ItemInput> = there.iter().map(input).collect();
    let mut seen = HashSet::new();
    let new: Vec<&ItemInput> =
        wanted.iter().filter(|item| !known.contains(*item) && seen.insert(**item)).collect();
    if there.len() + new.len() > MOST_ITEMS {
        let message =
            format!("a wishlist holds at most {MOST_ITEMS} items, and this one has {}", there.len());
        return Err(Problems::one(Reason::Invalid, &[&"items"], message));
    }
    let put =
        new.iter().map(|item| (**item, titles.get(&item.product).cloned().unwrap_or_default(), change.now));
    put_behind(&change, list, &there, put).await?;
    let added = new.len();
    change.commit().await?;
    Ok(Added { list, token, added, known: wanted.len() - added })
}

/// Takes things off a list; what is not there any more is no error.
///
/// # Errors
/// `NotFound` where there is no such list.
pub async fn remove(
    app: &AppContext,
    viewer: &Viewer,
    which: &Which,
    items: &[WishlistItemId],
) -> Result<WishlistId> {
    static REMOVE: Sql =
        Sql::new("DELETE FROM wishlist_item WHERE wishlist_id = $2 AND id IN (SELECT id FROM {uuids $1} k)");
    bounded("itemIds", items.len())?;
    let change = app.begin().await?;
    let list = hold_open(&change, viewer, which).await?;
    let ids = uuids(change.engine(), items.iter().map(|id| id.0));
    if REMOVE.run(&change.tx, [ids, list.0.into()]).await? > 0 {
        touch(&change, list).await?;
    }
    change.commit().await?;
    Ok(list)
}

fn bounded(field: &str, count: usize) -> Result<()> {
    if (1..=ROWS).contains(&count) {
        return Ok(());
    }
    Err(Problems::one(Reason::Invalid, &[&field], format!("it lists 1 to {ROWS}")))
}

/// The list that things are put on, made where it may be.
async fn open(change: &Change<'_>, viewer: &Viewer, which: &Which) -> Result<(WishlistId, Option<String>)> {
    if *which == Which::Own && viewer.account().is_none() {
        let (list, token) = lists::insert_for_visitor(change).await?;
        return Ok((list, Some(token)));
    }
    match hold(change, viewer, which).await? {
        Some(held) if held.merged_by.is_none() => Ok((held.id, None)),
        None if *which == Which::Own => {
            let account = held_customer(change, viewer).await?;
            Ok((unnamed(change, account).await?, None))
        }
        _ => Err(missing(which)),
    }
}

/// The default list of a customer whose account the change holds, made where there is none.
pub(super) async fn own(change: &Change<'_>, viewer: &Viewer, account: AccountId) -> Result<WishlistId> {
    match hold(change, viewer, &Which::Own).await? {
        Some(held) => Ok(held.id),
        None => unnamed(change, account).await,
    }
}

async fn unnamed(change: &Change<'_>, account: AccountId) -> Result<WishlistId> {
    let id = WishlistId::generate();
    lists::insert(change, account, id, "").await?;
    Ok(id)
}

/// What is on a list that the change holds, in its order: never more than a list holds.
pub(super) async fn all(change: &Change<'_>, list: WishlistId) -> Result<Vec<Item>> {
    static ALL: Sql = Sql::new(
        "SELECT i.id, i.position, i.product_id, i.variant_id, i.title, i.added_at FROM wishlist_item i \
         WHERE i.wishlist_id = $1 ORDER BY i.position",
    );
    Ok(sql::each(&ALL.fetch(&change.tx, [list.0.into()]).await?, item)?)
}

pub(super) fn input(item: &Item) -> ItemInput {
    ItemInput { product: item.product_id, variant: item.variant_id }
}

/// Puts things behind what is on a list that the change holds.
pub(super) async fn put_behind(
    change: &Change<'_>,
    list: WishlistId,
    there: &[Item],
    put: impl Iterator<Item = (ItemInput, String, Timestamp)>,
) -> Result<()> {
    let first = there.last().map_or(0, |last| last.position.saturating_add(1));
    let row = |((item, title, added_at), position): ((ItemInput, String, Timestamp), i32)| -> Json {
        json!([
            key(WishlistItemId::generate().0),
            key(list.0),
            position,
            key(item.product.0),
            maybe_key(item.variant.map(|id| id.0)),
            title,
            added_at.0,
        ])
    };
    let rows: Vec<Json> = put.zip(first..).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    ITEM.upsert(&change.tx, rows).await?;
    touch(change, list).await
}

/// The titles of what is wanted; everything that is not on offer is told at once.
async fn titles(
    change: &Change<'_>,
    locale: &Locale,
    wanted: &[ItemInput],
) -> Result<HashMap<ProductId, String>> {
    static OWNERS: Sql =
        Sql::new("SELECT v.id, v.product_id FROM {uuids $1} k JOIN variant v ON v.id = k.id");
    let products: HashSet<ProductId> = wanted.iter().map(|item| item.product).collect();
    let offered = listings::by_ids(&change.tx, locale, change.now, products).await?;
    let ids = uuids(change.engine(), wanted.iter().filter_map(|item| item.variant.map(|id| id.0)));
    let mut owners: HashMap<VariantId, ProductId> = HashMap::new();
    for row in OWNERS.all(&change.tx, [ids]).await? {
        owners.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    let mut problems = Problems::default();
    for (index, item) in wanted.iter().enumerate() {
        if !offered.contains_key(&item.product) {
            problems.add(Reason::NotFound, &[&"items", &index, &"productId"], "there is no such product");
        } else if item.variant.is_some_and(|variant| owners.get(&variant) != Some(&item.product)) {
            let message = "the product has no such variant";
            problems.add(Reason::NotFound, &[&"items", &index, &"variantId"], message);
        }
    }
    problems.none()?;
    Ok(offered.into_iter().map(|(id, listing)| (id, listing.title)).collect())
}
