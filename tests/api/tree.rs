//! Whatever is added and moved, the closure is the tree.

use std::collections::{BTreeSet, HashMap};

use entity::catalog::{category, category_closure};
use entity::id::CategoryId;
use sea_orm::EntityTrait;
use vitrine::services::Code;
use vitrine::services::catalog::categories::{NewCategory, add, move_branch};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: random_moves_keep_the_closure_equal_to_the_tree;
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// The way up from a category, itself first.
fn way(parents: &HashMap<CategoryId, Option<CategoryId>>, id: CategoryId) -> Vec<CategoryId> {
    std::iter::successors(Some(id), |id| parents[id]).collect()
}

async fn check(shop: &TestShop, parents: &HashMap<CategoryId, Option<CategoryId>>) {
    let mut expected = BTreeSet::new();
    for id in parents.keys() {
        expected.extend(way(parents, *id).into_iter().zip(0..).map(|(above, depth)| (*id, above, depth)));
    }
    let db = shop.app.db.writer();
    let rows = category_closure::Entity::find().all(db).await.unwrap();
    let found: BTreeSet<_> = rows.iter().map(|row| (row.descendant_id, row.ancestor_id, row.depth)).collect();
    assert_eq!(found, expected);
    for row in category::Entity::find().all(db).await.unwrap() {
        assert_eq!(row.parent_id, parents[&row.id]);
    }
}

async fn random_moves_keep_the_closure_equal_to_the_tree(shop: TestShop) {
    let mut numbers = Numbers(20_261_122);
    let mut parents: HashMap<CategoryId, Option<CategoryId>> = HashMap::new();
    let mut ids = Vec::new();
    let (mut moved, mut refused) = (0, 0);
    for step in 0..120 {
        let change = shop.app.begin().await.unwrap();
        let parent = (!ids.is_empty() && numbers.below(5) > 0).then(|| ids[numbers.below(ids.len().max(1))]);
        if ids.len() < 5 || numbers.below(3) == 0 {
            let new = NewCategory {
                parent,
                handle: format!("c{step}"),
                title: format!("C{step}"),
                ..NewCategory::default()
            };
            let id = add(&change, new).await.unwrap();
            parents.insert(id, parent);
            ids.push(id);
        } else {
            let id = ids[numbers.below(ids.len())];
            let closes_a_circle = parent.is_some_and(|parent| way(&parents, parent).contains(&id));
            let outcome = move_branch(&change, id, parent).await;
            if closes_a_circle {
                assert_eq!(outcome.unwrap_err().code(), Code::BadRequest);
                refused += 1;
            } else {
                outcome.unwrap();
                parents.insert(id, parent);
                moved += 1;
            }
        }
        change.commit().await.unwrap();
        if step % 10 == 9 {
            check(&shop, &parents).await;
        }
    }
    assert!(moved > 20 && refused > 5, "{moved} moves, {refused} circles");
}
