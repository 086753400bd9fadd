//! Plans are made for the tables as they are, also while they fill.

use super::{catalogue, import};
use crate::harness::{Engine, TestShop, on_each_engine};

on_each_engine! {
    empty: the_engine_knows_how_much_has_been_imported, a_dry_run_teaches_it_nothing;
}

/// How many variants the engine believes there are.
async fn believed(shop: &TestShop) -> i64 {
    let text = match shop.engine {
        Engine::Postgres => "SELECT reltuples::bigint FROM pg_class WHERE oid = 'variant'::regclass",
        Engine::Sqlite => {
            "SELECT coalesce(max(CAST(stat AS integer)), -1) FROM sqlite_stat1 WHERE tbl = 'variant'"
        }
    };
    shop.number(text).await
}

async fn the_engine_knows_how_much_has_been_imported(shop: TestShop) {
    import(&shop, &catalogue(300), false).await;
    assert_eq!(believed(&shop).await, 600);
}

async fn a_dry_run_teaches_it_nothing(shop: TestShop) {
    shop.sql("ANALYZE").await;
    let before = believed(&shop).await;
    import(&shop, &catalogue(300), true).await;
    assert_eq!(believed(&shop).await, before);
}
