//! The products of a collection, in the order that staff give them.

use std::collections::{BTreeSet, HashMap};

use entity::catalog::collection_product;
use entity::id::{CollectionId, Id as _, ProductId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{MEMBERS, write};
use crate::services::bulk::key;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check};

/// The room between two neighbours, so that one can be put between them without moving the others.
const GAP: i32 = 1000;

/// What is to happen to a collection's products.
#[derive(Clone, Debug)]
pub enum Edit {
    /// These join it, in this order: at a place from 0, or at the end.
    Add(Vec<ProductId>, Option<u32>),
    /// These leave it.
    Remove(Vec<ProductId>),
    /// Each of these goes to a place from 0, one after the other.
    Move(Vec<(ProductId, u32)>),
}

/// Changes which products a collection has, or their order.
///
/// # Errors
/// Everything that is wrong with the input, at once; a conflict where the version is another one by now.
pub async fn edit(
    app: &AppContext,
    _viewer: &Viewer,
    id: CollectionId,
    version: Option<i32>,
    edit: Edit,
) -> Result<()> {
    let change = app.begin().await?;
    edit_in(&change, id, version, edit).await?;
    change.commit().await
}

/// The same as part of a change.
pub async fn edit_in(change: &Change<'_>, id: CollectionId, version: Option<i32>, edit: Edit) -> Result<()> {
    static GROWN: Sql =
        Sql::new("UPDATE collection SET version = version + 1, updated_at = $2 WHERE id = $1");
    check_list(&edit)?;
    write::find(change, id, version).await?;
    let mut list = List::load(change, id).await?;
    match edit {
        Edit::Add(products, place) => {
            held(change, &products).await?;
            list.add(&products, place);
        }
        Edit::Remove(products) => list.remove(&products),
        Edit::Move(moves) => list.shift(&moves)?,
    }
    if list.save(change, id).await? {
        GROWN.run(&change.tx, [id.0.into(), change.now.0.into()]).await?;
        events::publish(change, Event::CollectionChanged, [id.0]).await?;
    }
    Ok(())
}

fn check_list(edit: &Edit) -> Result<()> {
    let mut problems = Problems::default();
    match edit {
        Edit::Add(products, _) | Edit::Remove(products) => {
            check::some(&mut problems, &[&"productIds"], products, check::ROWS);
        }
        Edit::Move(moves) => check::some(&mut problems, &[&"moves"], moves, check::ROWS),
    }
    problems.none()
}

/// Holds products until the change ends, so that none is deleted meanwhile.
async fn held(change: &Change<'_>, products: &[ProductId]) -> Result<()> {
    static HELD: Sql = Sql::new(
        "SELECT p.id FROM product p WHERE p.id IN (SELECT id FROM {uuids $1} k) \
         ORDER BY p.id {lateral}FOR KEY SHARE{window}{end}",
    );
    let ids = uuids(change.engine(), products.iter().map(|id| id.0));
    let rows = HELD.all(&change.tx, [ids]).await?;
    let there = rows.iter().map(|row| row.try_get_by_index(0));
    let there: BTreeSet<ProductId> = there.collect::<std::result::Result<_, sea_orm::DbErr>>()?;
    let mut problems = Problems::default();
    for (index, product) in products.iter().enumerate() {
        if !there.contains(product) {
            problems.add(Reason::NotFound, &[&"productIds", &index], "there is no such product");
        }
    }
    problems.none()
}

/// The members with their numbers, as they were and as they are to be.
struct List {
    before: HashMap<ProductId, i32>,
    order: Vec<(ProductId, i32)>,
}

impl List {
    async fn load(change: &Change<'_>, id: CollectionId) -> Result<Self> {
        let rows = collection_product::Entity::find()
            .filter(collection_product::Column::CollectionId.eq(id))
            .order_by_asc(collection_product::Column::Position)
            .order_by_asc(collection_product::Column::ProductId)
            .all(&change.tx)
            .await?;
        let order: Vec<_> = rows.iter().map(|row| (row.product_id, row.position)).collect();
        Ok(Self { before: order.iter().copied().collect(), order })
    }

    fn add(&mut self, products: &[ProductId], place: Option<u32>) {
        let mut place = place.map_or(self.order.len(), |place| usize::try_from(place).unwrap_or(usize::MAX));
        for product in products {
            if self.order.iter().all(|(member, _)| member != product) {
                self.insert(*product, place);
                place = place.saturating_add(1);
            }
        }
    }

    fn remove(&mut self, products: &[ProductId]) {
        let gone: BTreeSet<_> = products.iter().collect();
        self.order.retain(|(member, _)| !gone.contains(member));
    }

    fn shift(&mut self, moves: &[(ProductId, u32)]) -> Result<()> {
        let mut problems = Problems::default();
        for (index, (product, place)) in moves.iter().enumerate() {
            let Some(from) = self.order.iter().position(|(member, _)| member == product) else {
                let message = "the product is not in the collection";
                problems.add(Reason::NotFound, &[&"moves", &index, &"productId"], message);
                continue;
            };
            let to = usize::try_from(*place).unwrap_or(usize::MAX);
            if from != to {
                self.order.remove(from);
                self.insert(*product, to);
            }
        }
        problems.none()
    }

    /// Puts one at a place with a number between its neighbours'; where there is no room, all are numbered anew.
    fn insert(&mut self, product: ProductId, place: usize) {
        let place = place.min(self.order.len());
        let before = place.checked_sub(1).map_or(0, |place| self.order[place].1);
        let after = self.order.get(place).map_or(before.saturating_add(2 * GAP), |(_, number)| *number);
        let between = i32::midpoint(before, after);
        self.order.insert(place, (product, between));
        if between <= before || between >= after {
            for (member, number) in self.order.iter_mut().zip(1..) {
                member.1 = GAP.saturating_mul(number);
            }
        }
    }

    /// Writes what is different, and answers whether anything is.
    async fn save(self, change: &Change<'_>, id: CollectionId) -> Result<bool> {
        let mut gone = self.before.clone();
        let mut rows = Vec::new();
        let mut touched = BTreeSet::new();
        for (product, number) in self.order {
            let before = gone.remove(&product);
            if before.is_none() {
                touched.insert(product);
            }
            if before != Some(number) {
                rows.push(json!([key(id.0), key(product.0), number]));
            }
        }
        touched.extend(gone.keys());
        let changed = !rows.is_empty() || !gone.is_empty();
        let joined = touched.iter().filter(|product| !gone.contains_key(*product)).count();
        let moved = rows.len() - joined;
        let told = Fields::default().with("joined", joined).with("left", gone.len()).with("moved", moved);
        change.told("collection_products", &id.0.to_string(), None, Some(&told));
        change.note(ProductId::PREFIX, touched.iter().map(|product| product.0));
        MEMBERS.upsert(&change.tx, rows).await?;
        let gone = gone.into_keys().map(|product| json!([key(id.0), key(product.0)]));
        MEMBERS.delete(&change.tx, gone.collect()).await?;
        change.touch_many(touched).await?;
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_move_writes_one_number_until_there_is_no_room() {
        let ids: Vec<ProductId> = (0..4).map(|_| ProductId::generate()).collect();
        let mut list = List { before: HashMap::new(), order: Vec::new() };
        list.add(&ids, None);
        let before = list.order.clone();

        list.shift(&[(ids[3], 1)]).unwrap();

        assert_eq!(
            list.order.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            [ids[0], ids[3], ids[1], ids[2]]
        );
        assert_eq!(list.order.iter().filter(|member| !before.contains(member)).count(), 1);
        for turn in 0..100 {
            list.shift(&[(ids[turn % 4], 1)]).unwrap();
            assert!(list.order.windows(2).all(|pair| pair[0].1 < pair[1].1), "{:?}", list.order);
        }
    }
}
