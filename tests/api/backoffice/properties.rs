//! What holds after any sequence of changes.

use std::collections::{BTreeSet, HashMap};

use entity::catalog::{category, category_closure};
use entity::id::CategoryId;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sea_orm::EntityTrait;
use serde_json::json;
use vitrine::services::catalog::categories::{delete, place, write};
use vitrine::services::catalog::shelf::ShelfInput;
use vitrine::services::{Error, Viewer};

use super::{change, check_projections, location, shown, wrong};
use crate::harness::{TestShop, draft, on_each_engine};

on_each_engine! {
    empty: the_closure_is_the_tree, the_ledger_is_the_level;
    sample: lists_are_what_they_would_be_made_anew;
}

/// A few random values of a kind, the same in every run.
fn some<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// A step on the tree: what is done, to whom, and where.
fn steps() -> impl Strategy<Value = Vec<(u8, usize, usize, Option<u32>)>> {
    let step = (
        0_u8..10,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        proptest::option::of(0_u32..4),
    );
    let step = step.prop_map(|(kind, one, other, place)| (kind, one.index(1000), other.index(1000), place));
    prop::collection::vec(step, 25..40)
}

async fn check_tree(shop: &TestShop) {
    let db = shop.app.db.writer();
    let rows = category::Entity::find().all(db).await.unwrap();
    let parents: HashMap<CategoryId, Option<CategoryId>> =
        rows.iter().map(|row| (row.id, row.parent_id)).collect();
    let mut expected = BTreeSet::new();
    for id in parents.keys() {
        let way = std::iter::successors(Some(*id), |id| parents[id]).take(20);
        expected.extend(way.zip(0..).map(|(above, depth)| (*id, above, depth)));
    }
    let found = category_closure::Entity::find().all(db).await.unwrap();
    let found: BTreeSet<_> =
        found.iter().map(|row| (row.descendant_id, row.ancestor_id, row.depth)).collect();
    assert_eq!(found, expected);
    assert!(expected.iter().all(|(_, _, depth)| *depth < 10), "it has a bottom");
}

async fn the_closure_is_the_tree(shop: TestShop) {
    shop.save(&[]).await;
    for steps in some(&steps(), 4) {
        let (mut made, mut refused) = (0, 0);
        for (kind, one, other, position) in steps {
            let ids: Vec<CategoryId> = {
                let rows = category::Entity::find().all(shop.app.db.writer()).await.unwrap();
                rows.iter().map(|row| row.id).collect()
            };
            let pick = |number: usize| ids.get(number % ids.len().max(1)).copied();
            let (viewer, app) = (Viewer::Operator, &shop.app);
            let outcome = match (kind, pick(one)) {
                (0..=4, _) | (_, None) => {
                    let parent = if other % 5 == 0 { None } else { pick(other) };
                    let title = Some(format!("Category {one}"));
                    let input = ShelfInput { title, position, ..ShelfInput::default() };
                    write::create(app, &viewer, parent, input).await.map(|_| ())
                }
                (5..=8, Some(id)) => {
                    let parent = if other % 5 == 0 { None } else { pick(other) };
                    place::relocate(app, &viewer, id, None, parent, position).await
                }
                (_, Some(id)) => delete::delete(app, &viewer, id, None, other % 2 == 0).await,
            };
            match outcome {
                Ok(()) => made += 1,
                Err(Error::Problems(_)) => refused += 1,
                Err(error) => panic!("{error}"),
            }
            check_tree(&shop).await;
        }
        assert!(made > 10, "{made} made, {refused} refused");
    }
}

async fn the_ledger_is_the_level(shop: TestShop) {
    shop.save(&[draft("one", "One", 100), draft("two", "Two", 100)]).await;
    let second = json!({ "handle": "second", "name": "Second" });
    super::made(&change(&shop, "locationCreate", second, "").await);
    let variants = [super::variant(&shop, "one").await, super::variant(&shop, "two").await];
    let locations: Vec<String> =
        shop.app.markets().locations.iter().map(|at| shown("loc", at.id.0)).collect();
    assert!(locations.contains(&location(&shop)));
    let step = (any::<bool>(), 0_usize..2, 0_usize..2, -20_i32..30, proptest::option::of(0_i32..3));
    let mut known: HashMap<(usize, usize), i32> = HashMap::new();
    for (number, (is_count, variant, at, pieces, expected)) in some(&step, 120).into_iter().enumerate() {
        let level = known.get(&(variant, at)).copied().unwrap_or(0);
        let mut row = json!({ "variantId": variants[variant], "locationId": locations[at] });
        let key = format!("k{number}");
        let (reply, after) = if is_count {
            let expected = expected.map(|off| level + off);
            row["quantity"] = json!(pieces);
            row["expectedQuantity"] = json!(expected);
            let fits = pieces >= 0 && expected.is_none_or(|expected| expected == level);
            let input = json!({ "counts": [row], "idempotencyKey": key });
            (change(&shop, "stockSet", input, "").await, fits.then_some(pieces))
        } else {
            row["delta"] = json!(pieces);
            let fits = pieces != 0 && level + pieces >= 0;
            let input = json!({ "adjustments": [row], "reason": "OTHER", "idempotencyKey": key });
            (change(&shop, "stockAdjust", input, "").await, fits.then_some(level + pieces))
        };
        assert_eq!(wrong(&reply).is_empty(), after.is_some(), "{:#}", reply.json);
        known.insert((variant, at), after.unwrap_or(level));
    }
    let sums = "SELECT count(*) FROM stock_level s WHERE s.available <> (SELECT coalesce(sum(m.delta), 0) \
        FROM stock_movement m WHERE m.variant_id = s.variant_id AND m.location_id = s.location_id)";
    assert_eq!(shop.number(sums).await, 0);
    let all = shop.number("SELECT CAST(sum(available) AS bigint) FROM stock_level").await;
    assert_eq!(all, known.values().map(|level| i64::from(*level)).sum::<i64>());
    check_projections(&shop).await;
}

async fn lists_are_what_they_would_be_made_anew(shop: TestShop) {
    let steps = (0_usize..9, 0_usize..1000, 0_usize..1000, 1_i64..500);
    for (number, (kind, one, other, amount)) in some(&steps, 45).into_iter().enumerate() {
        let of = |type_name: &str, at: usize| {
            let text = format!("{{ it: {type_name}(first: 60) {{ nodes {{ id handle }} }} }}");
            let shop = &shop;
            async move {
                let ids = shop.query(&text).await.texts("/it/nodes", "/id");
                ids[at % ids.len()].clone()
            }
        };
        let (root, collection, product) =
            (of("categories", one).await, of("collections", one).await, of("products", other).await);
        let variant = {
            let text = format!(
                "{{ node(id: \"{product}\") {{ ... on Product {{ variants(first: 1) {{ nodes {{ id }} }} }} }} }}"
            );
            shop.query(&text).await.text("/node/variants/nodes/0/id").to_owned()
        };
        let market = shown("mkt", shop.app.markets().markets[one % 2].id.0);
        let (field, input) = match kind {
            0 => ("categoryUpdate", json!({ "id": root, "handle": format!("h{number}") })),
            1 => ("categoryMove", json!({ "id": root, "parentId": of("categories", other).await })),
            2 => ("collectionUpdate", json!({ "id": collection, "handle": format!("h{number}") })),
            3 => {
                ("collectionAddProducts", json!({ "id": collection, "productIds": [product], "position": 0 }))
            }
            4 => ("collectionRemoveProducts", json!({ "id": collection, "productIds": [product] })),
            5 => (
                "pricesSet",
                json!({ "prices": [{ "variantId": variant, "marketId": market, "amount": amount.to_string(), "compareAtAmount": null }] }),
            ),
            6 => (
                "stockSet",
                json!({ "counts": [{ "variantId": variant, "locationId": location(&shop), "quantity": amount % 3 }], "idempotencyKey": format!("k{number}") }),
            ),
            7 => ("pricesDelete", json!({ "prices": [{ "variantId": variant, "marketId": market }] })),
            _ => ("categoryDelete", json!({ "id": root, "withDescendants": one % 7 == 0 })),
        };
        let reply = change(&shop, field, input, "").await;
        assert!(reply.json.get("errors").is_none(), "{field}: {:#}", reply.json);
    }
    check_projections(&shop).await;
}
